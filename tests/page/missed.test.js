// Calls that nobody took.
import assert from "node:assert/strict";
import test from "node:test";

import { Missed } from "../../static/demo/missed.js";

test("a missed call does not write over another one", () => {
  const missed = new Missed();
  let changes = 0;
  missed.addEventListener("change", () => changes++);
  for (const caller of ["bo", "cem", "bo"]) missed.add(caller);
  assert.deepEqual([missed.callers, missed.count, changes], [["bo", "cem"], 3, 3]);
  missed.seen("bo");
  missed.seen("nobody");
  assert.deepEqual([missed.callers, missed.count, changes], [["cem"], 1, 4]);
});

test("the number of callers that are kept is bounded", () => {
  const missed = new Missed();
  for (let nth = 1; nth <= 150; nth++) missed.add(`caller-${nth}`);
  assert.deepEqual([missed.callers.length, missed.callers[0], missed.callers.at(-1)], [100, "caller-150", "caller-51"]);
});
