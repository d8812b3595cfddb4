/** What the server refuses, or JSON cannot say: nothing is stuck, and nothing rings on unknown to the app. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, request, word } from "./acts.js";
import { Page, fate, settle } from "./fakes.js";

const refuses = (page, type, code) => page.socket.says({ type: "error", code, message: "", ref: page.socket.last(type).id, to: "22" });

const circle = {};
circle.self = circle;

test("an accept that met a full queue is said again; one that is refused rejects the call", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  await call.accept({ data: "hi" });
  refuses(page, "call-accept", "queue-full");
  await page.clock.advance(2000);
  const accepts = page.socket.said.filter(({ type }) => type === "call-accept");
  assert.deepEqual(accepts.map(({ data }) => data), ["hi", "hi"]);
  refuses(page, "call-accept", "not-permitted");
  assert.deepEqual([call.state, call.reason], ["ended", "not-permitted"]);
  assert.equal(page.socket.last("call-hangup").callId, "C");
});

test("an accept that is to be said again is not, once the call has ended", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  await page.heard("call")[0].accept();
  refuses(page, "call-accept", "queue-full");
  page.heard("call")[0].hangUp();
  await page.clock.advance(3000);
  assert.equal(page.socket.said.filter(({ type }) => type === "call-accept").length, 1);
});

for (const code of ["not-permitted", "queue-full", "rate-limited", "unavailable"]) {
  test(`${code} to the own call: the other's, which came meanwhile, rings`, async () => {
    const page = await Page.connected();
    const outcome = page.me.call("22");
    await settle();
    page.socket.says(request());
    refuses(page, "call-request", code);
    assert.equal(await fate(outcome), code);
    assert.equal(page.heard("call")[0].callId, "C");
  });
}

test("data that JSON cannot say fails as all else does, with the cause", async () => {
  for (const data of [circle, 1n]) {
    const page = await Page.connected();
    for (const outcome of [page.me.send("22", data), page.me.call("22", { data }), page.me.peer("22", { data })]) {
      await assert.rejects(outcome, ({ name, code, cause }) => name === "SwitchboardError" && code === "failed" && cause instanceof TypeError);
    }
    assert.equal(page.me.currentCall, null);
    assert.equal(page.me.peers.size, 0);
    assert.deepEqual(page.socket.said, []);
  }
});

test("an accept whose data cannot be said fails, and rejects the call", async () => {
  for (const [data, code] of [[circle, "failed"], ["x".repeat(100_000), "too-large"]]) {
    const page = await Page.connected();
    page.socket.says(request());
    const [call] = page.heard("call");
    assert.equal(await fate(call.accept({ data })), code);
    assert.deepEqual([call.state, call.reason], ["ended", code]);
    assert.equal(page.socket.last("call-hangup").callId, "C");
  }
});

test("a word to the end is cut to what the server takes, whatever it is", async () => {
  for (const [detail, said] of [["😀".repeat(200), "😀".repeat(128)], [{}, "[object Object]"], [undefined, undefined]]) {
    const { page, call } = await connected();
    call.hangUp(detail);
    assert.equal(page.socket.last("call-hangup").detail, said);
  }
  const page = await Page.connected();
  page.socket.says(word("invite"));
  page.heard("peer")[0].close("x".repeat(200));
  assert.equal(page.socket.last("message").data.switchboard.data.length, 128);
});

test("a hang-up that is refused is said again without its word, then told; that it is over is no failure", async () => {
  const { page, call } = await connected();
  call.hangUp("\u0007");
  refuses(page, "call-hangup", "bad-message");
  assert.equal(page.socket.last("call-hangup").detail, undefined);
  assert.equal(page.socket.last("call-hangup").callId, "C");
  refuses(page, "call-hangup", "internal");
  await settle();
  assert.equal(page.heard("error")[0].code, "internal");

  const other = await connected();
  other.call.hangUp();
  refuses(other.page, "call-hangup", "call-over");
  assert.deepEqual(other.page.heard("error"), []);
});
