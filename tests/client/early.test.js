/** Offers that are made while it rings: protocol.md §6, early offers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { request } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

const all = (page, type) => page.socket.said.filter((it) => it.type === type);

/** This page calls 22, and it rings there. */
async function ringing(options, { network } = {}) {
  const page = await Page.connected({ network });
  const outcome = page.me.call("22", { stream: Stream.of("audio"), ...options });
  const call = page.me.currentCall;
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  await settle();
  return { page, outcome, call };
}

/** An offer of 22 for the call that rings here, and a candidate. */
const offer = (nth = 1, more = {}) => ({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: `offer ${nth}`, switchboard: { peer: "P", nth, round: 1 } }, ...more });
const candidate = (nth = 1, name = "a") => ({ type: "candidate", from: "22", callId: "C", data: { candidate: name, switchboard: { peer: "P", nth } } });
const accepted = (more) => ({ type: "call-accept", callId: "C", from: "22", offerer: true, ...more });
const answerTo = ({ data }) => ({ type: "answer", sdp: "answer", switchboard: data.switchboard });

/** The server is heard all the time. */
async function passes(page, seconds) {
  for (let it = 0; it < seconds; it += 10) {
    await page.clock.advance(10_000);
    page.socket.says({ type: "ping" });
  }
}

// -- the caller

test("the caller makes its offer and its candidates while it rings, and has no call before the accept", async () => {
  const { page, outcome, call } = await ringing();
  page.connection.onicecandidate({ candidate: { toJSON: () => ({ candidate: "x" }) } });
  const [made] = all(page, "offer");
  assert.deepEqual([made.to, made.callId, made.data.type], ["22", "C", "offer"]);
  assert.equal(page.socket.last("candidate").data.candidate, "x");
  assert.equal(call.state, "ringing");
  assert.equal(await fate(outcome), "pending");
});

test("the answer comes with the accept, and nothing is offered again", async () => {
  const { page, outcome, call } = await ringing();
  page.socket.says(accepted({ answer: answerTo(page.socket.last("offer")) }));
  await settle();
  assert.equal(await fate(outcome), "fulfilled");
  assert.equal(call.state, "connecting");
  assert.deepEqual([page.connection.signalingState, page.connection.remoteDescription.sdp], ["stable", "answer"]);
  assert.equal(all(page, "offer").length, 1);
  assert.equal(page.connections.length, 1);
});

test("to one who accepts without an answer the same offer is said again", async () => {
  const { page, outcome } = await ringing();
  page.socket.says(accepted());
  await settle();
  const [first, again] = all(page, "offer");
  assert.deepEqual(again.data, first.data);
  assert.equal(page.connections.length, 1);
  assert.equal(await fate(outcome), "fulfilled");
  page.socket.says({ type: "answer", from: "22", callId: "C", data: answerTo(again) });
  await settle();
  assert.equal(page.connection.signalingState, "stable");
});

test("an answer to another offer than the last one counts for nothing", async () => {
  const { page } = await ringing();
  page.socket.says(accepted({ answer: { type: "answer", sdp: "answer", switchboard: { peer: "other", nth: 1 } } }));
  await settle();
  assert.equal(page.connection.signalingState, "have-local-offer");
  assert.equal(all(page, "offer").length, 2);
});

test("an answer that comes before the accept counts for nothing", async () => {
  const { page, call } = await ringing();
  page.socket.says({ type: "answer", from: "22", callId: "C", data: answerTo(page.socket.last("offer")) });
  await settle();
  assert.deepEqual([page.connection.signalingState, call.state], ["have-local-offer", "ringing"]);
});

test("with `early: false` nothing is offered before the accept", async () => {
  const { page } = await ringing({ early: false });
  assert.equal(page.connections.length, 0);
  page.socket.says(accepted());
  await settle();
  assert.equal(all(page, "offer").length, 1);
});

for (const reason of ["rejected", "busy", "no-answer", "lost", "replaced"]) {
  test(`a call that rings and ends with ${reason} closes its connection`, async () => {
    const { page, outcome } = await ringing();
    page.socket.says({ type: "call-ended", callId: "C", by: "22", reason });
    assert.equal(await fate(outcome), reason);
    assert.equal(page.connection.signalingState, "closed");
  });
}

test("a call that is cancelled, or whose session is lost while it rings, closes its connection", async () => {
  const { page, call } = await ringing();
  call.hangUp();
  assert.equal(page.connection.signalingState, "closed");

  const other = await ringing();
  other.page.chance = 0;
  other.page.socket.closes(1006);
  await other.page.clock.advance(1);
  other.page.socket.registers({ resumed: false, sessionId: "s2" });
  await settle();
  assert.equal(other.call.reason, "lost");
  assert.equal(other.page.connection.signalingState, "closed");
});

