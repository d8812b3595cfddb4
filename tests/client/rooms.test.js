/** Rooms: protocol.md §7. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lost } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

test("the newcomer offers to all who are there, and waits for those who come later", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup", { stream: Stream.of("audio") });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22", "33"], ref: page.socket.last("join").id });
  const room = await joined;
  await settle();
  const met = [];
  room.on("peer", (peer) => met.push(peer.userId));
  assert.deepEqual(met, ["22", "33"]);
  const offers = () => page.socket.said.filter(({ type }) => type === "offer").map(({ to, room }) => [to, room]);
  assert.deepEqual(offers(), [["22", "standup"], ["33", "standup"]]);
  page.socket.says({ type: "member-joined", room: "standup", userId: "44" });
  await settle();
  assert.equal(offers().length, 2);
  assert.deepEqual([...room.members.keys()], ["22", "33", "44"]);
  assert.deepEqual(met, ["22", "33", "44"]);
  page.socket.says({ type: "member-left", room: "standup", userId: "22" });
  assert.deepEqual([...room.peers.keys()], ["33", "44"]);
  page.socket.says({ type: "message", from: "33", room: "standup", data: "hi" });
  assert.deepEqual(page.heard("message"), [], "what is said in a room is the room's");
});

test("a room without a mesh has members and no connections", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup", { mesh: false });
  await settle();
  page.socket.says({ type: "ack", received: 1 });
  assert.equal(await fate(joined), "pending", "an acknowledgement is no answer");
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], ref: page.socket.last("join").id });
  const room = await joined;
  const came = [];
  room.on("member-joined", (user) => came.push(user));
  page.socket.says({ type: "member-joined", room: "standup", userId: "33", name: "李雷" });
  assert.deepEqual([...room.members], [["22", undefined], ["33", "李雷"]]);
  assert.deepEqual(came, ["33"]);
  assert.equal(page.connections.length + room.peers.size, 0);
});

/** Joins without a mesh, where 22 and 33 are already. */
async function joinsWithoutMesh(page) {
  const joined = page.me.join("standup", { mesh: false });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22", "33"], ref: page.socket.last("join").id });
  return joined;
}

test("a member without a mesh tells those who wait for its offer that none will come", async () => {
  const page = await Page.connected();
  await joinsWithoutMesh(page);
  const declined = () => page.socket.said.filter(({ type }) => type === "answer").map(({ to, room, data }) => [to, room, data]);
  const no = { switchboard: { declined: true } };
  assert.deepEqual(declined(), [["22", "standup", no], ["33", "standup", no]]);
  page.socket.says({ type: "member-joined", room: "standup", userId: "44" });
  assert.equal(declined().length, 2, "44 may be without a mesh, too");
});

test("a member without a mesh declines the offers of others, each by its name", async () => {
  const page = await Page.connected();
  await joinsWithoutMesh(page);
  page.socket.says({ type: "member-joined", room: "standup", userId: "44" });
  page.socket.says({ type: "offer", from: "44", room: "standup", data: { type: "offer", sdp: "x", switchboard: { peer: "p", round: 1 } } });
  const { to, room, data } = page.socket.last("answer");
  assert.deepEqual([to, room, data], ["44", "standup", { switchboard: { peer: "p", declined: true } }]);
  page.socket.says({ type: "candidate", from: "44", room: "standup", data: { switchboard: { peer: "p" } } });
  assert.equal(page.socket.said.filter(({ type }) => type === "answer").length, 3);
  assert.equal(page.connections.length, 0);
});

test("a member whose offer is declined has no connection to that member, and stays in the room with it", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22", "33"], ref: page.socket.last("join").id });
  const room = await joined;
  await settle();
  const peer = room.peers.get("22");
  const { peer: name } = page.socket.said.find(({ type, to }) => type === "offer" && to === "22").data.switchboard;
  page.socket.says({ type: "answer", from: "22", room: "standup", data: { switchboard: { peer: name, declined: true } } });
  assert.deepEqual([peer.state, peer.reason, peer.detail], ["ended", "refused", "this member takes no connections"]);
  assert.deepEqual([...room.members.keys()], ["22", "33"]);
  assert.deepEqual([...room.peers.keys()], ["33"]);
  assert.equal(page.connections[0].signalingState, "closed");
});

