/** Calls, peers and rooms as far as they can be seen without media: protocol.md §6, §7. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, Stream, fate, settle } from "./fakes.js";

const request = (more) => ({ type: "call-request", callId: "C", from: "22", expires: 45_000, ...more });

/** This page has called 22, who has accepted. */
async function called(more = {}) {
  const page = await Page.connected();
  const outcome = page.me.call("22", { stream: Stream.of("audio", "video") });
  await settle();
  const { id } = page.socket.last("call-request");
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: id });
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true, ...more });
  await settle();
  return { page, outcome, call: page.me.currentCall };
}

/** In a call, and the media flow. */
async function connected() {
  const all = await called();
  const { page } = all;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", sdp: "x" } });
  await settle();
  page.connection.becomes("connected");
  return all;
}

/** The session is lost, and this is another one. */
async function lost(page) {
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: false, sessionId: "s2" });
  await settle();
}

test("a call says what it means to send, and resolves when it is accepted", async () => {
  const { page, outcome, call } = await called();
  const { id, ...rest } = page.socket.last("call-request");
  assert.deepEqual(rest, { type: "call-request", to: "22", media: { audio: true, video: true } });
  assert.equal(await fate(outcome), "fulfilled");
  assert.equal(call.state, "connecting");
  const offer = page.socket.last("offer");
  assert.deepEqual([offer.to, offer.callId, offer.data.type], ["22", "C", "offer"]);
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
  assert.equal(page.connections.length, 0);
  page.socket.says({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: "x" } });
  await settle();
  assert.equal(page.socket.last("answer").to, "22");
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

test("candidates wait for the description they belong to", async () => {
  const { page } = await called();
  const candidate = { candidate: "a", sdpMid: "0" };
  page.socket.says({ type: "candidate", from: "22", callId: "C", data: candidate });
  await settle();
  assert.deepEqual(page.connection.candidates, []);
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", sdp: "x" } });
  await settle();
  assert.deepEqual(page.connection.candidates, [candidate]);
  assert.deepEqual(page.heard("error"), []);
});

test("the caller ignores an offer that crosses its own; the called side gives way", async () => {
  const { page } = await called();
  page.socket.says({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: "theirs" } });
  await settle();
  assert.equal(page.connection.remoteDescription, null);

  const other = await Page.connected();
  other.socket.says(request());
  await other.heard("call")[0].accept();
  other.socket.says({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: "first" } });
  await settle();
  other.connection.becomes("connected");
  other.me.currentCall.addTrack(Stream.of("video").getTracks()[0]);
  await settle();
  assert.equal(other.connection.signalingState, "have-local-offer");
  other.socket.says({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: "second" } });
  await settle();
  assert.equal(other.connection.remoteDescription.sdp, "second");
  assert.equal(other.socket.last("answer").data.type, "answer");
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

test("media that fail are mended by an ICE restart, and given up after 45 s", async () => {
  const { page, call } = await connected();
  page.connection.becomes("failed");
  assert.equal(call.state, "reconnecting");
  await page.clock.advance(0);
  assert.equal(page.connection.restarts, 1);
  page.connection.becomes("connected");
  assert.equal(call.state, "connected");
  page.connection.becomes("failed");
  for (let time = 0; time < 52_000; time += 4000) {
    page.socket.says({ type: "pong" });
    await page.clock.advance(4000);
  }
  assert.deepEqual([call.state, call.reason], ["ended", "failed"]);
  assert.equal(page.socket.last("call-hangup").callId, "C");
});

test("another network restarts ICE", async () => {
  const { page } = await connected();
  page.window.fires("online");
  assert.equal(page.connection.restarts, 1);
});

test("ICE servers come with `registered`, are refreshed, and the app's come on top", async () => {
  const page = await Page.connected({ rtc: { iceServers: [{ urls: "stun:own" }], iceTransportPolicy: "relay" } }, { iceServers: [{ urls: ["stun:a"] }] });
  page.me.call("22").catch(() => {});
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true });
  await settle();
  assert.deepEqual(page.connection.config, { iceServers: [{ urls: ["stun:a"] }, { urls: "stun:own" }], iceTransportPolicy: "relay" });
  page.socket.says({ type: "ice-servers", iceServers: [{ urls: ["stun:b"] }] });
  assert.deepEqual(page.connection.config.iceServers[0], { urls: ["stun:b"] });
});

test("`bye` over the media connection ends the call, and the server is told", async () => {
  const { page, call } = await connected();
  page.connection.channels[0].onmessage({ data: "bye" });
  assert.deepEqual([call.state, call.reason], ["ended", "hangup"]);
  assert.equal(page.socket.last("call-hangup").callId, "C");
});

