/** Microphone and camera that are muted: what is sent, and what the other side is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected, request } from "./acts.js";
import { Page, Stream, settle } from "./fakes.js";

const NONE = { audio: false, video: false };
const AUDIO = { audio: true, video: false };
const described = (type, switchboard) => ({ type, from: "22", callId: "C", data: { type, sdp: "x", switchboard } });
/** Answers the offer of this page; `about` is what the other's library says in it. */
async function answers(page, about = {}) {
  const { peer } = page.socket.last("offer").data.switchboard;
  page.socket.says(described("answer", about && { peer, round: 2, ...about }));
  await settle();
  assert.equal(page.connection.signalingState, "stable");
}
const control = (page) => page.connection.channels.find(({ label }) => label === "switchboard");
const enabled = (stream) => stream.getTracks().map((track) => track.enabled);

/** This page has called 22, whose library knows of muting, and the connection is open. */
async function talking(muted = []) {
  const { page, call } = await called();
  await answers(page, { muted });
  page.connection.becomes("connected");
  control(page).opens();
  return { page, call };
}

test("mute switches the tracks of its kind off and on again, but no screen", async () => {
  const page = await Page.connected();
  const stream = Stream.of("audio", "video");
  page.me.call("22", { stream }).catch(() => {});
  await settle();
  const call = page.me.currentCall;
  const screen = Stream.of("video", "audio");
  page.options.platform.navigator.mediaDevices = { getDisplayMedia: async () => screen };
  await call.shareScreen();
  assert.deepEqual(call.muted, NONE);
  call.mute("audio");
  assert.deepEqual(call.muted, AUDIO);
  assert.deepEqual(enabled(stream), [false, true]);
  call.mute("video");
  assert.deepEqual(enabled(stream), [false, false]);
  call.mute("audio", false);
  assert.deepEqual(enabled(stream), [true, false]);
  assert.deepEqual(enabled(screen), [true, true]);
});

test("a track that a call has muted is on again when it leaves the call", async () => {
  const { page, call } = await called();
  const [goes, replaced, other] = [Stream.of("video"), Stream.of("audio"), Stream.of("audio")];
  for (const stream of [goes, replaced]) call.addTrack(stream.getTracks()[0]);
  call.mute("audio");
  call.mute("video");
  assert.deepEqual([enabled(goes), enabled(replaced)], [[false], [false]]);
  call.removeTrack(goes.getTracks()[0]);
  assert.deepEqual(enabled(goes), [true]);
  await call.replaceTrack(replaced.getTracks()[0], other.getTracks()[0]);
  assert.deepEqual([enabled(replaced), enabled(other)], [[true], [false]]);
  call.hangUp();
  await settle();
  assert.deepEqual(enabled(other), [true], "the next call begins unmuted, and so does what is sent in it");
  assert.deepEqual(page.heard("error"), []);
});

test("a track that is sent in a call and in a room is on only where neither has muted it", async () => {
  const { page, call } = await called();
  const stream = Stream.of("audio");
  call.addTrack(stream.getTracks()[0]);
  const joined = page.me.join("standup", { stream });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: [], names: {}, ref: page.socket.last("join").id });
  const room = await joined;

  call.mute("audio");
  room.mute("audio");
  room.mute("audio", false);
  assert.deepEqual([call.muted, enabled(stream)], [AUDIO, [false]]);
  call.mute("audio", false);
  assert.deepEqual(enabled(stream), [true]);
  room.mute("audio");
  call.hangUp();
  await settle();
  assert.deepEqual(enabled(stream), [false]);
  room.leave();
  await settle();
  assert.deepEqual(enabled(stream), [true]);
});

test("a track that is sent later is muted, too, and a track that the app itself has disabled stays so", async () => {
  const { call } = await connected();
  const track = (kind) => Stream.of(kind).getTracks()[0];
  call.mute("video");
  const [added, other, disabled] = [track("video"), track("video"), track("audio")];
  call.addTrack(added);
  assert.equal(added.enabled, false);
  await call.replaceTrack(added, other);
  disabled.enabled = false;
  call.addTrack(disabled);
  assert.deepEqual([other, disabled].map((it) => it.enabled), [false, false]);
});

