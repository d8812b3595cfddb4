/** After `close()` nothing is left: no timer, socket, track, listener, promise that nobody settles. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, Stream, Target, fate, settle } from "./fakes.js";

const STATES = {
  "when it is online": async () => {},
  "when it waits for the next attempt": async (page) => page.socket.closes(1006),
  "when it is connecting": async (page) => {
    page.socket.closes(1006);
    await page.clock.advance(500);
  },
  "with messages under way": async (page) => {
    for (let n = 0; n < 300; n++) page.me.send("22", n).catch(() => {});
  },
  "in a call, a room and a peer": async (page) => {
    page.me.call("22", { stream: () => (page.stream = Stream.of("audio", "video")) }).catch(() => {});
    await settle();
    page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
    page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true });
    page.me.currentCall.on("stats", () => {});
    page.me.join("standup", { stream: Stream.of("audio") }).catch(() => {});
    await settle();
    page.socket.says({ type: "room-joined", room: "standup", members: ["33"], ref: page.socket.last("join").id });
    page.me.peer("44").catch(() => {});
    await settle();
  },
};

for (const [when, happens] of Object.entries(STATES)) {
  test(`close() leaves nothing behind ${when}`, async () => {
    const network = new Target();
    const page = await Page.connected({ network });
    await happens(page);
    const { socket } = page;
    const wasBroken = socket.readyState === 3;
    page.me.close();
    await settle();

    assert.equal(page.me.state, "closed");
    assert.equal(page.clock.running, 0);
    assert.equal(page.window.listeners, 0);
    assert.equal(page.document.listeners, 0);
    assert.equal(network.listeners, 0);
    if (!wasBroken) assert.equal(socket.closedWith, 1000);
    assert.ok(!socket.onmessage && !socket.onclose);
    assert.ok(page.connections.every(({ signalingState }) => signalingState === "closed"));
    assert.ok((page.stream?.getTracks() ?? []).every(({ readyState }) => readyState === "ended"));
    assert.deepEqual([page.me.currentCall, page.me.rooms.size], [null, 0]);
    const sockets = page.sockets.length;
    await page.clock.advance(600_000);
    assert.equal(page.sockets.length, sockets);
  });
}

test("a call is hung up by close(), and what was received is acknowledged", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "call-request", callId: "C", from: "22", expires: 1 });
  page.me.close();
  assert.equal(page.socket.last("call-hangup").callId, "C");
  assert.deepEqual(page.socket.last("ack"), { type: "ack", received: 1 });
});

test("promises are settled by close(): written ones unknown, others not-sent", async () => {
  const page = await Page.connected();
  const written = page.me.send("22", "a");
  page.socket.closes(1006);
  const unwritten = page.me.send("22", "b");
  const watching = page.me.watch(["33"]);
  page.me.close();
  assert.equal(await fate(written), "unknown");
  assert.equal(await fate(unwritten), "not-sent");
  assert.equal(await fate(watching), "not-sent");
  assert.equal(await fate(page.me.send("22", "c")), "closed");
  assert.equal(await fate(page.me.call("22")), "closed");
});

test("the app's own close is told as `closed`, once", async () => {
  const page = await Page.connected();
  page.me.close();
  page.me.close();
  assert.deepEqual(page.heard("close").map(({ code }) => code), ["closed"]);
});

test("no promise of the library is ever left unhandled", async (t) => {
  const unhandled = [];
  const keep = (error) => unhandled.push(error);
  process.on("unhandledRejection", keep);
  const page = await Page.connected();
  page.me.on("error", () => {});
  page.me.send("22", "x");
  page.me.call("22");
  page.me.join("standup");
  page.me.peer("33");
  page.me.watch(["44"]).catch(() => {});
  page.me.on("message", async () => {
    throw new Error("of the app");
  });
  page.socket.says({ type: "message", from: "22", data: 1 });
  await settle();
  page.me.close();
  await new Promise((done) => setImmediate(done));
  process.off("unhandledRejection", keep);
  assert.deepEqual(unhandled, []);
});

test("an app that calls again whenever something ends can close, too", async () => {
  const page = await Page.connected();
  const again = (user) => {
    const outcome = page.me.peer(user);
    [...page.me.peers].at(-1)?.on("state", (state) => state === "ended" && again(user));
    outcome.catch(() => {});
  };
  again("22");
  again("33");
  page.me.close();
  await settle();
  assert.deepEqual([page.me.state, page.me.peers.size, page.clock.running], ["closed", 0, 0]);
});
