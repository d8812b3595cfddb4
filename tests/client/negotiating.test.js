/** Negotiation goes on whatever a browser, the server or the other side does to a description. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected, request, word } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

const offers = (page) => page.socket.said.filter(({ type }) => type === "offer");
const named = (page) => page.socket.last("offer").data.switchboard;
const hears = async (page, type, data) => {
  page.socket.says({ type, from: "22", callId: "C", data: { type, sdp: "x", ...data } });
  await settle();
};
const answers = (page, data) => hears(page, "answer", data);
/** So often a method fails. */
const fails = (connection, method, times = Infinity) => {
  const works = connection[method];
  connection[method] = async function (description = {}) {
    if (description.type !== "rollback" && times-- > 0) throw new Error(`${method} fails`);
    return works.call(this, description);
  };
};
const video = () => Stream.of("video").getTracks()[0];

/** This page was called by 22, and is connected. */
async function answering() {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  await call.accept({ stream: Stream.of("audio", "video") });
  await hears(page, "offer", { sdp: "first", switchboard: { peer: "P", round: 1 } });
  page.connection.becomes("connected");
  return { page, call };
}

const described = (role, certificate) => `v=0\r\na=fingerprint:${certificate}\r\na=setup:${role}\r\na=setup:${role}\r\n`;
/** What the browser says in its next description. */
const says = (connection, sdp) => {
  const works = connection.setLocalDescription;
  connection.setLocalDescription = async function (...all) {
    await works.apply(this, all);
    this.localDescription.sdp = sdp;
  };
};

test("an answer of this side keeps the DTLS role, whatever the browser says", async () => {
  const { page } = await called();
  await answers(page, { sdp: described("active", "theirs") });
  says(page.connection, described("active", "own"));
  await hears(page, "offer", { sdp: described("actpass", "theirs") });
  assert.equal(page.socket.last("answer").data.sdp, described("passive", "own"), "theirs is active");

  await hears(page, "offer", { sdp: described("actpass", "of another association") });
  assert.equal(page.socket.last("answer").data.sdp, described("active", "own"));
});

test("an answer of the other side keeps the DTLS role, whatever its browser says", async () => {
  const { page, call } = await called();
  await answers(page, { sdp: described("passive", "theirs") });
  call.addTrack(video());
  await settle();
  await answers(page, { sdp: described("active", "theirs") });
  assert.equal(page.connection.remoteDescription.sdp, described("passive", "theirs"));
  call.addTrack(video());
  await settle();
  await answers(page, { sdp: described("active", "of another association") });
  assert.equal(page.connection.remoteDescription.sdp, described("active", "of another association"));
});

/** A description with these ICE credentials, of a browser. */
const of = (browser, ufrag) => `v=0\r\no=${{ firefox: "mozilla...THIS_IS_SDPARTA-99.0", chromium: "-" }[browser]} 1 2 IN IP4 0.0.0.0\r\na=ice-ufrag:${ufrag}\r\na=ice-pwd:p\r\n`;

for (const [own, theirs, restarts] of [["firefox", "chromium", 1], ["firefox", "firefox", 0], ["chromium", "firefox", 0], ["chromium", "chromium", 0]]) {
  test(`${own} restarts ICE ${restarts ? "too" : "not as well"} when it has answered an ICE restart of ${theirs}`, async () => {
    const { page } = await answering();
    const { connection } = page;
    says(connection, of(own, "a"));
    const answered = () => page.socket.said.filter(({ type }) => type === "answer").length;
    const before = answered();
    await hears(page, "offer", { sdp: of(theirs, "first") });
    connection.restarts = 0;
    await hears(page, "offer", { sdp: of(theirs, "first") });
    assert.deepEqual([answered(), connection.restarts], [before + 2, 0], "that was no restart");
    await hears(page, "offer", { sdp: of(theirs, "second") });
    assert.deepEqual([answered(), connection.restarts], [before + 3, restarts]);
  });
}

test("the first offer is no ICE restart", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  await page.heard("call")[0].accept({ stream: Stream.of("audio") });
  await hears(page, "offer", { sdp: of("chromium", "first"), switchboard: { peer: "P", round: 1 } });
  assert.equal(page.connection.restarts, 0);
});

test("an answer that cannot be applied is rolled back, told, and asked for again", async () => {
  const { page, call } = await connected();
  fails(page.connection, "setRemoteDescription", 1);
  call.addTrack(video());
  await settle();
  const before = offers(page).length;
  await answers(page);
  assert.equal(offers(page).length, before + 1);
  await answers(page);
  assert.equal(page.connection.signalingState, "stable");
  assert.equal(page.connections.length, 1);
  assert.deepEqual(page.heard("error").map(({ code, cause }) => [code, cause.message]), [["failed", "setRemoteDescription fails"]]);
});

