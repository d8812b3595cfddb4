/** Whose a track is: what belongs to a call, peer or room is stopped at its end, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, Stream, settle } from "./fakes.js";

const video = () => Stream.of("video").getTracks()[0];

/** A call that was given its stream so. */
async function callWith(stream) {
  const page = await Page.connected();
  page.me.call("22", { stream }).catch(() => {});
  await settle();
  return page.me.currentCall;
}

test("a call that was given a function stops every track that it sends, however it came", async () => {
  const first = Stream.of("audio", "video");
  const call = await callWith(() => first);
  const [added, replacing, removed, again] = [video(), video(), video(), video()];
  call.addTrack(added);
  await call.replaceTrack(first.getTracks()[1], replacing);
  await call.replaceTrack(replacing, again);
  call.addTrack(removed);
  call.removeTrack(removed);
  call.hangUp();
  const tracks = [...first.getTracks(), added, replacing, removed, again];
  assert.deepEqual(tracks.map(({ readyState }) => readyState), tracks.map(() => "ended"));
});

test("a call that was given a stream, or nothing, stops no track of the app", async () => {
  for (const stream of [Stream.of("video"), undefined]) {
    const call = await callWith(stream);
    const [added, replacing] = [video(), video()];
    call.addTrack(added);
    await call.replaceTrack(added, replacing);
    call.hangUp();
    for (const track of [...(stream?.getTracks() ?? []), added, replacing]) assert.equal(track.readyState, "live");
  }
});

test("a track that takes the place of one when the call is over already is stopped as well", async () => {
  const first = Stream.of("video");
  const call = await callWith(() => first);
  const [track] = first.getTracks();
  const other = video();
  const replaced = call.replaceTrack(track, other);
  call.hangUp();
  await replaced;
  assert.equal(other.readyState, "ended");
});

test("tracks that are brought to a member of a room belong to the room, if it was given a function", async () => {
  for (const owns of [true, false]) {
    const page = await Page.connected();
    const first = Stream.of("video");
    const joined = page.me.join("standup", { stream: owns ? () => first : first });
    await settle();
    page.socket.says({ type: "room-joined", room: "standup", members: ["22", "33"], ref: page.socket.last("join").id });
    const room = await joined;
    const [added, replacing] = [video(), video()];
    for (const peer of room.peers.values()) {
      peer.addTrack(added);
      await peer.replaceTrack(first.getTracks()[0], replacing);
    }
    page.socket.says({ type: "member-left", room: "standup", userId: "22" });
    const tracks = [first.getTracks()[0], added, replacing];
    assert.deepEqual(tracks.map(({ readyState }) => readyState), ["live", "live", "live"], "others still get them");
    room.leave();
    assert.deepEqual(tracks.map(({ readyState }) => readyState), tracks.map(() => (owns ? "ended" : "live")));
  }
});
