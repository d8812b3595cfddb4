/** What is said when, and what is not said late. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lost } from "./acts.js";
import { Page, fate, settle } from "./fakes.js";

const messages = (page) => page.socket.said.filter(({ type }) => type === "message").map(({ data }) => data);

/** The socket breaks, and the next one is there; not registered yet. */
async function breaks(page, code = 1006) {
  page.chance = 0;
  page.socket.closes(code);
  await page.clock.advance(1);
}

test("in another session nothing is said to a room before all are joined again", async () => {
  const page = await Page.connected();
  const rooms = [];
  for (const name of ["one", "two"]) {
    const joined = page.me.join(name);
    await settle();
    page.socket.says({ type: "room-joined", room: name, members: [], ref: page.socket.last("join").id });
    rooms.push(await joined);
  }
  page.socket.closes(1006);
  rooms[1].send("hi").catch(() => {});
  await page.clock.advance(500);
  page.socket.registers({ resumed: false, sessionId: "s2" });
  assert.deepEqual(page.socket.said.map(({ type, room }) => `${type} ${room}`), ["join one", "join two", "message two"]);
});

test("a volatile message that was not said at once is never said, and does not wait", async () => {
  const page = await Page.connected();
  const written = page.me.send("22", "typing", { volatile: true });
  const kept = page.me.send("22", "hi");
  await breaks(page);
  page.socket.registers({ resumed: true, received: 0 });
  assert.deepEqual(messages(page), ["hi"]);
  assert.equal(await fate(written), "fulfilled");
  page.socket.says({ type: "delivered", ref: page.socket.last("message").id, to: "22" });
  assert.equal(await fate(kept), "fulfilled");
});

test("a volatile message that was written counts: what comes behind it is acknowledged at its place", async () => {
  const page = await Page.connected();
  page.me.send("22", "typing", { volatile: true });
  const second = page.me.send("22", "hi", { receipt: false });
  page.socket.says({ type: "ack", received: 1 });
  assert.equal(await fate(second), "pending");
  page.socket.says({ type: "ack", received: 2 });
  assert.equal(await fate(second), "fulfilled");
});

test("a volatile message behind others that wait is missed", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 1, burst: 2 } });
  page.me.send("22", 1).catch(() => {});
  const outcome = page.me.send("22", 2, { volatile: true, receipt: true });
  assert.equal(await fate(outcome), "undelivered");
  await page.clock.advance(20_000);
  assert.deepEqual(messages(page), [1]);
});

test("a message that a stopping server has not carried out stays before those that waited behind it", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 1, burst: 2 } });
  for (const text of [1, 2, 3]) page.me.send("22", text).catch(() => {});
  page.socket.says({ type: "error", code: "unavailable", message: "", ref: page.socket.last("message").id });
  await breaks(page, 1012);
  page.socket.registers({ resumed: false, sessionId: "s2", limits: { frame: 65_536, rate: 0, burst: 2 } });
  assert.deepEqual(messages(page), [1, 2, 3]);
});

test("too many calls a minute hold up nothing but calls", async () => {
  const page = await Page.connected();
  page.me.call("22").catch(() => {});
  await settle();
  page.socket.says({ type: "error", code: "rate-limited", message: "", retryAfter: 20_000, ref: page.socket.last("call-request").id });
  page.me.send("33", "hi").catch(() => {});
  assert.deepEqual(messages(page), ["hi"]);
});

test("a socket that has been opening for long is given up at once when the network is back", async () => {
  const page = await Page.connected();
  await breaks(page);
  const before = page.sockets.length;
  await page.clock.advance(4000);
  page.window.fires("online");
  assert.equal(page.sockets.length, before, "it may still open");
  await page.clock.advance(4000);
  page.window.fires("online");
  assert.equal(page.sockets.length, before + 1);
});

test("what was heard is acknowledged, be it that the app closes the client in the handler", async () => {
  const page = await Page.connected();
  page.me.on("message", () => page.me.close());
  page.socket.says({ type: "message", from: "22", data: 1 });
  assert.equal(page.socket.last("ack").received, 1);
});

test("messages that come before somebody listens are kept, the last thousand, in order", async () => {
  const page = await Page.connected();
  page.hearsNoMore("message");
  for (let nth = 0; nth < 1002; nth++) page.socket.says({ type: "message", from: "22", data: nth });
  const heard = [];
  page.me.on("message", ({ data }) => heard.push(data));
  assert.deepEqual([heard.length, heard[0], heard.at(-1)], [1000, 2, 1001]);
  page.me.on("message", () => assert.fail("once"));
});

test("the same for what is said in a room", async () => {
  const page = await Page.connected();
  const joined = page.me.join("one");
  await settle();
  page.socket.says({ type: "room-joined", room: "one", members: ["22"], ref: page.socket.last("join").id });
  page.socket.says({ type: "message", from: "22", room: "one", data: "hi" });
  const room = await joined;
  const heard = [];
  room.on("message", ({ data }) => heard.push(data));
  assert.deepEqual(heard, ["hi"]);
});

test("a second call waits until the first one, hung up before it had a name, is cancelled", async () => {
  const page = await Page.connected();
  const requests = () => page.socket.said.filter(({ type }) => type === "call-request").map(({ to }) => to);
  page.me.call("22").catch(() => {});
  await settle();
  page.me.currentCall.hangUp();
  const again = page.me.call("33");
  await settle();
  assert.deepEqual(requests(), ["22"]);
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  assert.deepEqual(page.socket.said.slice(-2).map(({ type, to }) => `${type} ${to ?? ""}`), ["call-cancel ", "call-request 33"]);
  page.me.currentCall.hangUp();
  assert.equal(await fate(again), "cancelled");
});

test("a call that was taken back unsaid, in whatever session, holds up no other one", async () => {
  for (const written of [true, false]) {
    const page = await Page.connected();
    if (!written) page.socket.closes(1006);
    page.me.call("22").catch(() => {});
    await settle();
    page.me.currentCall.hangUp();
    page.me.call("33").catch(() => {});
    await settle();
    if (written) await breaks(page);
    else await page.clock.advance(500);
    page.socket.registers({ resumed: true, received: 0 });
    assert.equal(page.socket.last("call-request").to, "33");
    assert.equal(page.socket.last("call-cancel"), undefined);
  }
  const page = await Page.connected();
  page.me.call("22").catch(() => {});
  await settle();
  page.me.currentCall.hangUp();
  page.me.call("33").catch(() => {});
  await lost(page);
  assert.equal(page.socket.last("call-request").to, "33");
});
