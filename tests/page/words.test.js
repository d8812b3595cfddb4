// The words of the page, in both languages.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { en } from "../../static/demo/words/en.js";
import { panelsEn } from "../../static/demo/words/panels-en.js";
import { panelsZh } from "../../static/demo/words/panels-zh.js";
import { zh } from "../../static/demo/words/zh.js";

const english = { ...en, ...panelsEn };
const chinese = { ...zh, ...panelsZh };
const folder = new URL("../../static/demo/", import.meta.url);

const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
const scripts = ["", "panels/"].flatMap((part) =>
  readdirSync(new URL(part || ".", folder))
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(new URL(part + name, folder), "utf8")),
);
const page = readFileSync(new URL("../index.html", folder), "utf8");

test("both languages have words for the same things", () => {
  assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort());
});

test("the page's words and those of its panels do not get into each other's way", () => {
  assert.deepEqual(Object.keys(en).filter((key) => key in panelsEn), []);
});

test("what is put into a sentence is the same in both languages", () => {
  for (const [key, text] of Object.entries(english)) assert.deepEqual(holes(chinese[key]), holes(text), key);
});

test("nothing is said without words", () => {
  for (const [key, text] of Object.entries(english)) assert.notEqual(text.trim() && chinese[key].trim(), "", key);
});

test("every key that a script or the page names has words", () => {
  const named = [
    ...scripts.flatMap((text) => [...text.matchAll(/\bwords\("([^"]+)"/g)].map(([, key]) => key)),
    ...[...page.matchAll(/data-words(?:-\w+)?="([^"]+)"/g)].map(([, key]) => key),
  ];
  assert.ok(named.length > 80, `only ${named.length} keys were found`);
  assert.deepEqual(named.filter((key) => !(key in english)), []);
});

test("every word that there is, is used", () => {
  const everything = page + scripts.join("\n");
  // These are put together of a code or a state that comes from elsewhere.
  const made = /^((close|error|end|state)\.|chat\.(sending|sent|delivered|failed)|media\.missing-)/;
  assert.deepEqual(Object.keys(en).filter((key) => !made.test(key) && !everything.includes(`"${key}"`)), []);
});
