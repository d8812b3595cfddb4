/** What goes on between two sides: negotiation, tracks, channels, statistics. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected, request } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

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
  assert.deepEqual(page.connection.config, { iceServers: [{ urls: ["stun:a"] }, { urls: "stun:own" }], iceTransportPolicy: "relay", bundlePolicy: "max-bundle" });
  page.socket.says({ type: "ice-servers", iceServers: [{ urls: ["stun:b"] }] });
  assert.deepEqual(page.connection.config.iceServers[0], { urls: ["stun:b"] });
});

test("an app that speaks to clients without BUNDLE says so", async () => {
  const page = await Page.connected({ rtc: { bundlePolicy: "balanced" } });
  page.me.call("22").catch(() => {});
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  assert.equal(page.connection.config.bundlePolicy, "balanced");
});

test("`bye` over the media connection ends the call, and the server is told", async () => {
  const { page, call } = await connected();
  page.connection.channels[0].onmessage({ data: "bye" });
  assert.deepEqual([call.state, call.reason], ["ended", "hangup"]);
  assert.equal(page.socket.last("call-hangup").callId, "C");
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

test("a screen is shared beside the camera, and taken away when the person or the app stops it", async () => {
  for (const stops of ["the person", "the app"]) {
    const { page, call } = await connected();
    const offers = () => page.socket.said.filter(({ type }) => type === "offer").length;
    const screen = Stream.of("video");
    const [track] = screen.getTracks();
    page.options.platform.navigator.mediaDevices = { getDisplayMedia: async () => screen };
    assert.equal(await call.shareScreen(), screen);
    await settle();
    assert.equal(page.connection.senders.at(-1).track, track);
    page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", sdp: "x" } });
    await settle();
    const before = offers();
    if (stops === "the app") track.stop();
    else track.onended();
    await settle();
    assert.ok(!page.connection.senders.some((it) => it.track === track), stops);
    assert.equal(offers(), before + 1);
    assert.equal(track.readyState, stops === "the app" ? "ended" : "live");
  }
});

test("a channel that is made before there is a connection is made with it, on either side", async () => {
  for (const incoming of [false, true]) {
    const page = await Page.connected();
    if (incoming) page.socket.says(request());
    else page.me.call("22").catch(() => {});
    const channel = page.me.currentCall.dataChannel("file");
    await settle();
    if (incoming) {
      await page.me.currentCall.accept();
      page.socket.says({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: "x" } });
    } else {
      page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true, ref: page.socket.last("call-request").id });
    }
    await settle();
    assert.equal(channel.state, "connecting");
    page.connection.channels.find(({ label }) => label === "file").opens();
    assert.equal(channel.state, "open");
  }
});

test("a channel that is made in the handler of its end is another one, on the next link", async () => {
  const { page, call } = await called();
  const ended = call.dataChannel("file");
  let again;
  ended.on("closed", () => (again = call.dataChannel("file")));
  const { peer } = page.socket.last("offer").data.switchboard;
  page.chance = 0.7;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { switchboard: { peer, gone: true } } });
  await settle();
  assert.notEqual(again, ended);
  assert.equal(again.state, "connecting");
  assert.deepEqual(page.connections.map(({ channels }) => channels.filter(({ label }) => label === "file").length), [1, 1]);
  again.close();
  assert.notEqual(call.dataChannel("file"), again);
});

test("media that broke while the machine slept are mended before they are given up", async () => {
  const { page, call } = await connected();
  page.connection.becomes("disconnected");
  await page.clock.sleep(60_000);
  page.socket.says({ type: "pong" });
  await page.clock.advance(4100);
  assert.equal(call.state, "reconnecting");
  assert.ok(page.connection.restarts > 0);
});

test("ICE that is connecting again is given time", async () => {
  const { page } = await connected();
  page.connection.becomes("disconnected");
  await page.clock.advance(4100);
  assert.equal(page.connection.restarts, 1);
  page.connection.becomes("connecting");
  for (let time = 0; time < 20_000; time += 4000) {
    assert.equal(page.connection.restarts, time < 12_000 ? 1 : 2);
    await page.clock.advance(4001);
    page.socket.says({ type: "pong" });
  }
});

test("a track that is added alone belongs to the stream that is sent already; a further stream is told once", async () => {
  const { page, call } = await connected();
  const added = [];
  page.connection.addTrack = (track, stream) => added.push(stream);
  for (const kind of ["audio", "video"]) call.addTrack(Stream.of(kind).getTracks()[0]);
  assert.deepEqual(added[0].getTracks().map(({ kind }) => kind), ["audio", "video"], "the one that the call began with");
  assert.equal(added[1], added[0]);

  const told = [];
  call.on("stream", (it) => told.push(it.id));
  const arrives = (id) => page.connection.ontrack({ track: Stream.of("audio").getTracks()[0], streams: [{ id }] });
  for (const id of ["camera", "screen", "screen", "camera"]) arrives(id);
  assert.deepEqual(told, ["screen"]);
  assert.equal(call.remoteStream.getTracks().length, 2);
});
