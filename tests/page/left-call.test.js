// A tab remembers the call that it was in when it was reloaded.
import assert from "node:assert/strict";
import test from "node:test";

import { FRESH, keepCall, leftCall } from "../../static/demo/left-call.js";

const kept = new Map();
Object.defineProperty(globalThis, "sessionStorage", {
  value: {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => kept.set(key, text),
    removeItem: (key) => kept.delete(key),
  },
});
const CALL = { callId: "C", userId: "bo", name: "Bo", me: "ana", at: 1000 };

test("a call that was left is told once", () => {
  keepCall(CALL);
  assert.deepEqual(leftCall(2000), CALL);
  assert.equal(leftCall(2000), null);
});

test("a call that was left long ago is over", () => {
  keepCall(CALL);
  assert.equal(leftCall(1000 + FRESH), null);
});

test("what this page has not written is no call", () => {
  for (const text of ["{", "null", "[]", '{"callId":1,"userId":"bo","name":"Bo","me":"ana","at":1000}']) {
    kept.set("switchboard.call", text);
    assert.equal(leftCall(1000), null, text);
  }
});