test("a description that cannot be applied again and again makes another connection, and the call goes on", async () => {
  const { page, call } = await connected();
  const { peer } = named(page);
  const [first] = page.connections;
  fails(first, "setRemoteDescription");
  call.addTrack(video());
  await settle();
  page.chance = 0.7;
  await answers(page);
  await answers(page);
  assert.equal(first.signalingState, "closed");
  assert.notEqual(named(page).peer, peer);
  assert.equal(named(page).round, 1);
  assert.equal(page.connection.senders.length, 3, "with all that is sent");
  await answers(page, { switchboard: { peer: named(page).peer } });
  page.connection.becomes("connected");
  assert.equal(call.state, "connected");
});

test("an offer that the browser cannot make is made again, or by another connection", async () => {
  for (const [times, connections] of [[1, 1], [2, 2]]) {
    const { page, call } = await connected();
    fails(page.connection, "setLocalDescription", times);
    call.addTrack(video());
    await settle();
    assert.equal(page.connections.length, connections);
    assert.equal(page.connection.signalingState, "have-local-offer");
    assert.equal(page.heard("error").length, times);
  }
});

test("an offer that this side cannot apply is refused, so that the other side rolls it back", async () => {
  const { page } = await answering();
  fails(page.connection, "setRemoteDescription", 1);
  await hears(page, "offer", { switchboard: { peer: "P", round: 3 } });
  assert.deepEqual(page.socket.last("answer").data, { switchboard: { peer: "P", round: 1, refused: true } });
  await hears(page, "candidate", { candidate: "of the refused one" });
  assert.deepEqual(page.connection.candidates, []);
  await hears(page, "offer", { sdp: "again", switchboard: { peer: "P", round: 3 } });
  assert.equal(page.connection.remoteDescription.sdp, "again");
  assert.equal(page.socket.last("answer").data.type, "answer");
});

test("an answer that the browser cannot make is refused as well, and its offer rolled back", async () => {
  const { page } = await answering();
  fails(page.connection, "setLocalDescription", 1);
  await hears(page, "offer", { sdp: "second", switchboard: { peer: "P", round: 3 } });
  assert.equal(page.socket.last("answer").data.switchboard.refused, true);
  assert.equal(page.connection.signalingState, "stable");
  assert.equal(page.connection.remoteDescription.sdp, "first");
});

test("the called side asks for another connection where it cannot apply offers again and again", async () => {
  const { page, call } = await answering();
  const [first] = page.connections;
  fails(first, "setRemoteDescription");
  for (const round of [3, 5]) await hears(page, "offer", { switchboard: { peer: "P", round } });
  assert.deepEqual(page.socket.last("answer").data, { switchboard: { peer: "P", gone: true } });
  assert.equal(first.signalingState, "closed");
  await hears(page, "offer", { switchboard: { peer: "Q", round: 1 } });
  assert.equal(page.connections.length, 2);
  page.connection.becomes("connected");
  assert.equal(call.state, "connected");
});

test("an offer that the other side refuses is rolled back and made again", async () => {
  const { page, call } = await connected();
  call.addTrack(video());
  await settle();
  const before = offers(page).length;
  await answers(page, { sdp: undefined, switchboard: { ...named(page), refused: true } });
  assert.equal(offers(page).length, before + 1);
  assert.equal(page.connection.signalingState, "have-local-offer");
  await answers(page);
  assert.equal(page.connection.signalingState, "stable");
});

test("a call whose descriptions fail on every connection ends with the cause", async () => {
  const { page, call } = await connected();
  page.options.platform.RTCPeerConnection.prototype.setRemoteDescription = async () => {
    throw new Error("never");
  };
  call.addTrack(video());
  await settle();
  for (let turn = 0; turn < 20 && call.state !== "ended"; turn++) await answers(page, { switchboard: named(page) });
  assert.deepEqual([call.state, call.reason], ["ended", "failed"]);
  assert.equal(page.connections.length, 3);
  assert.equal(page.socket.last("call-hangup").detail, "failed");
});

test("of two connections that both sides make at once the impolite side's counts", async () => {
  const { page, call } = await connected();
  fails(page.connection, "setRemoteDescription");
  call.addTrack(video());
  await settle();
  page.chance = 0.7;
  await answers(page);
  await answers(page);
  const { peer } = named(page);
  await hears(page, "offer", { switchboard: { peer: "another", round: 1 } });
  assert.equal(page.connections.length, 2);
  await answers(page, { switchboard: { peer } });
  assert.equal(page.connection.signalingState, "stable");

  const other = (await answering()).page;
  await hears(other, "offer", { switchboard: { peer: "another", round: 1 } });
  assert.equal(other.connections.length, 2, "the polite side takes the other's");
});

