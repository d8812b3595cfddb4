/**
 * Makes static/switchboard.js, the module as it is served and published: all of client/src in one file that a page
 * loads without any build step, and static/switchboard.js.map, by which a browser's tools show the source with its
 * comments.
 *
 *     node client/build.js            writes both
 *     node client/build.js --check    fails where they are not what the source makes, or the module is too large
 *
 * Names go as well, but for those of the types: the map brings them back. What begins with `_` is for the library's own
 * modules; it is shortened too, and still begins with `_`, so that it is never a name that an app gives to something.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { classic } from "./classic.js";
import { pinned } from "./integrity.js";

/** Bytes, gzipped. */
const LIMIT = 16_000;
/** Names that stand neither in the types nor on the wire, and that the browser has not. */
const INNER =
  "advance allow arrived asked becomes caughtUp equip equipped forget hasChannel hear held hungUp hurry isCall lacking lasting networkChanged newName opens owner problem renewAt renewable sends settle speak startOver strip told tried withdraw".split(" ");
const SERVED = "static/switchboard.js";
const GUIDE = "docs/client.md";
const CLASSIC = "static/switchboard.global.js";
const source = fileURLToPath(new URL("src", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["client/src/index.js"],
  outfile: SERVED,
  write: false,
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  minify: true,
  mangleProps: new RegExp(`^(_.*|${INNER.join("|")})$`),
  mangleCache: shortNames(),

  legalComments: "none",
  sourcemap: "external",
  sourcesContent: true,
});

// Another three per cent.
const [map, joined] = outputFiles.map(({ text }) => text);
const smaller = await minify(joined, {
  module: true,
  ecma: 2020,
  compress: { passes: 3, pure_getters: true, unsafe_arrows: true },
  sourceMap: { content: map, includeSources: true, url: "switchboard.js.map" },
  format: { preamble: "// MIT OR Apache-2.0" },
});

const served = { [SERVED]: String(smaller.code), [CLASSIC]: classic(String(smaller.code)), [`${SERVED}.map`]: String(smaller.map) };
const { version } = JSON.parse(readFileSync(join(root, "client/package.json"), "utf8"));
served[GUIDE] = pinned(readFileSync(join(root, GUIDE), "utf8"), version, served);
for (const [path, text] of Object.entries(served)) {
  const file = join(root, path);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) fail(`${path} is not made from its source: run \`npm run build\` in client/`);
}
const size = gzipSync(served[SERVED], { level: 9 }).length;
console.log(`${SERVED}: ${size} bytes gzipped`);
if (size >= LIMIT) fail(`that is over the limit of ${LIMIT}`);

/** Every name that is shortened, in the order of the alphabet. @returns {Record<string, string>} */
function shortNames() {
  const code = readdirSync(source, { recursive: true }).filter((it) => it.endsWith(".js")).map((it) => readFileSync(join(source, it), "utf8"));
  const names = [...new Set(code.join().match(/(?<=[.\s{])_[a-z]\w*/gi)), ...INNER].sort();
  return Object.fromEntries(names.map((name, nth) => [name, `_${nth.toString(36)}`]));
}

/** @param {string} why */
function fail(why) {
  console.error(why);
  process.exit(1);
}