test("a newcomer that takes no connections is not waited for", async () => {
  const page = await Page.connected();
  const room = await joinsAlone(page);
  page.socket.says({ type: "member-joined", room: "standup", userId: "22" });
  const peer = room.peers.get("22");
  page.socket.says({ type: "answer", from: "22", room: "standup", data: { switchboard: { declined: true } } });
  assert.deepEqual([peer.state, peer.reason, room.peers.size], ["ended", "refused", 0]);
  page.socket.says({ type: "answer", from: "22", room: "standup", data: { switchboard: { declined: true } } });
  assert.equal(room.peers.size, 0, "once more changes nothing");
});

test("a connection that has come about is not declined by a late word", async () => {
  const page = await Page.connected();
  const room = await meets(page);
  page.socket.says({ type: "answer", from: "22", room: "standup", data: { switchboard: { peer: "an older one", declined: true } } });
  assert.equal(room.peers.get("22").state, "connected");
});

test("a room that cannot be joined is none", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "error", code: "room-full", message: "", ref: page.socket.last("join").id });
  assert.equal(await fate(joined), "room-full");
  assert.equal(page.me.rooms.size, 0);
});

test("members whose media flow are kept over a lost session, on the link that there is", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], ref: page.socket.last("join").id });
  const room = await joined;
  await settle();
  page.socket.says({ type: "answer", from: "22", room: "standup", data: { type: "answer", sdp: "x" } });
  await settle();
  page.connection.becomes("connected");
  const { peer } = page.socket.last("offer").data.switchboard;
  page.socket.says({ type: "member-left", room: "standup", userId: "22" });
  assert.equal(room.peers.get("22").state, "connected");
  await lost(page);
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], ref: page.socket.last("join").id });
  await settle();
  assert.equal(page.connections.length, 1);
  assert.equal(page.socket.last("offer").data.switchboard.peer, peer);

  page.socket.says({ type: "member-left", room: "standup", userId: "22" });
  page.connection.becomes("disconnected");
  assert.equal(room.peers.size, 0, "gone, and the media say so too");
});

/** In a room with nobody else. */
async function joinsAlone(page) {
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: [], ref: page.socket.last("join").id });
  return joined;
}

/** In a room with 22, whose media flow. */
async function meets(page) {
  const joined = page.me.join("standup", { stream: Stream.of("audio") });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], ref: page.socket.last("join").id });
  const room = await joined;
  await settle();
  page.socket.says({ type: "answer", from: "22", room: "standup", data: { type: "answer", sdp: "x" } });
  await settle();
  page.connection.becomes("connected");
  return room;
}

test("a room that the token does not allow any more is left, be it told or found out by a resume", async () => {
  for (const told of [true, false]) {
    const page = await Page.connected();
    const room = await meets(page);
    const reasons = [];
    room.on("left", (reason) => reasons.push(reason));
    page.chance = 0;
    page.socket.closes(1006);
    await page.clock.advance(1);
    page.socket.registers({ resumed: true, received: 9, rooms: told ? ["standup"] : [] });
    if (told) {
      assert.deepEqual(reasons, []);
      page.socket.says({ type: "room-left", room: "standup", members: ["22"] });
    }
    assert.deepEqual(reasons, ["not-permitted"]);
    assert.equal(page.me.rooms.size, 0);
    assert.equal(page.connection.signalingState, "closed");
  }
});

test("a room that is being joined over a resume is not left", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  const { id } = page.socket.last("join");
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: true, received: 1, rooms: [] });
  page.socket.says({ type: "room-left", room: "standup", members: [] });
  page.socket.says({ type: "room-joined", room: "standup", members: [], ref: id });
  assert.equal(await fate(joined), "fulfilled");
});

test("a member who has left and does not come back gets no media any more", async () => {
  const page = await Page.connected();
  const room = await meets(page);
  page.socket.says({ type: "member-left", room: "standup", userId: "22" });
  for (let time = 0; time < 44_000; time += 4000) {
    await page.clock.advance(4000);
    page.socket.says({ type: "pong" });
  }
  assert.equal(room.peers.get("22").state, "connected");
  await page.clock.advance(2000);
  assert.equal(room.peers.size, 0);
  assert.equal(page.connection.signalingState, "closed");
});

test("a `join` that was written, and left, is not said again in another session", async () => {
  const page = await Page.connected();
  page.me.join("standup").catch(() => {});
  await settle();
  page.me.rooms.get("standup").leave();
  await settle();
  await lost(page);
  assert.equal(page.socket.last("join"), undefined);
});
