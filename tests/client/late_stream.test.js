/** Calls that are connected while a camera is still being opened: docs/client.md, cameras that take their time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { request, word } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

const all = (page, type) => page.socket.said.filter((it) => it.type === type);
const offer = (kinds = "audio video", more = {}) => ({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: `offer with ${kinds}`, switchboard: { peer: "P", nth: 1, round: 1 } }, ...more });
const lines = (page) => page.connection.getTransceivers().map((it) => [it.receiver.track.kind, it.direction, it.sender.track]);

/** A camera that opens, or is denied, when a test says so. */
function camera() {
  const it = {};
  it.stream = () => new Promise((fulfill, reject) => Object.assign(it, { opens: fulfill, fails: () => reject(new Error("denied")) }));
  return it;
}

/** 22 calls, and this page accepts by a camera that takes its time. */
async function accepting(kinds, options) {
  const page = await Page.connected();
  page.socket.says(request(), offer(kinds));
  const [call] = page.heard("call");
  const own = camera();
  const accepted = call.accept({ stream: own.stream, ...options });
  await settle();
  return { page, call, own, accepted };
}

/** This page calls 22 with such a camera, and it rings there. */
async function calling(options) {
  const page = await Page.connected();
  const own = camera();
  const outcome = page.me.call("22", { stream: own.stream, waitForStream: false, ...options });
  const call = page.me.currentCall;
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  await settle();
  return { page, call, own, outcome };
}

const answers = (page) => {
  const { switchboard } = page.socket.last("offer").data;
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true, answer: { type: "answer", sdp: "answer", switchboard } });
};

// -- the callee

test("the answer does not wait for the camera, whose tracks need no other negotiation", async () => {
  const { page, call, own, accepted } = await accepting();
  assert.equal(page.socket.last("call-accept").answer.type, "answer");
  assert.deepEqual([call.state, await fate(accepted)], ["connecting", "pending"]);
  assert.deepEqual(lines(page), [["audio", "sendrecv", null], ["video", "sendrecv", null]]);

  const stream = Stream.of("audio", "video");
  own.opens(stream);
  assert.equal(await fate(accepted), "fulfilled");
  assert.deepEqual(lines(page).map(([, , track]) => track?.id), stream.getTracks().map(({ id }) => id));
  await settle();
  assert.deepEqual([all(page, "offer"), all(page, "answer")], [[], []]);
  assert.deepEqual(call.localStream.getTracks(), stream.getTracks());
});

test("both m-lines belong to one stream before there is a track", async () => {
  const { page } = await accepting();
  const [audio, video] = page.connection.getTransceivers().map((it) => it.sender.streams);
  assert.equal(audio.length, 1);
  assert.equal(audio[0], video[0]);
});

test("with `media` only the kinds that will come are negotiated", async () => {
  const { page, own, accepted } = await accepting("audio video", { media: { audio: true } });
  assert.deepEqual(lines(page).map(([kind, direction]) => [kind, direction]), [["audio", "sendrecv"], ["video", "recvonly"]]);
  own.opens(Stream.of("audio"));
  assert.equal(await fate(accepted), "fulfilled");
  await settle();
  assert.deepEqual(all(page, "offer"), []);
});

test("a kind that the other side does not offer gets an m-line when its track comes", async () => {
  const { page, own } = await accepting("audio");
  assert.equal(lines(page).length, 1);
  own.opens(Stream.of("audio", "video"));
  await settle();
  assert.deepEqual(lines(page).map(([kind, , track]) => [kind, track?.kind]), [["audio", "audio"], ["video", "video"]]);
  assert.equal(all(page, "offer").length, 1);
});

test("a kind that does not come is taken back by one negotiation", async () => {
  const { page, own, accepted } = await accepting();
  own.opens(Stream.of("audio"));
  assert.equal(await fate(accepted), "fulfilled");
  await settle();
  assert.deepEqual(lines(page).map(([kind, direction]) => [kind, direction]), [["audio", "sendrecv"], ["video", "recvonly"]]);
  assert.equal(all(page, "offer").length, 1);
});

test("a stream that a function has at once is sent as it is, in its own stream", async () => {
  const page = await Page.connected();
  page.socket.says(request(), offer());
  const stream = Stream.of("audio", "video");
  await page.heard("call")[0].accept({ stream: () => stream });
  await settle();
  assert.deepEqual(page.connection.getTransceivers().map((it) => it.sender.streams[0] === stream), [true, true]);
  assert.deepEqual(all(page, "offer"), []);
});

test("a camera that is denied fails the accept, and the call goes on and receives", async () => {
  const { page, call, own, accepted } = await accepting();
  own.fails();
  assert.equal(await fate(accepted), "failed");
  await assert.rejects(accepted, (error) => error.cause.message === "denied");
  await settle();
  assert.equal(call.state, "connecting");
  assert.deepEqual(lines(page).map(([, direction]) => direction), ["recvonly", "recvonly"]);
  assert.equal(all(page, "offer").length, 1);
  page.connection.becomes("connected");
  assert.equal(call.state, "connected");
});