test("a peer without ringing counts its connections, since they have one name", async () => {
  const page = await Page.connected();
  page.me.peer("33").catch(() => {});
  const [peer] = page.me.peers;
  page.socket.says({ ...word("accept"), data: { switchboard: { peer: peer._id, is: "accept" } } });
  await settle();
  assert.deepEqual(named(page), { peer: peer._id, nth: 1, round: 1, muted: [] });
  fails(page.connection, "setRemoteDescription");
  const answer = { type: "answer", from: "33", data: { type: "answer", sdp: "x", switchboard: { peer: peer._id } } };
  for (let turn = 0; turn < 2; turn++) {
    page.socket.says(answer);
    await settle();
  }
  assert.deepEqual(named(page), { peer: peer._id, nth: 2, round: 1, muted: [] });

  const other = await Page.connected();
  other.me.on("peer", (it) => it.accept());
  other.socket.says(word("invite"));
  await settle();
  const offer = (switchboard) => other.socket.says({ type: "offer", from: "33", data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 1, ...switchboard } } });
  for (const more of [{ nth: 1 }, { nth: 2 }, { nth: 2, round: 3 }, { nth: 1 }]) {
    offer(more);
    await settle();
  }
  assert.equal(other.connections.length, 2, "one that comes late is of the first");
  assert.deepEqual(other.socket.last("answer").data.switchboard, { peer: "P", nth: 2, round: 2, muted: [] });
});

/** In a call whose descriptions take so many characters for each track. */
async function heavy(weight) {
  const all = await connected();
  all.page.connection.weight = weight;
  return all;
}

test("an offer that is too large is taken back and told with its size, and both sides go on negotiating", async () => {
  const { page, call } = await heavy(25_000);
  const share = Stream.of("video");
  call.addTrack(share.getTracks()[0], share);
  await settle();
  const [error] = page.heard("error");
  assert.equal(error.code, "too-large");
  assert.match(error.message, /75\d\d\d of 65536 bytes/);
  assert.equal(page.connection.senders.length, 2, "it is not sent");
  assert.equal(share.getTracks()[0].readyState, "live", "it is the app's");
  await answers(page);
  // A browser would ask for negotiation for ever on the connection that the share was taken back from.
  const { switchboard } = page.socket.last("offer").data;
  assert.deepEqual([page.connections.length, page.connections[0].signalingState, switchboard.round], [2, "closed", 1]);
  await answers(page, { switchboard });
  page.connection.becomes("connected");
  assert.equal(page.connection.signalingState, "stable");

  page.window.fires("online");
  await settle();
  assert.equal(page.connection.signalingState, "have-local-offer", "ICE can be restarted");
  await answers(page, { switchboard });
  await hears(page, "offer", { sdp: "theirs", switchboard });
  assert.equal(page.connection.remoteDescription.sdp, "theirs");
  assert.equal(page.heard("error").length, 1);
});

test("a side that is called asks for another connection when it has taken back what was too large", async () => {
  const { page, call } = await answering();
  page.connection.weight = 25_000;
  const share = Stream.of("video");
  call.addTrack(share.getTracks()[0], share);
  await settle();
  await answers(page, { switchboard: { peer: "P" } });
  assert.deepEqual(page.socket.last("answer").data, { switchboard: { peer: "P", gone: true } });
  await hears(page, "offer", { switchboard: { peer: "Q", round: 1 } });
  page.connection.becomes("connected");
  assert.equal(call.state, "connected");
  assert.deepEqual(page.heard("error").map(({ code }) => code), ["too-large"]);
});

test("tracks that come and go before the other side has agreed make no more offers than there are changes", async () => {
  const { page, call } = await connected();
  const before = offers(page).length;
  for (const share of [Stream.of("video"), Stream.of("video"), Stream.of("video")]) {
    const [track] = share.getTracks();
    call.addTrack(track, share);
    call.removeTrack(track);
  }
  const own = video();
  call.addTrack(own);
  call.removeTrack(own);
  call.addTrack(own);
  await settle();
  for (let turn = 0; turn < 10; turn++) await answers(page);
  assert.equal(offers(page).length, before + 1);
  assert.equal(page.connection.signalingState, "stable");
  assert.ok(page.connection.senders.some(({ track }) => track === own));

  // Their m-lines are used again.
  for (const [turn, share] of [Stream.of("video"), Stream.of("video"), Stream.of("video")].entries()) {
    call.addTrack(share.getTracks()[0], share);
    await settle();
    for (let more = 0; more < 3; more++) await answers(page);
    assert.equal(page.connection.lines, 6, `share ${turn}`);
  }
  assert.deepEqual(page.heard("error"), []);
});