test("an early offer that is too large ends the call at once with that cause", async () => {
  const { page, outcome } = await ringing();
  const { id } = page.socket.last("offer");
  page.socket.says({ type: "error", code: "too-large", message: "too large", ref: id });
  await settle();
  assert.equal(await fate(outcome), "too-large");
  assert.equal(page.socket.last("call-hangup").callId, "C");
});

test("tracks that are added or removed while it rings are in a new offer of the same connection", async () => {
  const { page, call } = await ringing();
  const channel = call.dataChannel("chat");
  const [track] = Stream.of("video").getTracks();
  call.addTrack(track);
  await settle();
  assert.equal(page.connections.length, 1);
  const offers = all(page, "offer");
  assert.equal(offers.length, 2);
  assert.match(offers[1].data.sdp, /^offer of\s+2 /);
  assert.deepEqual(offers[1].data.switchboard, offers[0].data.switchboard);
  assert.notEqual(channel.state, "closed");
  call.removeTrack(track);
  await settle();
  assert.equal(all(page, "offer").length, 3);
});

test("after a change of network while it rings another offer replaces the one that leads nowhere", async () => {
  const { page } = await ringing();
  page.window.fires("online");
  await settle();
  const offers = all(page, "offer");
  assert.equal(offers.length, 2);
  assert.equal(page.connections.length, 1);
});

test("it may ring for as long as it likes: nothing is restarted or given up", async () => {
  const { page, call } = await ringing();
  await passes(page, 120);
  assert.equal(call.state, "ringing");
  assert.equal(page.connection.restarts, 0);
  assert.equal(all(page, "offer").length, 1);
});

test("what is not connected 45 s after the accept is given up", async () => {
  const { page, call } = await ringing();
  await passes(page, 40);
  page.socket.says(accepted({ answer: answerTo(page.socket.last("offer")) }));
  await passes(page, 40);
  assert.equal(call.state, "connecting");
  await passes(page, 20);
  assert.deepEqual([call.state, call.reason], ["ended", "failed"]);
});

// -- the callee

test("the callee keeps what comes, and answers with the accept, in one message", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer(), candidate(1, "a"), candidate(1, "b"));
  await settle();
  assert.equal(page.connections.length, 0);
  assert.deepEqual(page.socket.said, []);

  const [call] = page.heard("call");
  await call.accept({ stream: Stream.of("audio"), data: "hello" });
  await settle();
  const { id, answer, ...accept } = page.socket.last("call-accept");
  assert.deepEqual(accept, { type: "call-accept", callId: "C", data: "hello" });
  assert.deepEqual([answer.type, answer.switchboard.peer, answer.switchboard.nth], ["answer", "P", 1]);
  assert.deepEqual(page.connection.candidates.map((it) => it.candidate), ["a", "b"]);
  assert.equal(page.connection.senders.length, 1);
  assert.equal(all(page, "answer").length, 0);
});

test("candidates of the callee go after its accept", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer());
  await page.heard("call")[0].accept();
  await settle();
  page.connection.onicecandidate({ candidate: { toJSON: () => ({ candidate: "late" }) } });
  assert.deepEqual(page.socket.said.map((it) => it.type), ["call-accept", "candidate"]);
});

test("a candidate that is found before the answer is made waits for the accept", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer());
  const platform = page.options.platform;
  platform.RTCPeerConnection = class extends platform.RTCPeerConnection {
    async setLocalDescription(...all) {
      this.onicecandidate({ candidate: { toJSON: () => ({ candidate: "early" }) } });
      return super.setLocalDescription(...all);
    }
  };
  await page.heard("call")[0].accept();
  await settle();
  assert.deepEqual(page.socket.said.map((it) => it.type), ["call-accept", "candidate"]);
});

test("the latest offer counts, also while an accept waits for the camera", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer(1), candidate(1, "a"));
  let open;
  const camera = new Promise((fulfill) => (open = fulfill));
  const accept = page.heard("call")[0].accept({ stream: () => camera, waitForStream: true });
  page.socket.says(offer(2), candidate(2, "b"), candidate(1, "c"));
  await settle();
  assert.deepEqual(page.socket.said, []);
  open(Stream.of("audio", "video"));
  await accept;
  await settle();
  assert.equal(page.connections.length, 1);
  assert.equal(page.connection.remoteDescription.sdp, "offer 2");
  assert.deepEqual(page.connection.candidates.map((it) => it.candidate), ["b"]);
  assert.equal(page.connection.senders.length, 2);
});