test("after a camera that is denied another accept brings another stream, and a third one nothing", async () => {
  const { page, call, own, accepted } = await accepting();
  own.fails();
  assert.equal(await fate(accepted), "failed");
  const less = Stream.of("audio");
  assert.equal(await fate(call.accept({ stream: () => less })), "fulfilled");
  assert.deepEqual(call.localStream.getTracks(), less.getTracks());
  assert.equal(await fate(call.accept({ stream: () => assert.fail("asked") })), "fulfilled");
  assert.equal(all(page, "call-accept").length, 1);
  call.hangUp();
  assert.equal(less.getTracks()[0].readyState, "ended");
});

test("a second accept while the camera is being opened is the first one", async () => {
  const { call, own, accepted } = await accepting();
  const second = call.accept({ stream: () => assert.fail("asked") });
  assert.equal(await fate(second), "pending");
  own.opens(Stream.of("audio", "video"));
  assert.deepEqual([await fate(accepted), await fate(second)], ["fulfilled", "fulfilled"]);
});

test("a camera that opens after the call has ended is given back", async () => {
  const { page, own, accepted } = await accepting();
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "hangup" });
  const stream = Stream.of("video");
  own.opens(stream);
  assert.equal(await fate(accepted), "fulfilled");
  assert.equal(stream.getTracks()[0].readyState, "ended");
});

test("what was muted before the camera is there is sent silent", async () => {
  const { call, own } = await accepting();
  call.mute("audio");
  const stream = Stream.of("audio", "video");
  own.opens(stream);
  await settle();
  assert.deepEqual(stream.getTracks().map(({ enabled }) => enabled), [false, true]);
});

test("a screen that is shared before the camera is there gets an m-line of its own", async () => {
  const { page, call, own } = await accepting();
  const screen = Stream.of("video");
  call.addTrack(screen.getTracks()[0], screen);
  const stream = Stream.of("audio", "video");
  own.opens(stream);
  await settle();
  assert.deepEqual(lines(page).map(([kind, , track]) => [kind, track?.id]), [...stream.getTracks(), ...screen.getTracks()].map(({ kind, id }) => [kind, id]));
});

test("an m-line that the other side has stopped meanwhile is replaced", async () => {
  const { page, own } = await accepting();
  page.connection.transceivers[1].currentDirection = "stopped";
  const stream = Stream.of("audio", "video");
  own.opens(stream);
  await settle();
  assert.deepEqual(lines(page).filter(([, , track]) => track).map(([kind]) => kind), ["audio", "video"]);
  assert.equal(lines(page).length, 3);
});

test("a connection that replaces one before the camera is there expects it, too", async () => {
  const { page, own } = await accepting();
  const { switchboard } = offer().data;
  page.socket.says(offer("audio video", { data: { type: "offer", sdp: "offer with audio video", switchboard: { ...switchboard, nth: 2 } } }));
  await settle();
  assert.equal(page.connections.length, 2);
  const stream = Stream.of("audio", "video");
  own.opens(stream);
  await settle();
  assert.deepEqual(lines(page).map(([, , track]) => track?.id), stream.getTracks().map(({ id }) => id));
});

test("a peer without ringing is answered before the camera is there, too", async () => {
  const page = await Page.connected();
  page.socket.says(word("invite"));
  const own = camera();
  const accepted = page.heard("peer")[0].accept({ stream: own.stream });
  await settle();
  assert.equal(page.socket.last("message").data.switchboard.is, "accept");
  page.socket.says({ type: "offer", from: "33", data: { type: "offer", sdp: "offer with video", switchboard: { peer: "P", nth: 1, round: 1 } } });
  await settle();
  assert.equal(all(page, "answer").length, 1);
  const stream = Stream.of("video");
  own.opens(stream);
  assert.equal(await fate(accepted), "fulfilled");
  assert.deepEqual(lines(page).map(([, , track]) => track?.id), [stream.getTracks()[0].id]);
});

test("with `waitForStream` nothing is said or negotiated before the camera is there", async () => {
  const { page, own, accepted } = await accepting("audio video", { waitForStream: true });
  assert.deepEqual([page.connections.length, page.socket.said], [0, []]);
  own.opens(Stream.of("audio", "video"));
  assert.equal(await fate(accepted), "fulfilled");
  await settle();
  assert.equal(page.socket.last("call-accept").answer.type, "answer");
});

// -- the caller

test("a call waits for the camera, unless it says that it does not", async () => {
  const page = await Page.connected();
  page.me.call("22", { stream: camera().stream }).catch(() => {});
  await settle();
  assert.deepEqual(page.socket.said, []);
});