test("offers that are too large whatever is taken back are not made for ever, and go on when something changes", async () => {
  const { page, call } = await heavy(40_000);
  call.addTrack(video());
  await settle();
  const before = offers(page).length;
  assert.equal(page.heard("error").length, 2);
  assert.equal(page.connection.signalingState, "stable");
  page.connection.weight = 10;
  call.addTrack(video());
  await settle();
  assert.equal(offers(page).length, before + 1);
});

test("an offer that the server refuses is taken back as well; one that nobody hears is not", async () => {
  for (const [code, state] of [["too-large", "stable"], ["call-over", "have-local-offer"]]) {
    const { page, call } = await connected();
    page.connection.weight = 10;
    call.addTrack(video());
    await settle();
    page.connection.setLocalDescription = async function ({ type } = {}) {
      assert.equal(type, "rollback");
      this.signalingState = "stable";
      this.setLocalDescription = async () => {};
    };
    page.socket.says({ type: "error", code, message: "no", ref: page.socket.last("offer").id });
    await settle();
    assert.equal(page.connection.signalingState, state);
    assert.equal(page.heard("error").length, code === "too-large" ? 1 : 0);
  }
});

test("a first offer that is too large fails the call at once, with that cause", async () => {
  const page = await Page.connected();
  const { RTCPeerConnection } = page.options.platform;
  page.options.platform.RTCPeerConnection = class extends RTCPeerConnection {
    weight = 40_000;
  };
  const outcome = page.me.call("22", { stream: Stream.of("audio", "video") });
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true });
  assert.equal(await fate(outcome), "too-large");
  await assert.rejects(outcome, /80\d\d\d of 65536 bytes/);
  assert.equal(page.socket.last("call-hangup").detail, "too-large");
  assert.equal(page.me.currentCall, null);
});

/** Adds the tracks of a stream, or takes them away, and the other side agrees. */
async function agree(page, act, stream) {
  for (const track of stream.getTracks()) act(track, stream);
  await settle();
  await answers(page);
}

test("after thirty shares a description is no longer than after three, and each share has its own stream", async () => {
  const { page, call } = await connected();
  const lengths = [];
  for (let nth = 0; nth < 30; nth++) {
    const share = nth % 2 ? Stream.of("video", "audio") : Stream.of("video");
    await agree(page, (track, stream) => call.addTrack(track, stream), share);
    lengths.push(page.socket.last("offer").data.sdp.length);
    const shared = page.connection.senders.filter(({ track }) => share.getTracks().includes(track));
    assert.deepEqual(shared.map(({ streams: [it] }) => it), share.getTracks().map(() => share));
    await agree(page, (track) => call.removeTrack(track), share);
    assert.equal(page.connection.senders.filter(({ track }) => track).length, 2);
  }
  assert.equal(lengths.at(-1), lengths[2]);
  // Two for the call, two for a share, and one of the share before, which is given up with the next offer.
  assert.equal(page.connection.lines, 5);
  assert.deepEqual(page.heard("error"), []);
});

test("a transceiver is not stopped where the other side sends through it, or the connection began with it", async () => {
  const { page, call } = await connected();
  const [audio] = page.connection.senders;
  await agree(page, (track) => call.removeTrack(track), { getTracks: () => [audio.track] });
  const share = Stream.of("video");
  page.connection.takes = true;
  await agree(page, (track, stream) => call.addTrack(track, stream), share);
  await agree(page, (track) => call.removeTrack(track), share);
  await agree(page, (track, stream) => call.addTrack(track, stream), Stream.of("audio"));
  assert.deepEqual(page.connection.transceivers.slice(0, 3).map(({ stopped, direction }) => [stopped, direction]), [[false, "recvonly"], [false, "sendrecv"], [false, "recvonly"]]);
});

test("a track whose transceiver the other side has stopped is sent by another one", async () => {
  const { page, call } = await connected();
  const track = video();
  call.addTrack(track);
  await settle();
  await answers(page);
  const { transceivers } = page.connection;
  transceivers.pop();
  await hears(page, "offer", { sdp: "theirs" });
  assert.ok(page.connection.senders.some((it) => it.track === track));
  assert.equal(page.connection.signalingState, "have-local-offer");
});
