// The page's storage in the browser, and browsers that keep nothing.
import assert from "node:assert/strict";
import test from "node:test";

import { keep, recall } from "../../static/demo/kept.js";

/** @param {() => any} get */
const storageIs = (get) => Object.defineProperty(globalThis, "sessionStorage", { get, configurable: true });

test("what is kept is found again until it is dropped", () => {
  const kept = new Map();
  storageIs(() => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => kept.set(key, text),
    removeItem: (key) => kept.delete(key),
  }));
  keep("sessionStorage", "who", "ana");
  assert.equal(recall("sessionStorage", "who"), "ana");
  keep("sessionStorage", "who", null);
  assert.equal(recall("sessionStorage", "who"), null);
});

test("where the browser forbids it nothing is kept, and nothing breaks", () => {
  storageIs(() => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });
  keep("sessionStorage", "who", "ana");
  keep("sessionStorage", "who", null);
  assert.equal(recall("sessionStorage", "who"), null);
});
