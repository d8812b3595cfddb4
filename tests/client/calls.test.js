/** Calls as far as they can be seen without media: protocol.md §6. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected, lost, request } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

test("a call says what it means to send, and resolves when it is accepted", async () => {
  const { page, outcome, call } = await called();
  const { id, ...rest } = page.socket.last("call-request");
  assert.deepEqual(rest, { type: "call-request", to: "22", media: { audio: true, video: true } });
  assert.equal(await fate(outcome), "fulfilled");
  assert.equal(call.state, "connecting");
  const offer = page.socket.last("offer");
  assert.deepEqual([offer.to, offer.callId, offer.data.type], ["22", "C", "offer"]);
});

test("a caller is told when it rings at the other's", async () => {
  const page = await Page.connected();
  page.me.call("22").catch(() => {});
  const states = [];
  page.me.currentCall.on("state", (state) => states.push(state));
  await settle();
  assert.deepEqual(states, []);
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  assert.deepEqual(states, ["ringing"]);
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true });
  assert.deepEqual(states, ["ringing", "connecting"]);
});

for (const reason of ["busy", "offline"]) {
  test(`a call that is never rung rejects with ${reason}`, async () => {
    const page = await Page.connected();
    const outcome = page.me.call("22");
    await settle();
    page.socket.says({ type: "call-ended", by: null, reason, ref: page.socket.last("call-request").id });
    assert.equal(await fate(outcome), reason);
    assert.equal(page.me.currentCall, null);
    assert.equal(page.connections.length, 0);
  });
}

for (const reason of ["rejected", "no-answer", "cancelled", "lost", "replaced", "of-tomorrow"]) {
  test(`a ringing call that ends rejects with ${reason}`, async () => {
    const page = await Page.connected();
    const outcome = page.me.call("22");
    const call = page.me.currentCall;
    await settle();
    page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
    page.socket.says({ type: "call-ended", callId: "C", by: "22", reason, detail: "why" });
    assert.equal(await fate(outcome), reason);
    assert.deepEqual([call.state, call.reason, call.detail], ["ended", reason, "why"]);
  });
}

test("a cancel before the server has answered is sent as soon as the call has a name", async () => {
  const page = await Page.connected();
  const outcome = page.me.call("22");
  await settle();
  page.me.currentCall.hangUp();
  assert.equal(await fate(outcome), "cancelled");
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  assert.equal(page.socket.last("call-cancel").callId, "C");
});

test("a second call is busy without asking the server", async () => {
  const { page } = await called();
  assert.equal(await fate(page.me.call("33")), "busy");
});

test("a stream that fails rejects the call and rings nobody", async () => {
  const page = await Page.connected();
  const outcome = page.me.call("22", { stream: () => Promise.reject(new Error("no camera")) });
  assert.equal(await fate(outcome), "failed");
  await assert.rejects(outcome, (error) => error.cause.message === "no camera");
  assert.deepEqual(page.socket.said, []);
});

test("until the app accepts nothing is answered: no connection, no candidate", async () => {
  const page = await Page.connected();
  page.socket.says(request({ name: "李雷", media: { audio: true, video: false } }));
  page.socket.says({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: "x" } });
  await settle();
  assert.equal(page.connections.length, 0);
  const [call] = page.heard("call");
  assert.deepEqual([call.userId, call.name, call.media, call.state], ["22", "李雷", { audio: true, video: false }, "ringing"]);

  await call.accept({ stream: Stream.of("audio") });
  await settle();
  assert.equal(page.socket.last("call-accept").answer.type, "answer");
  assert.equal(page.connection.senders.length, 1);
});

test("glare: the own request is answered by an accept, and the other's ring is no call", async () => {
  const page = await Page.connected();
  const outcome = page.me.call("22");
  await settle();
  page.socket.says(request());
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: false, ref: page.socket.last("call-request").id });
  assert.equal(await fate(outcome), "fulfilled");
  assert.deepEqual(page.heard("call"), []);
  assert.equal(page.connections.length, 0, "it waits for the offer");
});

test("busy because the other's call came first: that one rings then", async () => {
  const page = await Page.connected();
  const outcome = page.me.call("22");
  await settle();
  page.socket.says(request());
  page.socket.says({ type: "call-ended", by: null, reason: "busy", ref: page.socket.last("call-request").id });
  assert.equal(await fate(outcome), "busy");
  assert.equal(page.heard("call")[0].userId, "22");
});

test("signaling is not media: socket cuts and a lost session leave the call connected", async () => {
  const { page, call } = await connected();
  page.socket.closes(1006);
  assert.equal(call.state, "connected");
  await page.clock.advance(500);
  page.socket.registers({ resumed: true, received: 3, calls: ["C"] });
  assert.equal(call.state, "connected");
  await lost(page);
  assert.equal(call.state, "connected");
  assert.equal(page.connections.length, 1);
});

test("after a lost session the smaller name asks to go on, until it is answered", async () => {
  const { page, call } = await connected();
  await lost(page);
  await page.clock.advance(0);
  const first = page.socket.last("call-request");
  assert.deepEqual([first.to, first.continues], ["22", "C"]);
  page.socket.says({ type: "call-ended", by: null, reason: "offline", ref: first.id });
  assert.equal(call.state, "connected");
  await page.clock.advance(2000);
  const second = page.socket.last("call-request");
  assert.notEqual(second.id, first.id);
  page.socket.says({ type: "call-ringing", callId: "D", to: "22", ref: second.id });
  page.socket.says({ type: "call-accept", callId: "D", from: "22", offerer: true });
  await settle();
  assert.equal(page.socket.last("offer").callId, "D");
  assert.equal(page.connections.length, 1, "the media connection is the same");
  call.hangUp();
  assert.equal(page.socket.last("call-hangup").callId, "D");
});

test("who is asked to go on with a call that is still there accepts without ringing", async () => {
  const { page } = await connected();
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  page.socket.says(request({ callId: "D", continues: "C" }));
  assert.deepEqual(page.heard("call"), []);
  assert.equal(page.socket.last("call-accept").callId, "D");
});

test("a call that goes on with one this page does not know rings", async () => {
  const page = await Page.connected();
  page.socket.says(request({ continues: "B" }));
  assert.equal(page.heard("call")[0].continues, "B");
});

test("a link that a reloaded page does not know is told gone, and made anew", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  await page.heard("call")[0].accept();
  const offer = { type: "offer", sdp: "x", switchboard: { peer: "L", round: 4 } };
  page.socket.says({ type: "offer", from: "22", callId: "C", data: offer });
  await settle();
  assert.deepEqual(page.socket.last("answer").data, { switchboard: { peer: "L", gone: true } });
  assert.equal(page.connections.length, 0);

  const other = await connected();
  const { peer } = other.page.socket.last("offer").data.switchboard;
  other.page.chance = 0.7;
  other.page.socket.says({ type: "answer", from: "22", callId: "C", data: { switchboard: { peer, gone: true } } });
  await settle();
  assert.equal(other.page.connections.length, 2);
  const again = other.page.socket.last("offer").data.switchboard;
  assert.equal(again.round, 1);
  assert.notEqual(again.peer, peer);
});

test("an incoming call that still rings in another session goes on ringing; one that does not has ended", async () => {
  for (const rings of [true, false]) {
    const page = await Page.connected();
    page.socket.says(request());
    const [call] = page.heard("call");
    await lost(page);
    if (rings) page.socket.says(request());
    page.socket.says({ type: "pong" });
    assert.equal(call.state, rings ? "ringing" : "ended");
    assert.equal(page.heard("call").length, 1);
  }
});

test("an accept that comes too late says nothing and gives the camera back", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  const stream = Stream.of("video");
  let open;
  const accepted = call.accept({ stream: () => new Promise((fulfill) => (open = () => fulfill(stream))), waitForStream: true });
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "cancelled" });
  open();
  assert.equal(await fate(accepted), "fulfilled");
  assert.equal(page.socket.last("call-accept"), undefined);
  assert.equal(stream.getTracks()[0].readyState, "ended");
});

test("who calls anew has given up the call that the server has lost, and rings", async () => {
  const { page, call } = await connected();
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  page.socket.says(request({ callId: "F", from: "33" }));
  assert.equal(call.state, "connected");
  page.socket.says(request({ callId: "G" }));
  assert.deepEqual([call.state, call.reason], ["ended", "lost"]);
  assert.deepEqual(page.heard("call").map(({ callId }) => callId), ["F", "G"]);
});

test("a call whose media are broken and whose other side is offline has ended", async () => {
  const { page, call } = await connected();
  page.connection.becomes("disconnected");
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  await page.clock.advance(0);
  page.socket.says({ type: "call-ended", by: null, reason: "offline", ref: page.socket.last("call-request").id });
  assert.deepEqual([call.state, call.reason], ["ended", "lost"]);
});

test("a client that was replaced ends its call, and says so over the media connection", async () => {
  const { page, call } = await connected();
  page.connection.channels[0].readyState = "open";
  page.socket.closes(4509);
  assert.deepEqual([call.state, call.reason], ["ended", "replaced"]);
  assert.deepEqual(page.connection.channels[0].sent, ["bye"]);
});

test("`away` tells of the other's socket", async () => {
  const { page, call } = await connected();
  page.socket.says({ type: "call-peer-away", callId: "C", from: "22" });
  assert.equal(call.away, true);
  page.socket.says({ type: "call-peer-back", callId: "C", from: "22" });
  assert.equal(call.away, false);
  assert.equal(call.state, "connected");
});

test("a call that goes on says what this side sends now", async () => {
  const { page, call } = await connected();
  call.removeTrack(page.connection.senders.find(({ track }) => track.kind === "video").track);
  await lost(page);
  await page.clock.advance(0);
  assert.deepEqual(page.socket.last("call-request").media, { audio: true, video: false });
});

test("a question that nobody has heard in its time is asked again", async () => {
  const { page, call } = await connected();
  await lost(page);
  await page.clock.advance(0);
  const { id } = page.socket.last("call-request");
  page.socket.says({ type: "call-ringing", callId: "N", to: "22", away: true, ref: id });
  await page.clock.advance(20_000);
  assert.equal(page.socket.last("call-request").id, id, "one at a time");
  page.socket.says({ type: "pong" });
  page.socket.says({ type: "call-ended", callId: "N", by: null, reason: "no-answer" });
  assert.equal(call.state, "connected");
  await page.clock.advance(4000);
  assert.notEqual(page.socket.last("call-request").id, id);
});

test("one question is asked, however often its time has come while the line was down", async () => {
  const { page, call } = await connected();
  await lost(page);
  await page.clock.advance(0);
  page.socket.says({ type: "call-ended", by: null, reason: "offline", ref: page.socket.last("call-request").id });
  page.socket.closes(1012, "retry after 5000 ms");
  await page.clock.advance(5500);
  page.socket.registers({ resumed: false, sessionId: "s3" });
  await page.clock.advance(0);
  const { id } = page.socket.last("call-request");
  for (let time = 0; time < 8; time++) {
    await page.clock.advance(1000);
    page.socket.says({ type: "pong" });
  }
  assert.equal(page.socket.said.filter(({ type }) => type === "call-request").length, 1);
  page.socket.says({ type: "call-accept", callId: "N", from: "22", offerer: true, ref: id });
  assert.deepEqual([call.callId, call.state], ["N", "connected"]);
});

test("a question that crosses with a new call of the other's reloaded page goes on as that call", async () => {
  const { page, call } = await connected();
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  await page.clock.advance(0);
  const { id } = page.socket.last("call-request");
  page.socket.says(request({ callId: "N" }));
  page.socket.says({ type: "call-accept", callId: "N", from: "22", offerer: false, ref: id });
  assert.deepEqual([call.callId, call.state], ["N", "connected"]);
  assert.deepEqual(page.heard("call"), []);
  assert.equal(page.socket.last("call-cancel"), undefined);
});

test("a question that is refused gives way to the other's new call, which rings", async () => {
  for (const answer of [{ type: "error", code: "rate-limited", message: "" }, { type: "call-ended", by: null, reason: "busy" }]) {
    const { page, call } = await connected();
    page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
    await page.clock.advance(0);
    page.socket.says(request({ callId: "N" }));
    page.socket.says({ ...answer, ref: page.socket.last("call-request").id });
    assert.deepEqual([call.state, call.reason], ["ended", "lost"]);
    assert.equal(page.heard("call")[0].callId, "N");
  }
});

test("a call is waited for as well when the session of the other is lost while this side's question rings there", async () => {
  const { page, call } = await connected();
  page.connection.becomes("disconnected");
  await lost(page);
  await page.clock.advance(0);
  page.socket.says({ type: "call-ringing", callId: "N", to: "22", away: true, ref: page.socket.last("call-request").id });
  page.socket.says({ type: "call-ended", callId: "N", by: "22", reason: "lost" });
  await page.clock.advance(2000);
  page.socket.says({ type: "call-ended", by: null, reason: "offline", ref: page.socket.last("call-request").id });
  assert.equal(call.state, "reconnecting");
});

test("a browser that makes no connection fails the call, with the cause", async () => {
  const page = await Page.connected();
  page.options.platform.RTCPeerConnection = class {
    constructor() {
      throw new Error("too many connections");
    }
  };
  page.me.call("22").catch(() => {});
  const call = page.me.currentCall;
  await settle();
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true, ref: page.socket.last("call-request").id });
  assert.deepEqual([call.state, call.reason, page.me.currentCall], ["ended", "failed", null]);
  assert.equal(page.socket.last("call-hangup").callId, "C");
});

test("the other's call that crossed this one does not ring later, when the one call that both became ends, or the session", async () => {
  for (const ends of [
    (page) => lost(page),
    (page) => {
      page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: false, ref: page.socket.last("call-request").id });
      return lost(page);
    },
  ]) {
    const page = await Page.connected();
    page.me.call("22").catch(() => {});
    const call = page.me.currentCall;
    await settle();
    page.socket.says(request());
    await ends(page);
    assert.deepEqual([call.state, call.reason], ["ended", "lost"]);
    assert.deepEqual(page.heard("call"), []);
  }
});

test("a call that has gone on is waited for no longer than any other", async () => {
  const { page, call } = await connected();
  await lost(page);
  await page.clock.advance(0);
  page.socket.says({ type: "call-accept", callId: "D", from: "22", offerer: true, ref: page.socket.last("call-request").id });
  page.connection.becomes("disconnected");
  page.socket.says({ type: "call-ended", callId: "D", by: "22", reason: "lost" });
  await page.clock.advance(0);
  page.socket.says({ type: "call-ended", by: null, reason: "offline", ref: page.socket.last("call-request").id });
  assert.deepEqual([call.state, call.reason], ["ended", "lost"]);
});
