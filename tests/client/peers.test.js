/** Connections without ringing: docs/client.md, on the wire. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lost, word } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

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

/** A peer that this page has asked for, and its media flow. */
async function reached() {
  const page = await Page.connected();
  page.me.peer("33").catch(() => {});
  await settle();
  const { peer } = page.socket.last("message").data.switchboard;
  const says = (it) => page.socket.says({ from: "33", ...it });
  const accepts = () => says({ type: "message", data: { switchboard: { peer, is: "accept" } } });
  const answers = () => says({ type: "answer", data: { type: "answer", sdp: "x", switchboard: { peer, round: 2 } } });
  accepts();
  await settle();
  answers();
  await settle();
  page.connection.becomes("connected");
  return { page, accepts, answers };
}

const offers = (page) => page.socket.said.filter(({ type }) => type === "offer");

test("an offer that met nobody after a restart of the server is said again when the other side is back", async () => {
  const { page, accepts, answers } = await reached();
  await lost(page);
  const [offer] = offers(page);
  page.socket.says({ type: "error", code: "user-offline", message: "", ref: offer.id, to: "33" });
  accepts();
  await settle();
  assert.deepEqual(offers(page).map(({ data }) => data), [offer.data, offer.data]);
  answers();
  await settle();
  assert.equal(page.connection.signalingState, "stable");
  assert.equal(page.me.peers.values().next().value.state, "connected");
});

test("an offer of a track that was kept for a session that is lost is said again to the next one", async () => {
  const { page, accepts } = await reached();
  page.me.peers.values().next().value.addTrack(Stream.of("video").getTracks()[0]);
  await settle();
  const before = offers(page).length;
  accepts();
  await settle();
  assert.equal(offers(page).length, before + 1);
});

test("the side that was asked says in another session that it has accepted, instead of an offer that might be ignored", async () => {
  const page = await Page.connected();
  page.socket.says(word("invite"));
  await page.heard("peer")[0].accept();
  await lost(page);
  assert.deepEqual(page.socket.last("message").data.switchboard, { peer: "P", is: "accept" });
  page.socket.says({ type: "offer", from: "33", data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 1 } } });
  await settle();
  assert.equal(page.socket.last("answer").to, "33");
  assert.equal(page.socket.last("offer"), undefined);
});

test("an offer that waits in vain for its answer is said again while media are mended", async () => {
  const { page } = await reached();
  page.me.peers.values().next().value.addTrack(Stream.of("video").getTracks()[0]);
  await settle();
  const before = offers(page).length;
  page.connection.becomes("failed");
  await settle();
  assert.equal(offers(page).length, before + 1);
});

test("an accept that is refused ends the peer; one that met a full queue is said again", async () => {
  for (const [code, state] of [["not-permitted", "ended"], ["queue-full", "connecting"]]) {
    const page = await Page.connected();
    page.socket.says(word("invite"));
    const [peer] = page.heard("peer");
    await peer.accept();
    const { id } = page.socket.last("message");
    page.socket.says({ type: "error", code, message: "", ref: id, to: "33" });
    assert.equal(peer.state, state);
    if (state === "ended") assert.equal(peer.reason, code);
    await page.clock.advance(2000);
    const { is } = page.socket.last("message").data.switchboard;
    assert.notEqual(page.socket.last("message").id, id);
    assert.equal(is, state === "ended" ? "close" : "accept");
  }
});

test("an accept for a peer that this page has forgotten is answered by its end", async () => {
  const page = await Page.connected();
  page.socket.says(word("accept"));
  assert.deepEqual(page.socket.last("message").data.switchboard, { peer: "P", is: "close" });
});
