/** A page whose network is replaced by another one: docs/client.md, when the connection breaks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected } from "./acts.js";
import { Page, settle } from "./fakes.js";

/** The last ping of this page is answered after so long. */
async function answersIn(page, ms) {
  page.socket.says({ type: "ping" });
  await page.clock.advance(25_000);
  assert.equal(page.socket.last("ping")?.type, "ping");
  await page.clock.advance(ms);
  page.socket.says({ type: "pong" });
  await settle();
}

/** In a call whose media are connected; the server has answered this page's first ping at once. */
async function inCall() {
  const all = await connected();
  all.page.chance = 0.999;
  return all;
}

test("in another network a socket that does not answer is replaced after 0.3 s, without a pause", async () => {
  const page = await Page.connected();
  page.chance = 0.999;
  page.window.fires("online");
  await page.clock.advance(299);
  assert.equal(page.sockets.length, 1);
  await page.clock.advance(2);
  assert.equal(page.sockets.length, 2);
  assert.deepEqual(page.socket.protocols, ["switchboard.v1", "resume.T"]);
});

test("where the server is far away the socket has four round trips to answer", async () => {
  const page = await Page.connected();
  await answersIn(page, 400);
  page.window.fires("online");
  await page.clock.advance(1599);
  assert.equal(page.sockets.length, 1);
  await page.clock.advance(2);
  assert.equal(page.sockets.length, 2);
});

test("a socket that answers in another network stays", async () => {
  const page = await Page.connected();
  page.window.fires("online");
  await page.clock.advance(250);
  page.socket.says({ type: "pong" });
  await page.clock.advance(10_000);
  assert.equal(page.sockets.length, 1);
});

test("after a machine has slept a socket that does not answer is replaced after 0.3 s, without a pause", async () => {
  const page = await Page.connected();
  page.chance = 0.999;
  await page.clock.sleep(3_600_000);
  assert.equal(page.sockets.length, 1);
  await page.clock.advance(301);
  assert.equal(page.sockets.length, 2);
});

test("a socket that answers after a machine has slept stays", async () => {
  const page = await Page.connected();
  await page.clock.sleep(3_600_000);
  await page.clock.advance(250);
  page.socket.says({ type: "pong" });
  await page.clock.advance(10_000);
  assert.equal(page.sockets.length, 1);
});

test("a ping of the heartbeat is waited for as long as before", async () => {
  const page = await Page.connected();
  page.chance = 0.5;
  await page.clock.advance(25_000);
  await page.clock.advance(4999);
  assert.equal(page.me.state, "online");
  await page.clock.advance(1);
  assert.equal(page.me.state, "waiting");
  assert.equal(page.sockets.length, 1);
});

test("media that are disconnected have the socket asked at once", async () => {
  const { page } = await inCall();
  const before = page.socket.sent.filter(({ type }) => type === "ping").length;
  page.connection.becomes("disconnected");
  assert.equal(page.socket.sent.filter(({ type }) => type === "ping").length, before + 1);
  await page.clock.advance(301);
  assert.equal(page.sockets.length, 2);
});

test("the media of many that are disconnected at once are one question", async () => {
  const page = await Page.connected();
  page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22", "33", "44"], names: {}, ref: page.socket.last("join").id });
  await settle();
  const before = page.socket.sent.filter(({ type }) => type === "ping").length;
  for (const it of page.connections) it.becomes("disconnected");
  assert.equal(page.connections.length, 3);
  assert.equal(page.socket.sent.filter(({ type }) => type === "ping").length, before + 1);
});

for (const [side, offerer] of [["caller", true], ["callee of a crossing call", false]]) {
  test(`disconnected media of a ${side} are restarted as soon as there is a new socket`, async () => {
    const { page } = await called({ offerer });
    if (!offerer) page.socket.says({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 1 } } });
    else page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", sdp: "x" } });
    await settle();
    page.connection.becomes("connected");
    page.connection.becomes("disconnected");
    await page.clock.advance(301);
    assert.equal(page.connection.restarts, 0);
    page.socket.registers({ resumed: true, calls: ["C"] });
    await settle();
    assert.equal(page.connection.restarts, 1);
  });
}

test("media that are well are not restarted by a new socket", async () => {
  const { page } = await inCall();
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: true, calls: ["C"] });
  await settle();
  assert.equal(page.connection.restarts, 0);
});

test("media that are disconnected while the socket answers are restarted after a second, and again after four", async () => {
  const { page } = await inCall();
  page.connection.becomes("disconnected");
  page.socket.says({ type: "pong" });
  await page.clock.advance(999);
  assert.equal(page.connection.restarts, 0);
  await page.clock.advance(2);
  assert.equal(page.connection.restarts, 1);
  await page.clock.advance(3990);
  assert.equal(page.connection.restarts, 1);
  await page.clock.advance(20);
  assert.equal(page.connection.restarts, 2);
});
