/** Connections without ringing: docs/client.md, on the wire. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { word } from "./acts.js";
import { Page, fate, settle } from "./fakes.js";

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