test("what is muted before the stream is there is muted from its first moment on", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  call.mute("audio");
  const stream = Stream.of("audio", "video");
  await call.accept({ stream });
  assert.deepEqual(enabled(stream), [false, true]);
  page.socket.says(described("offer", { peer: "P", round: 1 }));
  await settle();
  assert.deepEqual(page.socket.last("answer").data.switchboard.muted, ["audio"]);
});

test("the other side is told over the media connection, once the channel is open and whenever it changes", async () => {
  const { page, call } = await called();
  assert.deepEqual(page.socket.last("offer").data.switchboard.muted, []);
  await answers(page, { muted: [] });
  call.mute("audio");
  assert.deepEqual(control(page).sent, []);
  control(page).opens();
  call.mute("video");
  call.mute("audio", false);
  assert.deepEqual(control(page).sent, ["muted audio", "muted audio,video", "muted video"]);
});

test("a client without the library is told nothing over the channel but the end", async () => {
  for (const about of [{}, null]) {
    const { page, call } = await called();
    await answers(page, about);
    control(page).opens();
    call.mute("audio");
    assert.deepEqual(control(page).sent, []);
    assert.deepEqual(call.remoteMuted, NONE);
    call.hangUp();
    assert.deepEqual(control(page).sent, ["bye"]);
  }
});

test("the app hears what the other side has muted, once for each change", async () => {
  const { page, call } = await called();
  const heard = [];
  call.on("mute", (muted) => heard.push(muted));
  await answers(page, { muted: ["audio"] });
  assert.deepEqual(call.remoteMuted, AUDIO);
  control(page).opens();
  for (const data of ["muted audio", "muted audio,video", "muted ", "muted"]) control(page).onmessage({ data });
  assert.deepEqual(heard, [AUDIO, { audio: true, video: true }, NONE]);
  assert.equal(call.state, "connecting", "to mute is not to end");
  control(page).onmessage({ data: "bye" });
  assert.equal(call.state, "ended");
});

test("a description that was overtaken by the channel changes nothing", async () => {
  const { page, call } = await talking(["audio"]);
  control(page).onmessage({ data: "muted video" });
  const { peer } = page.socket.last("offer").data.switchboard;
  page.socket.says(described("offer", { peer, round: 3, muted: ["audio"] }));
  await settle();
  assert.equal(page.socket.last("answer")?.type, "answer");
  assert.deepEqual(call.remoteMuted, { audio: false, video: true });
});

test("whatever another client says of muting does no harm", async () => {
  for (const muted of [5, "audio", { toString: 1 }, [["audio"]], null]) {
    const { page, call } = await called();
    await answers(page, { muted });
    for (const data of [new ArrayBuffer(2), "muted ,,", "muted audio,audio,x"]) if (call.state !== "ended") control(page).onmessage({ data });
    assert.deepEqual(page.heard("error"), []);
  }
});

test("a room mutes for all members, those who come later included, and a member is muted with it", async () => {
  const page = await Page.connected();
  const stream = Stream.of("audio", "video");
  const joined = page.me.join("standup", { stream });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22", "33"], names: {}, ref: page.socket.last("join").id });
  const room = await joined;
  await settle();
  const offerTo = (user) => page.socket.said.find(({ type, to }) => type === "offer" && to === user).data.switchboard;
  for (const [nth, from] of ["22", "33"].entries()) {
    const { peer } = offerTo(from);
    page.socket.says({ type: "answer", from, room: "standup", data: { type: "answer", sdp: "x", switchboard: { peer, round: 1, muted: [] } } });
    await settle();
    page.connections[nth].channels[0].opens();
  }
  room.peers.get("33").mute("audio");
  assert.deepEqual(room.muted, AUDIO);
  assert.deepEqual(room.peers.get("22").muted, AUDIO);
  assert.deepEqual(page.connections.map(({ channels }) => channels[0].sent.at(-1)), ["muted audio", "muted audio"]);
  assert.deepEqual(enabled(stream), [false, true]);

  page.socket.says({ type: "member-joined", room: "standup", userId: "44" });
  page.socket.says({ type: "offer", from: "44", room: "standup", data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 1, muted: ["video"] } } });
  await settle();
  assert.deepEqual(page.socket.last("answer").data.switchboard.muted, ["audio"]);
  assert.deepEqual(room.peers.get("44").remoteMuted, { audio: false, video: true });
});
