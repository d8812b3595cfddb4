/** What goes on when the session is another one: after a restart of the server, or an absence that was too long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected, lost, request } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

const joins = (page) => page.socket.said.filter(({ type }) => type === "join");
const answers = (page, members) => page.socket.says({ type: "room-joined", room: "standup", members, ref: page.socket.last("join").id });

test("a `join` that was never answered is asked once more, and answers the app", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  await lost(page);
  assert.equal(joins(page).length, 1);
  answers(page, ["22"]);
  await settle();
  assert.deepEqual([...(await joined).members.keys()], ["22"]);
});

test("a room survives two lost sessions in a row", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  answers(page, []);
  const room = await joined;
  await lost(page);
  await lost(page);
  assert.equal(joins(page).length, 1);
  answers(page, ["22"]);
  await settle();
  assert.equal(page.me.rooms.get("standup"), room);
  assert.deepEqual([...room.members.keys()], ["22"]);
});

test("who came and went meanwhile is told", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup", { mesh: false });
  await settle();
  answers(page, ["22", "33"]);
  const room = await joined;
  const heard = [];
  room.on("member-joined", (user) => heard.push(`+${user}`));
  room.on("member-left", (user) => heard.push(`-${user}`));
  await lost(page);
  answers(page, ["33", "44"]);
  await settle();
  assert.deepEqual(heard, ["-22", "+44"]);
});

test("a member whose media do not flow and who is not back has left; one whose media flow is waited for", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  answers(page, ["22", "33"]);
  const room = await joined;
  await settle();
  page.connections[0].becomes("connected");
  await lost(page);
  answers(page, []);
  await settle();
  assert.deepEqual([...room.peers.keys()], ["22"]);
  page.socket.says({ type: "member-joined", room: "standup", userId: "22" });
  page.connections[0].becomes("disconnected");
  assert.equal(room.peers.get("22").state, "reconnecting", "being back, it is mended");
});

test("a watch and a list that were not answered are asked again", async () => {
  const page = await Page.connected();
  const watched = page.me.watch(["22"]);
  const listed = page.me.list({ limit: 2 });
  await lost(page);
  page.socket.says({ type: "presence", online: ["22"], offline: [], ref: page.socket.said.find(({ type }) => type === "watch").id });
  page.socket.says({ type: "client-list", clients: ["22"], total: 1, ref: page.socket.last("list").id });
  assert.deepEqual(await watched, { online: ["22"], offline: [] });
  assert.deepEqual((await listed).clients, ["22"]);
});

test("a call that rang there has ended with the session", async () => {
  for (const rang of [true, false]) {
    const page = await Page.connected();
    const outcome = page.me.call("22");
    await settle();
    if (rang) page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
    await lost(page);
    assert.equal(await fate(outcome), "lost");
    assert.equal(page.socket.last("call-request"), undefined);
  }
});

test("a call that goes on may lose the next session as well: it is still known by the name that both have heard", async () => {
  const { page, call } = await connected();
  await lost(page);
  await page.clock.advance(0);
  page.socket.says({ type: "call-ringing", callId: "D", to: "22", ref: page.socket.last("call-request").id });
  await lost(page);
  await page.clock.advance(2000);
  assert.equal(page.socket.last("call-request").continues, "C", "22 may never have heard of D");
  page.socket.says({ type: "call-accept", callId: "E", from: "22", offerer: true, ref: page.socket.last("call-request").id });
  assert.deepEqual([call.callId, call.state], ["E", "connected"]);
});

test("the other side, too, goes on with a name that only it has not forgotten", async () => {
  const { page } = await connected();
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  page.socket.says(request({ callId: "D", continues: "C" }));
  page.socket.says({ type: "call-ended", callId: "D", by: "22", reason: "lost" });
  page.socket.says(request({ callId: "E", continues: "C" }));
  assert.equal(page.socket.last("call-accept").callId, "E");
  assert.deepEqual(page.heard("call"), []);
});

test("a call that was hung up here does not ring to go on; an answer to that question is hung up", async () => {
  const { page, call } = await connected();
  await lost(page);
  call.hangUp();
  page.socket.says(request({ callId: "D", continues: "C" }));
  assert.deepEqual(page.heard("call"), []);
  assert.equal(page.socket.last("call-reject").callId, "D");

  const other = await connected();
  await lost(other.page);
  await other.page.clock.advance(0);
  const { id } = other.page.socket.last("call-request");
  other.call.hangUp();
  other.page.socket.says({ type: "call-ringing", callId: "D", to: "22", ref: id });
  assert.equal(other.page.socket.last("call-cancel").callId, "D");
});

test("a call whose media are broken, too, is waited for as long as media are, when the session lost was this one's", async () => {
  const { page, call } = await connected();
  page.connection.becomes("disconnected");
  await lost(page);
  const offline = () => page.socket.says({ type: "call-ended", by: null, reason: "offline", ref: page.socket.last("call-request").id });
  await page.clock.advance(0);
  offline();
  assert.equal(call.state, "reconnecting");
  await page.clock.advance(2000);
  offline();
  await page.clock.advance(4000);
  page.socket.says({ type: "call-accept", callId: "D", from: "22", offerer: true, ref: page.socket.last("call-request").id });
  await settle();
  assert.equal(page.socket.last("offer").callId, "D", "from where the media can be mended");

  await lost(page);
  await page.clock.advance(0);
  page.socket.says({ type: "call-ended", by: null, reason: "busy", ref: page.socket.last("call-request").id });
  assert.deepEqual([call.state, call.reason], ["ended", "lost"], "who is in another call has given this one up");
});

test("a question that was not said before the next session was lost is asked once there", async () => {
  const { page } = await connected();
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: false, sessionId: "s2" });
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: false, sessionId: "s3" });
  await page.clock.advance(3000);
  assert.equal(page.socket.said.filter(({ type }) => type === "call-request").length, 1);
});

test("while it asks whether the call goes on, a hang-up ends that question", async () => {
  const { page, call } = await connected();
  await lost(page);
  await page.clock.advance(0);
  page.socket.says({ type: "call-ringing", callId: "D", to: "22", ref: page.socket.last("call-request").id });
  call.hangUp();
  assert.equal(page.socket.last("call-hangup").callId, "D");
});

test("a call that was only being connected ends as lost", async () => {
  const { page, call } = await called();
  await lost(page);
  assert.deepEqual([call.state, call.reason], ["ended", "lost"]);
});

test("peers without ringing say where they are on the link that there is", async () => {
  const page = await Page.connected();
  page.me.peer("33").catch(() => {});
  await settle();
  const { peer } = page.socket.last("message").data.switchboard;
  page.socket.says({ type: "message", from: "33", data: { switchboard: { peer, is: "accept" } } });
  await settle();
  page.connection.becomes("connected");
  await lost(page);
  assert.equal(page.connections.length, 1);
  assert.equal(page.socket.last("offer").data.switchboard.peer, peer);
});

test("a `join` that a server did not carry out because it stops is asked of the next one", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "error", code: "unavailable", message: "", ref: page.socket.last("join").id });
  assert.equal(await fate(joined), "pending");
  await lost(page);
  answers(page, []);
  assert.equal(await fate(joined), "fulfilled");
});

test("an app that closes in a handler of `fresh` or `state` is closed", async () => {
  for (const [event, when] of [["fresh"], ["state", "waiting"], ["state", "connecting"], ["state", "online"]]) {
    const page = await Page.connected();
    page.me.on(event, (it) => it === when && page.me.close());
    await lost(page).catch(() => {});
    assert.equal(page.me.state, "closed");
    assert.equal(page.clock.running, 0);
    await page.clock.advance(600_000);
    assert.equal(page.sockets.length, ["waiting", "connecting"].includes(when) ? 1 : 2);
    if (page.sockets.length === 2) assert.equal(page.socket.closedWith, 1000);
  }
});

test("what a stream has in it is sent again to a member whose page was reloaded", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup", { stream: Stream.of("audio", "video") });
  await settle();
  answers(page, ["22"]);
  await joined;
  await settle();
  const { peer } = page.socket.last("offer").data.switchboard;
  page.socket.says({ type: "answer", from: "22", room: "standup", data: { switchboard: { peer, gone: true } } });
  await settle();
  assert.equal(page.connections.length, 2);
  assert.equal(page.connection.senders.length, 2);
  assert.equal(page.connections[0].signalingState, "closed");
});

// -- a call that goes on when the other side is online again

/** In a call whose other side has lost its session; it asks nothing by itself for a while, because its name is the greater one. */
async function apart() {
  const page = await Page.connected({ userId: "99" });
  const outcome = page.me.call("22", { stream: Stream.of("audio") });
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true });
  await outcome;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", sdp: "x" } });
  await settle();
  page.connection.becomes("connected");
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  await settle();
  return { page, call: page.me.currentCall };
}

