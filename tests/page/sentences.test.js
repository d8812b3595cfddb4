// How calls end, in words for the person in front of the page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import "./document.js";

const { closeWords, endWords, errorWords } = await import("../../static/demo/sentences.js");
const { spelled } = await import("../../static/demo/panels/make.js");

const end = (more) => endWords({ reason: "rejected", peer: "eve", outgoing: true, mine: false, ...more }, (it) => it);

test("the word of the other side to an end is quoted, isolated, and cannot turn the sentence around it", () => {
  assert.equal(end({ detail: "later" }), "eve declined the call (“\u2068later\u2069”).");
  assert.equal(end({ detail: "\u202E.tnuocca ruoy\u0007\u2069" }), "eve declined the call (“\u2068.tnuocca ruoy\u2069”).");
  assert.equal(end({ reason: "hangup", detail: "שלום" }), "eve hung up (“\u2068שלום\u2069”).");
});

test("a call that failed is told as that on both sides, and blames neither", () => {
  const set = "No audio or video path to eve could be set up.";
  assert.equal(end({ reason: "failed" }), set);
  assert.equal(end({ reason: "hangup", detail: "failed" }), set, "the other side noticed first");
  const lost = "The audio and video path to eve was lost.";
  assert.equal(end({ reason: "failed", connected: true }), lost);
  assert.equal(end({ reason: "hangup", detail: "failed", connected: true }), lost);
  assert.equal(end({ reason: "hangup", detail: "too-large" }), "This is too large to send.");
  assert.equal(end({ reason: "rejected", detail: "failed" }), "eve declined the call (“\u2068failed\u2069”).");
});

test("a token that was given is refused in other words than none", () => {
  const closing = { code: 4501, reason: "", opened: true };
  assert.match(closeWords(closing), /An access token is needed/);
  assert.equal(closeWords(closing, { token: "abc" }), "The server does not accept this access token.");
});

test("a word of nothing but what cannot be seen is none", () => {
  assert.equal(end({ detail: "\u202E\u0000" }), "eve declined the call.");
});

test("a call that rang while another one was taken is missed, not busy", () => {
  assert.equal(end({ reason: "busy", outgoing: false }), "Missed call from eve, while you took another call.");
  assert.equal(end({ reason: "busy" }), "eve is in another call.");
});

test("the inspector spells what cannot be seen, or would turn the text around it", () => {
  assert.equal(spelled('{\n "detail": "\u202Eabc\u0085\u200F"}'), '{\n "detail": "\\u202eabc\\u0085\\u200f"}');
});

test("every code of the library has a sentence", () => {
  const types = readFileSync(new URL("../../static/switchboard.d.ts", import.meta.url), "utf8");
  const unions = ["RefusalCode", "EndReason", "ErrorCode"].map((name) => types.split(`export type ${name} =`)[1].split(";")[0]);
  const codes = [...unions.join().matchAll(/"([a-z-]+)"/g)].map(([, code]) => code);
  assert.ok(codes.length > 35, `only ${codes.length} codes were found`);
  for (const code of codes) {
    const sentence = errorWords({ code, message: "raw", to: "eve" }, (it) => it);
    assert.notEqual(sentence, "raw", code);
    assert.ok(!/[{}]/.test(sentence), sentence);
  }
});

test("what failed on this page is not said to have failed on the way to the other side", () => {
  assert.equal(errorWords({ code: "failed", message: "", cause: new Error("denied") }, (it) => it), "That did not work.");
  assert.equal(errorWords({ code: "failed", message: "" }, (it) => it), "No audio or video path could be set up.");
});
