/** What each side of a call has given along arrives, however the call came about. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, lost, request } from "./acts.js";
import { Page, settle } from "./fakes.js";

test("the second of two who call each other has what the first one gave along", async () => {
  const page = await Page.connected();
  const outcome = page.me.call("22", { data: "mine" });
  await settle();
  const media = { audio: true, video: false };
  page.socket.says(request({ data: "theirs", media, name: "Bo" }));
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: false, ref: page.socket.last("call-request").id });
  const call = await outcome;
  assert.deepEqual([call.data, call.media, call.name], ["theirs", media, "Bo"]);
});

test("a call that is to go on says again what this side gave along, whoever had called", async () => {
  const page = await Page.connected();
  page.me.call("22", { data: "topic" }).catch(() => {});
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true });
  await settle();
  page.connection.becomes("connected");
  await lost(page);
  await page.clock.advance(0);
  assert.equal(page.socket.last("call-request").data, "topic");

  const other = await Page.connected();
  other.socket.says(request());
  const [call] = other.heard("call");
  await call.accept({ data: "answer" });
  other.socket.says({ type: "offer", from: "22", callId: "C", data: { type: "offer", sdp: "x" } });
  await settle();
  other.connection.becomes("connected");
  await lost(other);
  await other.clock.advance(0);
  assert.equal(other.socket.last("call-request").data, "answer");
});

test("what a reloaded page gives along when it accepts is what the call has from then on", async () => {
  const { page, call } = await connected();
  await lost(page);
  await page.clock.advance(0);
  const { id } = page.socket.last("call-request");
  page.socket.says({ type: "call-ringing", callId: "D", to: "22", ref: id });
  page.socket.says({ type: "call-accept", callId: "D", from: "22", offerer: true, data: "new" });
  await settle();
  assert.equal(call.data, "new");
});
