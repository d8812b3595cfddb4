/** The `signal` of `connect`, by which an app gives up or closes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, Stream, fate, settle } from "./fakes.js";

/** An AbortSignal that counts who listens. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  controller.listeners = 0;
  for (const [method, change] of [["addEventListener", 1], ["removeEventListener", -1]]) {
    const works = signal[method].bind(signal);
    signal[method] = (...all) => ((controller.listeners += change), works(...all));
  }
  return controller;
}

test("connect fails with `aborted` when its signal is, and leaves nothing behind", async () => {
  const controller = counted();
  const page = new Page({ signal: controller.signal });
  page.begins();
  await settle();
  assert.equal(await fate(page.connected), "pending");
  controller.abort("left the view");
  await assert.rejects(page.connected, { code: "aborted", cause: "left the view", name: "SwitchboardError" });
  assert.equal(page.socket.closedWith, 1000);
  assert.deepEqual([page.clock.running, page.window.listeners, page.document.listeners, controller.listeners], [0, 0, 0, 0]);
});

test("connect with a signal that is aborted already opens no socket", async () => {
  const page = new Page({ signal: AbortSignal.abort() });
  page.begins();
  await settle();
  assert.equal(await fate(page.connected), "aborted");
  assert.deepEqual([page.sockets.length, page.clock.running, page.window.listeners], [0, 0, 0]);
});

test("a signal that is aborted in the same tick opens no socket, as a view of React that is mounted twice", async () => {
  const controller = counted();
  const page = new Page({ signal: controller.signal });
  page.begins();
  controller.abort();
  await settle();
  assert.equal(await fate(page.connected), "aborted");
  assert.deepEqual([page.sockets.length, page.clock.running, page.window.listeners, controller.listeners], [0, 0, 0, 0]);
});

test("connect with a `signal` that is none fails, and leaves nothing behind", async () => {
  const page = new Page({ signal: new AbortController() });
  page.begins();
  await settle();
  assert.equal(await fate(page.connected), "failed");
  assert.deepEqual([page.sockets.length, page.clock.running, page.window.listeners], [0, 0, 0]);
});

test("a signal that is aborted later closes the client: calls are hung up, tracks stopped", async () => {
  const controller = counted();
  const page = await Page.connected({ signal: controller.signal });
  const stream = Stream.of("audio");
  page.me.call("22", { stream }).catch(() => {});
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  controller.abort();
  await settle();
  assert.equal(page.socket.last("call-hangup").callId, "C");
  assert.equal(stream.getTracks()[0].readyState, "ended");
  assert.deepEqual(page.heard("close").map(({ code }) => code), ["aborted"]);
  assert.equal(page.me.state, "closed");
  assert.equal(controller.listeners, 0);
});

test("a client that is closed listens to its signal no more", async () => {
  const controller = counted();
  const page = await Page.connected({ signal: controller.signal });
  page.me.close();
  assert.equal(controller.listeners, 0);
  controller.abort();
  assert.deepEqual(page.heard("close").map(({ code }) => code), ["closed"]);
});

test("the call that one has made is `currentCall` at once, before it rings or its stream is there", async () => {
  const page = await Page.connected();
  const outcome = page.me.call("22", { stream: () => new Promise(() => {}) });
  const call = page.me.currentCall;
  assert.deepEqual([call.userId, call.incoming, call.state], ["22", false, "ringing"]);
  call.hangUp();
  assert.equal(await fate(outcome), "cancelled");
  assert.equal(page.me.currentCall, null);
});
