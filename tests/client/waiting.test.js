/** Several calls at once: one's own, and those that ring here besides it (protocol.md §6). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected, lost, request } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

const CALLERS = ["22", "33", "44"];
const ringsOf = (from) => request({ callId: `C${from}`, from });
const ended = (callId, reason, by) => ({ type: "call-ended", callId, by, reason });
const ids = (calls) => [...calls].map(({ callId }) => callId);

/** Three ring here. */
async function rung(options) {
  const page = await Page.connected(options);
  page.socket.says(...CALLERS.map(ringsOf));
  return { page, calls: page.heard("call") };
}

/** What was said of calls, in order. */
const said = (page) => page.socket.said.filter(({ type }) => type.startsWith("call-")).map(({ type, callId, to }) => `${type} ${callId ?? to}`);

test("each call that rings is told, and all of them are there until they end", async () => {
  const { page, calls } = await rung();
  assert.deepEqual(calls.map(({ userId, state }) => `${userId} ${state}`), CALLERS.map((it) => `${it} ringing`));
  assert.deepEqual(ids(page.me.calls), ["C22", "C33", "C44"]);
  assert.equal(page.me.currentCall, calls[0]);
  assert.deepEqual(said(page), [], "nobody is refused");
  page.socket.says(ended("C22", "cancelled", "22"));
  assert.deepEqual([calls[0].reason, ids(page.me.calls), page.me.currentCall], ["cancelled", ["C33", "C44"], calls[1]]);
});

test("of several that ring one is accepted; the others end by the server, as busy", async () => {
  const { page, calls } = await rung();
  await calls[1].accept();
  assert.equal(page.me.currentCall, calls[1]);
  page.socket.says(ended("C22", "busy", "11"), ended("C44", "busy", "11"));
  assert.deepEqual(calls.map(({ state, reason }) => `${state} ${reason}`), ["ended busy", "connecting undefined", "ended busy"]);
  assert.deepEqual(said(page), ["call-accept C33"]);
  assert.deepEqual(ids(page.me.calls), ["C33"]);
});

test("one that rings is rejected while the others ring on, and a signal goes to the call that it names", async () => {
  const { page, calls } = await rung();
  calls[0].reject("not now");
  assert.deepEqual(said(page), ["call-hangup C22"]);
  page.socket.says({ type: "call-peer-away", callId: "C44", from: "44" });
  assert.deepEqual(calls.map(({ away }) => away), [false, false, true]);
  await calls[2].accept();
  page.socket.says({ type: "offer", from: "44", callId: "C44", data: { type: "offer", sdp: "x" } });
  await settle();
  assert.equal(page.socket.last("answer").callId, "C44");
  assert.equal(calls[1].state, "ringing");
});

test("in a call an accept fails with `busy` and asks for no camera; the caller rings on and the call goes on", async () => {
  const { page, call } = await connected();
  page.socket.says(ringsOf("33"));
  const [second] = page.heard("call");
  const outcome = second.accept({ stream: () => assert.fail("asked") });
  assert.equal(await fate(outcome), "busy");
  await assert.rejects(outcome, (error) => error.to === "22" && error.message.includes("replace"));
  assert.deepEqual([call.state, second.state, page.me.currentCall], ["connected", "ringing", call]);
  assert.deepEqual(ids(page.me.calls), ["C", "C33"]);
});

test("with `replace` the call is hung up before the other one is accepted", async () => {
  const { page, call } = await connected();
  page.socket.says(ringsOf("33"));
  const [second] = page.heard("call");
  await second.accept({ stream: Stream.of("audio"), replace: true });
  assert.deepEqual(said(page).slice(1), ["call-hangup C", "call-accept C33"]);
  assert.deepEqual([call.state, call.reason, second.state, page.me.currentCall], ["ended", "hangup", "connecting", second]);
});

test("with `replace` and a camera that is waited for and fails the call goes on and the other one rings on", async () => {
  const { page, call } = await connected();
  page.socket.says(ringsOf("33"));
  const [second] = page.heard("call");
  assert.equal(await fate(second.accept({ stream: () => Promise.reject(new Error("no camera")), replace: true, waitForStream: true })), "failed");
  assert.deepEqual([call.state, second.state, page.me.currentCall], ["connected", "ringing", call]);
});

test("of two that are accepted at once the first is taken, and the second fails with `busy`", async () => {
  const { page, calls } = await rung();
  const [first, second] = await Promise.all([fate(calls[0].accept()), fate(calls[1].accept())]);
  assert.deepEqual([first, second], ["fulfilled", "busy"]);
  assert.deepEqual(said(page), ["call-accept C22"]);
  assert.equal(calls[1].state, "ringing");
});

test("who is being rung can call out, and those that ring go on ringing", async () => {
  const { page, calls } = await rung();
  const outcome = page.me.call("55");
  await settle();
  assert.equal(page.socket.last("call-request").to, "55");
  page.socket.says({ type: "call-ringing", callId: "O", to: "55", ref: page.socket.last("call-request").id });
  assert.equal(page.me.currentCall.userId, "55");
  assert.deepEqual(calls.map(({ state }) => state), ["ringing", "ringing", "ringing"]);
  page.socket.says({ type: "call-accept", callId: "O", from: "55", offerer: true }, ...CALLERS.map((it) => ended(`C${it}`, "busy", "11")));
  assert.equal(await fate(outcome), "fulfilled");
  assert.deepEqual(calls.map(({ reason }) => reason), ["busy", "busy", "busy"]);
  assert.equal(page.me.currentCall.state, "connecting");
});

