/** The panels say the same in both languages. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { panelsEn } from "../../static/demo/words/panels-en.js";
import { panelsZh } from "../../static/demo/words/panels-zh.js";

const PANELS = new URL("../../static/demo/panels/", import.meta.url);

test("both languages have the same keys, with the same holes", () => {
  assert.deepEqual(Object.keys(panelsZh), Object.keys(panelsEn));
  const holes = (text) => [...text.matchAll(/\{\w+\}/g)].map(([it]) => it).sort();
  for (const [key, text] of Object.entries(panelsEn)) assert.deepEqual(holes(panelsZh[key]), holes(text), key);
});

test("every key that the panels name has words", () => {
  for (const file of readdirSync(PANELS)) {
    const source = readFileSync(new URL(file, PANELS), "utf8");
    for (const [, key] of source.matchAll(/"((?:ladder|connection|selftest)\.[\w.-]+)"/g))
      assert.ok(panelsEn[key], `${file}: ${key}`);
  }
});