const asked = (page) => page.socket.said.filter((it) => it.type === "call-request" && it.continues === "C").length;

test("the call is asked to go on as soon as the other side is online again", async () => {
  const { page } = await apart();
  const { id, users } = page.socket.last("watch");
  assert.deepEqual(users, ["22"]);
  page.socket.says({ type: "presence", online: [], offline: ["22"], ref: id });
  await settle();
  assert.equal(asked(page), 0);
  page.socket.says({ type: "presence", online: ["22"], offline: [] });
  await settle();
  assert.equal(asked(page), 1);
});

test("it is asked at once where the other side is online already, and not watched any longer than that", async () => {
  const { page, call } = await apart();
  page.socket.says({ type: "presence", online: ["22"], offline: [], ref: page.socket.last("watch").id });
  await settle();
  assert.equal(asked(page), 1);
  page.socket.says({ type: "call-ringing", callId: "D", to: "22", ref: page.socket.last("call-request").id });
  page.socket.says({ type: "call-accept", callId: "D", from: "22", offerer: true });
  await settle();
  assert.deepEqual(page.socket.last("unwatch").users, ["22"]);
  assert.equal(call.state, "connected");
});

test("a user whom the app watches is watched on", async () => {
  const { page, call } = await apart();
  page.me.watch("22").catch(() => {});
  call.hangUp();
  await settle();
  assert.equal(page.socket.last("unwatch"), undefined);
});

test("a page that goes on without its link says so with its accept, and gets another one at once", async () => {
  const { page } = await apart();
  await page.clock.advance(6_000);
  page.socket.says({ type: "call-ringing", callId: "D", to: "22", ref: page.socket.last("call-request").id });
  page.socket.says({ type: "call-accept", callId: "D", from: "22", offerer: true, answer: { switchboard: { gone: true } } });
  await settle();
  assert.equal(page.connections.length, 2);
  assert.equal(page.socket.last("offer").data.switchboard.round, 1);

  const other = await Page.connected();
  other.socket.says({ type: "call-request", callId: "E", from: "22", continues: "C", expires: 45_000 });
  await other.heard("call")[0].accept();
  await settle();
  assert.deepEqual(other.socket.last("call-accept").answer, { switchboard: { gone: true } });
});