test("a call that does not wait rings at once, offers what will come, and offers nothing again when it is there", async () => {
  const { page, own, outcome } = await calling({ media: { audio: true, video: true } });
  assert.deepEqual(page.socket.last("call-request").media, { audio: true, video: true });
  assert.deepEqual(lines(page), [["audio", "sendrecv", null], ["video", "sendrecv", null]]);
  const stream = Stream.of("audio", "video");
  own.opens(stream);
  await settle();
  assert.equal(all(page, "offer").length, 1);
  answers(page);
  assert.equal(await fate(outcome), "fulfilled");
  assert.deepEqual(lines(page).map(([, , track]) => track?.id), stream.getTracks().map(({ id }) => id));
});

test("without `media` such a call says and offers both kinds", async () => {
  const { page } = await calling();
  assert.deepEqual(page.socket.last("call-request").media, { audio: true, video: true });
  assert.deepEqual(lines(page).map(([kind]) => kind), ["audio", "video"]);
});

test("a camera that is denied after the accept is told by `error`, and the call goes on", async () => {
  const { page, call, own, outcome } = await calling();
  answers(page);
  assert.equal(await fate(outcome), "fulfilled");
  own.fails();
  await settle();
  assert.deepEqual(page.heard("error").map(({ code, cause }) => [code, cause.message]), [["failed", "denied"]]);
  assert.equal(call.state, "connecting");
  assert.deepEqual(lines(page).map(([, direction]) => direction), ["recvonly", "recvonly"]);
  assert.equal(all(page, "offer").length, 2);
});

test("a camera that is denied while it rings is told by `error`, and the offer replaced by one that receives", async () => {
  const { page, call, own } = await calling();
  own.fails();
  await settle();
  assert.equal(page.heard("error").length, 1);
  assert.equal(call.state, "ringing");
  assert.equal(all(page, "offer").length, 2);
});

test("a call of a user who rings here waits no more than it says", async () => {
  for (const waitForStream of [true, false]) {
    const page = await Page.connected();
    page.socket.says(request(), offer());
    const own = camera();
    const outcome = page.me.call("22", { stream: own.stream, waitForStream });
    await settle();
    assert.equal(page.connections.length, waitForStream ? 0 : 1);
    own.fails();
    assert.equal(await fate(outcome), waitForStream ? "failed" : "fulfilled");
    assert.equal(page.heard("error").length, waitForStream ? 0 : 1);
  }
});

// -- rooms

/** This page has joined, with a camera that takes its time, a room in which 22 and 33 are. */
async function joined(options) {
  const page = await Page.connected();
  const own = camera();
  const outcome = page.me.join("standup", { stream: own.stream, waitForStream: false, ...options });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22", "33"], names: {}, ref: page.socket.last("join")?.id });
  await settle();
  return { page, own, outcome, room: page.me.rooms.get("standup") };
}

test("a room that does not wait for the camera is joined at once, and its tracks need no other negotiation", async () => {
  const { page, own, outcome, room } = await joined();
  assert.equal(await fate(outcome), "fulfilled");
  assert.equal(all(page, "offer").length, 2);
  for (const it of page.connections) assert.deepEqual(it.getTransceivers().map(({ sender, direction }) => [sender.track, direction]), [[null, "sendrecv"], [null, "sendrecv"]]);

  const stream = Stream.of("audio", "video");
  own.opens(stream);
  await settle();
  for (const it of page.connections) assert.deepEqual(it.getTransceivers().map(({ sender }) => sender.track?.id), stream.getTracks().map(({ id }) => id));
  assert.equal(all(page, "offer").length, 2);
  assert.deepEqual(room.localStream.getTracks(), stream.getTracks());
});

test("a member who comes after the camera is sent what there is", async () => {
  const { page, own } = await joined();
  const stream = Stream.of("audio", "video");
  own.opens(stream);
  await settle();
  page.socket.says({ type: "member-joined", room: "standup", userId: "44" });
  page.socket.says({ type: "offer", from: "44", room: "standup", data: { type: "offer", sdp: "offer with audio video", switchboard: { peer: "Q", round: 1 } } });
  await settle();
  assert.equal(page.connections.length, 3);
  assert.deepEqual(lines(page).map(([, , track]) => track?.id), stream.getTracks().map(({ id }) => id));
});

test("a camera that is denied in a room is told by `error`, and each member is told that nothing comes", async () => {
  const { page, own, room } = await joined({ media: { video: true } });
  own.fails();
  await settle();
  assert.deepEqual(page.heard("error").map(({ code }) => code), ["failed"]);
  for (const it of page.connections) assert.deepEqual(it.getTransceivers().map(({ direction }) => direction), ["recvonly"]);
  assert.equal(room.peers.size, 2);
});

test("a camera that opens after the room was left is given back", async () => {
  const { own, room } = await joined();
  room.leave();
  const stream = Stream.of("video");
  own.opens(stream);
  await settle();
  assert.equal(stream.getTracks()[0].readyState, "ended");
});

test("a room waits for the camera, unless it says that it does not", async () => {
  const page = await Page.connected();
  page.me.join("standup", { stream: camera().stream }).catch(() => {});
  await settle();
  assert.deepEqual(page.socket.said, []);
});
