// How calls end, in words for the person in front of the page.
import assert from "node:assert/strict";
import test from "node:test";

import "./document.js";

const { endWords } = await import("../../static/demo/sentences.js");
const { spelled } = await import("../../static/demo/panels/make.js");

const end = (more) => endWords({ reason: "rejected", peer: "eve", outgoing: true, mine: false, ...more }, (it) => it);

test("the word of the other side to an end is quoted, isolated, and cannot turn the sentence around it", () => {
  assert.equal(end({ detail: "later" }), "eve declined the call (“\u2068later\u2069”).");
  assert.equal(end({ detail: "\u202E.tnuocca ruoy\u0007\u2069" }), "eve declined the call (“\u2068.tnuocca ruoy\u2069”).");
  assert.equal(end({ reason: "hangup", detail: "שלום" }), "eve hung up (“\u2068שלום\u2069”).");
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
