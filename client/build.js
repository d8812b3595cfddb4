/**
 * Makes static/switchboard.js, the module as it is served and published: the code of client/switchboard.js without its
 * comments and indentation, so that a page loads less than 12 kB (gzipped). Names and lines stay.
 *
 *     node client/build.js            writes it
 *     node client/build.js --check    fails where it is not what the source makes, or too large
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import ts from "typescript";

const LIMIT = 12_000;
const source = new URL("switchboard.js", import.meta.url);
const served = new URL("../static/switchboard.js", import.meta.url);

const head = "// MIT OR Apache-2.0. Types: switchboard.d.ts. With comments: client/switchboard.js\n";
const { outputText } = ts.transpileModule(readFileSync(source, "utf8"), {
  compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true },
});
const code = head + outputText.replace(/^ +/gm, "");
const size = gzipSync(code, { level: 9 }).length;

if (process.argv.includes("--check")) {
  if (readFileSync(served, "utf8") !== code) fail("static/switchboard.js is not made from its source: run `node client/build.js`");
} else {
  writeFileSync(served, code);
}
console.log(`static/switchboard.js: ${size} bytes gzipped`);
if (size >= LIMIT) fail(`that is over the limit of ${LIMIT}`);

/** @param {string} why */
function fail(why) {
  console.error(why);
  process.exit(1);
}
