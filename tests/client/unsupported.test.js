/** Clients without WebRTC: Node, workers, some browsers. They send and hear messages, and nobody waits for them in vain. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { request, word } from "./acts.js";
import { Page, fate, settle } from "./fakes.js";

/** A client on a platform without these. */
async function without(...names) {
  const page = new Page();
  for (const name of names) delete page.options.platform[name];
  page.begins();
  await settle();
  page.socket.registers();
  await settle();
  return page;
}

for (const name of ["RTCPeerConnection", "MediaStream"]) {
  test(`without ${name} a call is rejected at once, with a word that says why`, async () => {
    const page = await without(name);
    page.socket.says(request());
    const { callId, detail } = page.socket.last("call-reject");
    assert.deepEqual([callId, detail], ["C", "this client has no WebRTC"]);
    assert.deepEqual([page.heard("call"), page.heard("error"), page.me.calls.size], [[], [], 0]);
  });

  test(`without ${name} a question for a peer is refused at once`, async () => {
    const page = await without(name);
    page.socket.says(word("invite"));
    const { is, data } = page.socket.last("message").data.switchboard;
    assert.deepEqual([is, data], ["close", "this client has no WebRTC"]);
    assert.deepEqual([page.heard("peer"), page.heard("error"), page.me.peers.size], [[], [], 0]);
  });

  test(`without ${name} calling, asking and joining a mesh fail before anybody is rung`, async () => {
    const page = await without(name);
    for (const outcome of [page.me.call("22"), page.me.peer("22"), page.me.join("standup")]) {
      await assert.rejects(outcome, { name: "SwitchboardError", code: "unsupported", message: `there is no ${name} here` });
    }
    assert.deepEqual(page.socket.said, []);
    assert.equal(page.me.rooms.size, 0);
  });
}

test("without WebRTC messages come and go, and rooms without connections", async () => {
  const page = await without("RTCPeerConnection", "MediaStream");
  const joined = page.me.join("standup", { mesh: false });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], names: {}, ref: page.socket.last("join").id });
  assert.equal(await fate(joined), "fulfilled");
  page.socket.says({ type: "message", from: "22", data: "hi" });
  assert.deepEqual(page.heard("message"), [{ from: "22", data: "hi" }]);
  page.socket.says({ type: "member-joined", room: "standup", userId: "33" });
  page.socket.says({ type: "offer", from: "33", room: "standup", data: { sdp: "x", switchboard: { peer: "p", round: 1 } } });
  await settle();
  assert.deepEqual(page.heard("error"), []);
});

test("a program without WebSocket is told so", async () => {
  const page = new Page();
  page.options.platform.WebSocket = null;
  const { WebSocket } = globalThis;
  delete globalThis.WebSocket;
  try {
    page.begins();
    await assert.rejects(page.connected, { code: "unsupported", message: "there is no WebSocket here" });
  } finally {
    if (WebSocket) globalThis.WebSocket = WebSocket;
  }
});