test("after a camera that was waited for and is denied it rings on, and the offer is still there", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer());
  const [call] = page.heard("call");
  assert.equal(await fate(call.accept({ stream: () => Promise.reject(new Error("denied")), waitForStream: true })), "failed");
  assert.deepEqual([call.state, page.connections.length], ["ringing", 0]);
  await call.accept();
  await settle();
  assert.equal(page.socket.last("call-accept").answer.type, "answer");
});

test("without an early offer it accepts without an answer, and answers the offer that comes", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  await page.heard("call")[0].accept();
  await settle();
  assert.equal(page.socket.last("call-accept").answer, undefined);
  page.socket.says(offer());
  await settle();
  assert.equal(page.socket.last("answer").data.switchboard.peer, "P");
});

test("of several that ring only the one that is accepted is answered", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer(), request({ from: "33", callId: "D" }), offer(1, { from: "33", callId: "D" }));
  const calls = page.heard("call");
  await calls[1].accept();
  await settle();
  assert.equal(page.connections.length, 1);
  assert.equal(page.socket.last("call-accept").callId, "D");
  page.socket.says({ type: "call-ended", callId: "C", by: "11", reason: "busy" });
  await settle();
  assert.equal(page.connections.length, 1);
});

test("an offer that the browser does not take is accepted without an answer, so that it is made once more", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer());
  const platform = page.options.platform;
  platform.RTCPeerConnection = class extends platform.RTCPeerConnection {
    async setRemoteDescription(it) {
      if (it.sdp === "offer 1" && !this.tried) {
        this.tried = true;
        throw new Error("not this one");
      }
      return super.setRemoteDescription(it);
    }
  };
  await page.heard("call")[0].accept();
  await settle();
  assert.equal(all(page, "call-accept").length, 1);
  assert.equal(page.socket.last("call-accept").answer, undefined);
  page.socket.says(offer());
  await settle();
  assert.equal(page.socket.last("answer").data.sdp.startsWith("answer of"), true);
});

test("an accept that is too large with its answer is said without", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer());
  const [call] = page.heard("call");
  await call.accept({ data: "hello" });
  await settle();
  page.socket.says({ type: "error", code: "too-large", message: "too large", ref: page.socket.last("call-accept").id });
  await settle();
  const { id, ...rest } = page.socket.last("call-accept");
  assert.deepEqual(rest, { type: "call-accept", callId: "C", data: "hello" });
  assert.equal(call.state, "connecting");
});

test("an accept whose caller is too far behind is said again with its answer", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer());
  await page.heard("call")[0].accept();
  await settle();
  page.socket.says({ type: "error", code: "queue-full", message: "full", ref: page.socket.last("call-accept").id });
  await page.clock.advance(3000);
  const accepts = all(page, "call-accept");
  assert.equal(accepts.length, 2);
  assert.deepEqual(accepts[1].answer, accepts[0].answer);
});

test("a flood of early candidates is not kept", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer(), ...Array.from({ length: 1000 }, (_, nth) => candidate(1, `c${nth}`)));
  await page.heard("call")[0].accept();
  for (let it = 0; it < 50; it++) await settle();
  assert.equal(page.connection.candidates.length, 100);
});

// -- both

test("of two who call each other the second one answers the early offer of the first", async () => {
  const page = await Page.connected();
  const outcome = page.me.call("22", { stream: Stream.of("audio") });
  const call = page.me.currentCall;
  await settle();
  page.socket.says(request(), offer(), candidate());
  await settle();
  assert.equal(page.connections.length, 0);
  page.socket.says(accepted({ offerer: false, ref: page.socket.last("call-request").id }));
  await settle();
  assert.equal(await fate(outcome), "fulfilled");
  assert.equal(page.socket.last("answer").callId, "C");
  assert.equal(page.connection.candidates.length, 1);
  // The first one may offer the same once more.
  page.socket.says(offer());
  await settle();
  assert.equal(page.connections.length, 1);
  assert.equal(call.state, "connecting");
});

test("a call that goes on after `lost` is not offered anew before it is accepted", async () => {
  const { page, call } = await ringing();
  page.socket.says(accepted({ answer: answerTo(page.socket.last("offer")) }));
  await settle();
  page.connection.becomes("connected");
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  await page.clock.advance(10_000);
  const { id, continues } = page.socket.last("call-request");
  assert.equal(continues, "C");
  page.socket.says({ type: "call-ringing", callId: "D", to: "22", ref: id });
  await settle();
  assert.equal(all(page, "offer").length, 1);
  assert.equal(call.state, "connected");
});