test("an accept that comes too late says nothing and gives the camera back", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  const stream = Stream.of("video");
  let open;
  const accepted = call.accept({ stream: () => new Promise((fulfill) => (open = () => fulfill(stream))) });
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "cancelled" });
  open();
  assert.equal(await fate(accepted), "fulfilled");
  assert.equal(page.socket.last("call-accept"), undefined);
  assert.equal(stream.getTracks()[0].readyState, "ended");
});

test("what a function has opened ends with its call; a stream of the app does not", async () => {
  for (const owned of [true, false]) {
    const page = await Page.connected();
    const stream = Stream.of("video");
    page.me.call("22", { stream: owned ? () => stream : stream }).catch(() => {});
    await settle();
    page.me.currentCall.hangUp();
    assert.equal(stream.getTracks()[0].readyState, owned ? "ended" : "live");
  }
});

test("somebody else who calls is rejected, be it that the server knows of the call or not", async () => {
  const { page, call } = await connected();
  page.socket.says(request({ callId: "E", from: "33" }));
  assert.equal(page.socket.last("call-reject").callId, "E");
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  page.socket.says(request({ callId: "F", from: "33" }));
  assert.equal(page.socket.last("call-reject").callId, "F");
  assert.equal(call.state, "connected");
  page.socket.says(request({ callId: "G" }));
  assert.equal(call.state, "ended");
  assert.equal(page.heard("call").length, 1, "who calls anew has given up the old call");
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

test("statistics say path, round trip, loss and bit rates, once a second while somebody listens", async () => {
  const { page, call } = await connected();
  let seconds = 0;
  page.connection.getStats = async () => {
    const timestamp = 1000 * seconds++;
    const video = { id: "V", type: "inbound-rtp", kind: "video", timestamp, bytesReceived: 12_500 * seconds, frameWidth: 640, frameHeight: 360 };
    return new Map([
      ["T", { id: "T", type: "transport", selectedCandidatePairId: "P" }],
      ["P", { id: "P", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", currentRoundTripTime: 0.02 }],
      ["L", { id: "L", type: "local-candidate", candidateType: "relay" }],
      ["R", { id: "R", type: "remote-candidate", candidateType: "host" }],
      ["V", { ...video, packetsLost: 1, packetsReceived: 3 }],
      ["A", { id: "A", type: "outbound-rtp", kind: "audio", timestamp, bytesSent: 0, remoteId: "F" }],
      ["F", { id: "F", type: "remote-inbound-rtp", fractionLost: 0.5 }],
    ]);
  };
  const heard = [];
  const off = call.on("stats", (stats) => heard.push(stats));
  await page.clock.advance(2000);
  assert.equal(heard.length, 2);
  const { path, roundTrip, received, sent } = heard[1];
  assert.deepEqual([path, roundTrip], ["relayed", 20]);
  assert.deepEqual(received.video, { bitrate: 100_000, loss: 0.25, width: 640, height: 360 });
  assert.equal(sent.audio.loss, 0.5);
  off();
  await page.clock.advance(3000);
  assert.equal(heard.length, 2);
});

test("tracks come into one stream that stays the same, further streams by an event", async () => {
  const { page, call } = await connected();
  const [tracks, streams] = [[], []];
  call.on("track", (track) => tracks.push(track.kind));
  call.on("stream", (stream) => streams.push(stream.id));
  const camera = Object.assign(Stream.of("audio", "video"), { id: "camera" });
  const screen = Object.assign(Stream.of("video"), { id: "screen" });
  const { remoteStream } = call;
  for (const track of camera.getTracks()) page.connection.ontrack({ track, streams: [camera] });
  page.connection.ontrack({ track: screen.getTracks()[0], streams: [screen] });
  assert.deepEqual([tracks, streams], [["audio", "video"], ["screen"]]);
  assert.equal(call.remoteStream, remoteStream);
  camera.onremovetrack({ track: camera.getTracks()[1] });
  assert.deepEqual(remoteStream.getTracks().map(({ kind }) => kind), ["audio"]);
});

test("a track that is replaced needs no negotiation, and is still there after a link is made anew", async () => {
  const { page, call } = await connected();
  const [old] = page.connection.senders.map(({ track }) => track).filter(({ kind }) => kind === "video");
  const [other] = Stream.of("video").getTracks();
  const offers = () => page.socket.said.filter(({ type }) => type === "offer").length;
  const before = offers();
  await call.replaceTrack(old, other);
  assert.ok(page.connection.senders.some(({ track }) => track === other));
  assert.equal(offers(), before);
  await assert.rejects(call.replaceTrack(old, other), { code: "failed" });
  const { peer } = page.socket.last("offer").data.switchboard;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { switchboard: { peer, gone: true } } });
  await settle();
  assert.deepEqual(page.connection.senders.map(({ track }) => track.kind).sort(), ["audio", "video"]);
  page.me.close();
  assert.equal(other.readyState, "ended", "close() stops what was sent");
});

test("`away` tells of the other's socket", async () => {
  const { page, call } = await connected();
  page.socket.says({ type: "call-peer-away", callId: "C", from: "22" });
  assert.equal(call.away, true);
  page.socket.says({ type: "call-peer-back", callId: "C", from: "22" });
  assert.equal(call.away, false);
  assert.equal(call.state, "connected");
});

// ---- peers

const word = (is, data) => ({ type: "message", from: "33", data: { switchboard: { peer: "P", is, data } } });

test("a peer that asks is answered by nothing before it is accepted, whatever it sends", async () => {
  const page = await Page.connected();
  page.socket.says(word("invite", "chess"));
  const [peer] = page.heard("peer");
  assert.deepEqual([peer.state, peer.userId, peer.data], ["asking", "33", "chess"]);
  page.socket.says(word("accept"));
  page.socket.says({ type: "offer", from: "33", data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 1 } } });
  page.socket.says({ type: "candidate", from: "33", data: { candidate: "x", switchboard: { peer: "P" } } });
  await settle();
  assert.equal(page.connections.length, 0);
  assert.deepEqual(page.socket.said.filter(({ type }) => type !== "ack"), []);

  await peer.accept();
  page.socket.says({ type: "offer", from: "33", data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 1 } } });
  await settle();
  assert.equal(page.socket.last("answer").data.switchboard.peer, "P");
});