test("accepting cancels a call of one's own that still rings, be it that it has no name yet, or was not said", async () => {
  for (const named of [true, false]) {
    const { page, calls } = await rung();
    const outcome = page.me.call("55");
    await settle();
    const { id } = page.socket.last("call-request");
    if (named) page.socket.says({ type: "call-ringing", callId: "O", to: "55", ref: id });
    await calls[0].accept();
    assert.equal(await fate(outcome), "cancelled");
    if (!named) page.socket.says({ type: "call-ringing", callId: "O", to: "55", ref: id });
    assert.deepEqual(said(page).slice(1).sort(), ["call-accept C22", named ? "call-hangup O" : "call-cancel O"]);
    assert.equal(page.me.currentCall, calls[0]);
  }
  const { page, calls } = await rung();
  let open;
  const outcome = page.me.call("55", { stream: () => new Promise((fulfill) => (open = fulfill)) });
  await calls[0].accept();
  open(Stream.of("audio"));
  assert.equal(await fate(outcome), "cancelled");
  await settle();
  assert.deepEqual(said(page), ["call-accept C22"]);
});

test("a call of one's own that is accepted while the camera for another one opens wins", async () => {
  const { page, calls } = await rung();
  const outcome = page.me.call("55");
  await settle();
  let open;
  const accepted = calls[0].accept({ stream: () => new Promise((fulfill) => (open = fulfill)), waitForStream: true });
  page.socket.says({ type: "call-accept", callId: "O", from: "55", offerer: true, ref: page.socket.last("call-request").id });
  open(Stream.of("audio"));
  assert.deepEqual([await fate(outcome), await fate(accepted)], ["fulfilled", "busy"]);
  assert.equal(page.me.currentCall.userId, "55");
});

test("while a call is being accepted calling out is busy", async () => {
  const { page, calls } = await rung();
  calls[0].accept({ stream: () => new Promise(() => {}), waitForStream: true });
  assert.equal(await fate(page.me.call("55")), "busy");
});

test("calling who rings here accepts that one, whoever else rings", async () => {
  const { page, calls } = await rung();
  assert.equal(await fate(page.me.call("33", { stream: Stream.of("audio") })), "fulfilled");
  assert.deepEqual(said(page), ["call-accept C33"]);
  assert.equal(page.me.currentCall, calls[1]);
});

test("after a resume a call that the server does not list any more has ended, own and ringing", async () => {
  const { page, calls } = await rung();
  page.me.call("55").catch(() => {});
  await settle();
  const own = page.me.currentCall;
  page.socket.says({ type: "call-ringing", callId: "O", to: "55", ref: page.socket.last("call-request").id });
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: true, received: 1, calls: ["C33"] });
  assert.deepEqual(calls.map(({ state }) => state), ["ringing", "ringing", "ringing"], "its end may be in what is replayed");
  page.socket.says(ended("C44", "cancelled", "44"), ringsOf("66"), { type: "pong" });
  assert.deepEqual(calls.map(({ state, reason }) => `${state} ${reason}`), ["ended lost", "ringing undefined", "ended cancelled"]);
  assert.deepEqual([own.state, own.reason], ["ended", "lost"]);
  assert.deepEqual(ids(page.me.calls), ["C33", "C66"]);
});

test("after a resume a call that the server lists and nobody here knows is hung up", async () => {
  const { page } = await rung();
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: true, calls: ["C22", "C33", "C44", "C77"] });
  page.socket.says({ type: "pong" });
  assert.deepEqual(said(page), ["call-hangup C77"]);
});

test("in another session those that ring again go on ringing, in whatever order; the others have ended", async () => {
  const { page, calls } = await rung();
  await lost(page);
  page.socket.says(ringsOf("44"), ringsOf("22"), { type: "pong" });
  assert.deepEqual(calls.map(({ state }) => state), ["ringing", "ended", "ringing"]);
  assert.equal(page.heard("call").length, 3);
});

test("a call goes on after `lost` while another one rings", async () => {
  const { page, call } = await connected();
  page.socket.says(ended("C", "lost", "22"), ringsOf("33"), request({ callId: "D", continues: "C" }));
  assert.deepEqual(said(page).at(-1), "call-accept D");
  assert.deepEqual([call.state, call.callId], ["connected", "D"]);
  assert.equal(page.heard("call").length, 1);
});

test("glare with one caller does not touch another who rings here", async () => {
  const page = await Page.connected();
  page.socket.says(ringsOf("33"));
  const outcome = page.me.call("22");
  await settle();
  page.socket.says(ringsOf("22"), { type: "call-accept", callId: "C22", from: "22", offerer: false, ref: page.socket.last("call-request").id });
  assert.equal(await fate(outcome), "fulfilled");
  assert.equal(page.heard("call").length, 1);
  page.socket.says(ended("C33", "busy", "11"));
  assert.deepEqual(ids(page.me.calls), ["C22"]);
});

test("a client that is closed ends all calls", async () => {
  const { page, calls } = await rung();
  page.me.close();
  assert.deepEqual(calls.map(({ state }) => state), ["ended", "ended", "ended"]);
  assert.equal(page.me.calls.size, 0);
  const { call } = await called();
  assert.equal(call.state, "connecting");
});
