/** Users whom the app does not want to hear of: protocol.md, block. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, lost, request, word } from "./acts.js";
import { Page, fate, settle } from "./fakes.js";

const answers = (page, type, users) => page.socket.says({ type: "blocked", users, ref: page.socket.last(type).id });
const refuses = (page, type, code) => page.socket.says({ type: "error", code, message: "why", ref: page.socket.last(type).id });

test("block and unblock settle with everybody whom the server has blocked", async () => {
  const page = await Page.connected();
  const blocking = page.me.block("mallory");
  const { id, ...rest } = page.socket.last("block");
  assert.deepEqual(rest, { type: "block", users: ["mallory"] });
  assert.deepEqual([...page.me.blocked], ["mallory"], "in force at once");
  answers(page, "block", ["mallory"]);
  assert.deepEqual(await blocking, ["mallory"]);

  const more = page.me.block(["zoe", "eve", "mallory"]);
  answers(page, "block", ["eve", "mallory", "zoe"]);
  assert.deepEqual(await more, ["eve", "mallory", "zoe"]);
  assert.deepEqual([...page.me.blocked], ["eve", "mallory", "zoe"], "sorted");

  const less = page.me.unblock("mallory");
  assert.deepEqual(page.socket.last("unblock").users, ["mallory"]);
  answers(page, "unblock", ["eve", "zoe"]);
  assert.deepEqual(await less, ["eve", "zoe"]);
  assert.deepEqual([...page.me.blocked], ["eve", "zoe"]);
});

test("a refused block is taken back, for those whom it has added", async () => {
  for (const code of ["not-permitted", "self", "bad-user-id", "rate-limited"]) {
    const page = await Page.connected();
    page.me.block("eve");
    const refused = page.me.block(["eve", "mallory"]);
    refuses(page, "block", code);
    assert.equal(await fate(refused), code);
    assert.deepEqual([...page.me.blocked], ["eve"]);
  }
});

test("more than 256 are refused here", async () => {
  const page = await Page.connected();
  page.me.block(Array.from({ length: 256 }, (_, nth) => `u${nth}`));
  assert.equal(await fate(page.me.block("one more")), "not-permitted");
  assert.equal(page.me.blocked.size, 256);
  assert.equal(page.socket.said.filter(({ type }) => type === "block").length, 1);
});

test("what is blocked while the connection is broken is sent when it is back", async () => {
  const page = await Page.connected();
  page.chance = 0;
  page.socket.closes(1006);
  const blocking = page.me.block("eve");
  assert.deepEqual([...page.me.blocked], ["eve"]);
  await page.clock.advance(1);
  page.socket.registers({ resumed: true });
  answers(page, "block", ["eve"]);
  assert.deepEqual(await blocking, ["eve"]);
});

test("another session is told of all blocks before anything else; a resumed one is not", async () => {
  const page = await Page.connected();
  page.me.block(["eve", "mallory"]);
  answers(page, "block", ["eve", "mallory"]);
  page.me.watch(["22"]);
  page.me.join("standup", { mesh: false });
  await settle();
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: true, received: 3 });
  assert.equal(page.socket.last("block"), undefined);

  page.socket.closes(1006);
  await page.clock.advance(1);
  page.me.unblock("mallory");
  page.socket.registers({ resumed: false, sessionId: "s2" });
  const [first] = page.socket.said;
  assert.deepEqual([first.type, first.users], ["block", ["eve"]]);
  await settle();
  assert.deepEqual(page.heard("error"), []);
});

test("a block whose answer was lost with its session is settled by the next one", async () => {
  const page = await Page.connected();
  const blocking = page.me.block("eve");
  await lost(page);
  for (const { id } of page.socket.said.filter(({ type }) => type === "block")) page.socket.says({ type: "blocked", users: ["eve"], ref: id });
  assert.deepEqual(await blocking, ["eve"]);
});

test("what a user sends whom the server has not blocked yet is dropped here", async () => {
  const page = await Page.connected();
  page.me.block("33");

  page.socket.says(request({ callId: "E", from: "33" }), { type: "message", from: "33", data: "hi" }, word("invite"));
  assert.equal(page.socket.last("call-reject").callId, "E");
  page.socket.says(request({ callId: "F", from: "22" }), { type: "message", from: "22", data: "hello" });
  assert.deepEqual(page.heard("call").map(({ callId }) => callId), ["F"]);
  assert.deepEqual(page.heard("message"), [{ from: "22", data: "hello" }]);
  assert.deepEqual(page.heard("peer"), []);
});

test("what rings or asks here for a user ends when the user is blocked", async () => {
  const page = await Page.connected();
  page.socket.says(request({ from: "33" }), request({ callId: "D" }), word("invite"));
  page.me.block("33");
  const [call, other] = page.heard("call");
  assert.deepEqual([call.state, call.reason, other.state], ["ended", "rejected", "ringing"]);
  assert.equal(page.heard("peer")[0].state, "ended");
  const types = page.socket.said.map(({ type }) => type);
  assert.deepEqual(types, ["call-hangup", "block"], "and the one who asked hears nothing");
});

test("a call that was accepted and a room that is shared are not touched", async () => {
  const { page, call } = await connected();
  page.me.join("standup", { mesh: false });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], ref: page.socket.last("join").id });
  await settle();
  const heard = [];
  page.me.rooms.get("standup").on("message", ({ data }) => heard.push(data));
  page.me.block("22");
  page.socket.says({ type: "message", from: "22", room: "standup", data: "in the room" });
  page.socket.says({ type: "call-peer-away", callId: "C", from: "22" });
  assert.deepEqual([call.state, call.away, heard], ["connected", true, ["in the room"]]);
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" }, request({ callId: "D", continues: "C" }));
  assert.equal(call.callId, "D", "it goes on after `lost`");
});

test("a long list of users is paced by what it costs, so that it is not refused", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 10, burst: 80 } });
  page.me.block(Array.from({ length: 256 }, (_, nth) => `u${nth}`));
  for (let nth = 0; nth < 8; nth++) page.me.send("22", nth).catch(() => {});
  const written = () => page.socket.said.filter(({ type }) => type === "message").length;
  assert.equal(written(), 7, "of 40 at once the list takes 33");
  await page.clock.advance(1000);
  assert.equal(written(), 8);

  // The answer lists all: 1 + (1 + 256) / 8 of 9 a second.
  page.me.unblock("u7");
  await page.clock.advance(2500);
  assert.equal(page.socket.last("unblock"), undefined);
  page.socket.says({ type: "pong" });
  await page.clock.advance(600);
  assert.deepEqual(page.socket.last("unblock").users, ["u7"]);
});

test("a client that is closed blocks nobody", async () => {
  const page = await Page.connected();
  page.me.close();
  assert.equal(await fate(page.me.block("eve")), "closed");
});