test("a stranger cannot speak for a peer of somebody else", async () => {
  const page = await Page.connected();
  page.socket.says(word("invite"));
  await page.heard("peer")[0].accept();
  page.socket.says({ ...word("close"), from: "44" });
  page.socket.says({ type: "offer", from: "44", data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 1 } } });
  await settle();
  assert.equal(page.connections.length, 0);
  assert.equal(page.heard("peer")[0].state, "connecting");
});

test("asking a peer reveals nothing before it has accepted; refused and unanswered it rejects", async () => {
  for (const [code, happens] of [
    ["refused", (page, id) => page.socket.says({ type: "message", from: "33", data: { switchboard: { peer: id, is: "close" } } })],
    ["user-offline", (page) => page.socket.says({ type: "error", code: "user-offline", message: "", ref: page.socket.last("message").id })],
    ["no-answer", async (page) => {
      for (let time = 0; time < 45_000; time += 5000) {
        await page.clock.advance(5000);
        page.socket.says({ type: "pong" });
      }
    }],
  ]) {
    const page = await Page.connected();
    const outcome = page.me.peer("33");
    await settle();
    assert.equal(page.connections.length, 0);
    await happens(page, page.socket.last("message").data.switchboard.peer);
    assert.equal(await fate(outcome), code);
  }
});

test("a peer that nobody listens for is refused", async () => {
  const page = await Page.connected();
  page.hearsNoMore("peer");
  page.socket.says(word("invite"));
  assert.equal(page.socket.last("message").data.switchboard.is, "close");
});

test("an offer for a peer that this page has forgotten is answered by its end; a candidate by nothing", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "candidate", from: "33", data: { candidate: "x", switchboard: { peer: "P" } } });
  assert.deepEqual(page.socket.said, []);
  page.socket.says({ type: "offer", from: "33", data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 3 } } });
  assert.deepEqual(page.socket.last("message").data.switchboard, { peer: "P", is: "close" });
});

test("a channel has one face, whoever made it, and keeps what came before somebody listened", async () => {
  const { page, call } = await connected();
  const channels = [];
  call.on("channel", (channel) => channels.push(channel));
  const theirs = page.connection.createDataChannel("file");
  page.connection.ondatachannel({ channel: theirs });
  theirs.onmessage({ data: "early" });
  assert.equal(call.dataChannel("file"), channels[0]);
  const heard = [];
  channels[0].on("message", (data) => heard.push(data));
  theirs.onmessage({ data: "later" });
  assert.deepEqual(heard, ["early", "later"]);

  const sent = channels[0].send("one");
  assert.equal(await fate(sent), "pending");
  theirs.opens();
  assert.equal(await fate(sent), "fulfilled");
  theirs.bufferedAmount = 2 << 20;
  const held = channels[0].send("two");
  assert.equal(await fate(held), "pending");
  theirs.bufferedAmount = 0;
  theirs.onbufferedamountlow();
  assert.equal(await fate(held), "fulfilled");
  assert.deepEqual(theirs.sent, ["one", "two"]);
  call.hangUp();
  assert.equal(channels[0].state, "closed");
  assert.equal(await fate(channels[0].send("three")), "closed");
});

// ---- rooms

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
