/** Members of a room whose connection has ended, and who are tried again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, Stream, settle } from "./fakes.js";
import { PATIENCE } from "../../client/src/recovery.js";

const PEER = { peer: "P", nth: undefined, round: 1 };
const offer = (from, peer = "P") => ({ type: "offer", from, room: "standup", data: { type: "offer", sdp: "x", switchboard: { ...PEER, peer } } });
const offers = (page) => page.socket.said.filter(({ type }) => type === "offer");
const answers = (page) => page.socket.said.filter(({ type }) => type === "answer");

/** Lets the time of a connection that finds no way run out. */
async function waitsInVain(page) {
  for (let time = 0; time < PATIENCE + 8000; time += 4000) {
    await page.clock.advance(4000);
    page.socket.says({ type: "pong" });
  }
}

/** In a room whose only other member cannot be reached. */
async function unreachable(userId, other) {
  const page = await Page.connected({ userId });
  const joined = page.me.join("standup", { stream: Stream.of("audio") });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: [other], ref: page.socket.last("join").id });
  const room = await joined;
  const met = [];
  room.on("peer", (peer) => met.push(peer));
  await settle();
  const [first] = met;
  await waitsInVain(page);
  assert.deepEqual([first.state, first.reason, room.peers.size], ["ended", "failed", 0]);
  assert.deepEqual([...room.members.keys()], [other], "still a member");
  return { page, room, met };
}

test("a member whose connection has failed is connected to again", async () => {
  const { page, room, met } = await unreachable("11", "22");
  const before = offers(page).length;

  const peer = room.retry("22");
  await settle();

  assert.deepEqual([peer.state, met.at(-1), room.peers.get("22")], ["connecting", peer, peer]);
  assert.equal(offers(page).length, before + 1);
  page.socket.says({ type: "answer", from: "22", room: "standup", data: { type: "answer", sdp: "x" } });
  await settle();
  page.connection.becomes("connected");
  assert.equal(peer.state, "connected");
});

test("a member who is connected is not connected to twice, and a stranger not at all", async () => {
  const { room } = await unreachable("11", "22");
  assert.equal(room.retry("22"), room.retry("22"));
  assert.equal(room.retry("33"), null);
  room.leave();
  assert.equal(room.retry("22"), null);
});

test("of two who try again at the same moment the one with the greater name gives way", async () => {
  for (const [own, other, answered] of [["11", "22", 0], ["22", "11", 1]]) {
    const { page, room } = await unreachable(own, other);
    room.retry(other);
    await settle();
    page.socket.says(offer(other));
    await settle();
    assert.equal(answers(page).length, answered, `${own} hears the offer of ${other}`);
  }
});
