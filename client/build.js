/**
 * Makes the modules as they are served and published, each from client/src in one file that a page loads without any
 * build step, and a source map for each, by which a browser's tools show the source with its comments.
 *
 *     node client/build.js            writes them
 *     node client/build.js --check    fails where they are not what the source makes, or a module is too large
 *
 * Classes, functions and methods keep their names, so that a stack trace can be read without the map; private methods do
 * not, whose names would be another 344 bytes. Fields and local names are shortened. A name that begins with `_` is for
 * the library's own modules, and still begins with `_` when it is shortened, so that it is never a name that an app gives
 * to something.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { classic } from "./classic.js";
import { pinned } from "./integrity.js";
import { search, sortForGzip } from "./order.js";

const LIBRARY = "static/switchboard.js";
const CLASSIC = "static/switchboard.global.js";
const GUIDE = "docs/client.md";
/**
 * The modules, and the most bytes that each may have, gzipped. The library's goal is 16 384, and it is missed:
 * docs/client.md tells what each part of it takes.
 */
const MODULES = [
  { served: LIBRARY, from: "client/src/index.js", limit: 20_000 },
  { served: "static/switchboard-media.js", from: "client/src/media.js", limit: 2_048 },
];
/** Fields that stand neither in the types nor on the wire, and that the browser has not. */
const INNER =
  "asked becomes equipped failures hear held hides lacking lasting moves networkChanged obstacle opens owner problem renewAt renewable sleeps tried wakes".split(" ");
/** Stands for the `#` of private names, which the minifiers shorten without a choice. As long as `#`, so that maps stay right. */
const PRIVATE = "ǂ";
/** In the order in which gzip likes them best: local names begin with the same ones. */
const LETTERS = "tesihrnaoclpudmgfyvwbkxjqzTESIHRNAOCLPUDMGFYVWBKXJQZ";

const source = fileURLToPath(new URL("src", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
const paths = readdirSync(source, { recursive: true }).filter((it) => it.endsWith(".js"));
/** The code of each file, without comments. */
const code = paths.map((path) => withPlainNames(path).replace(/\/\*[^]*?\*\/|^ *\/\/.*$/gm, ""));

const tooLarge = [];
for (const { served, from, limit } of MODULES) {
  const files = await made(served, from);
  if (served === LIBRARY) Object.assign(files, derived(files[served]));
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    if (!process.argv.includes("--check")) writeFileSync(file, text);
    else if (readFileSync(file, "utf8") !== text) fail(`${path} is not made from its source: run \`npm run build\` in client/`);
  }
  const size = gzipSync(files[served], { level: 9 }).length;
  console.log(`${served}: ${size} bytes gzipped`);
  if (size > limit) tooLarge.push(`${served} is over its limit of ${limit} bytes`);
}
if (tooLarge.length) fail(tooLarge.join("\n"));

/** A module and its map. @param {string} served @param {string} from */
async function made(served, from) {
  const cache = shortNames();
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [from],
    outfile: served,
    write: false,
    bundle: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    minifySyntax: true,
    minifyWhitespace: true,
    mangleProps: new RegExp(`^([_${PRIVATE}].*|${INNER.join("|")})$`),
    mangleCache: cache,
    plugins: [{ name: "names", setup }],
    legalComments: "none",
    sourcemap: "external",
    sourcesContent: true,
  });
  const [map, joined] = outputFiles.map(({ text }) => text);
  const { ast } = await minify(joined, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, pure_getters: true, unsafe_arrows: true, keep_classnames: true, reduce_funcs: false, lhs_constants: false, hoist_funs: true, join_vars: false },
    mangle: false,
    format: { ast: true, code: false },
  });
  sortForGzip(ast);
  const smaller = await minify(ast, {
    module: true,
    ecma: 2020,
    compress: false,
    mangle: { reserved: functions() },
    sourceMap: { content: map, url: `${served.replace("static/", "")}.map` },
    format: { preamble: "// MIT OR Apache-2.0", ast: true },
  });
  if (served === LIBRARY && process.argv.includes("--order")) search(smaller.ast);
  return { [served]: withPrivateNames(String(smaller.code)), [`${served}.map`]: withPrivateNames(String(smaller.map)) };
}

/** The classic build, and the guide with the hashes of both. @param {string} library */
function derived(library) {
  const files = { [LIBRARY]: library, [CLASSIC]: classic(library) };
  const { version } = JSON.parse(readFileSync(join(root, "client/package.json"), "utf8"));
  return { [CLASSIC]: files[CLASSIC], [GUIDE]: pinned(readFileSync(join(root, GUIDE), "utf8"), version, files) };
}

/** @param {import("esbuild").PluginBuild} build */
function setup({ onLoad, onResolve }) {
  onLoad({ filter: /\.js$/ }, ({ path }) => ({ contents: withPlainNames(path.slice(source.length + 1)) }));
  // Two copies of its errors would be two classes.
  onResolve({ filter: /\/index\.js$/ }, ({ kind }) => (kind === "entry-point" ? null : { path: "./switchboard.js", external: true }));
}

/** @param {string} path */
function withPlainNames(path) {
  return readFileSync(join(source, path), "utf8").replace(/#(?=[a-z])/gi, PRIVATE);
}

/** @param {string} text */
function withPrivateNames(text) {
  return text.replaceAll(PRIVATE, "#");
}

/**
 * The names of the fields, the shortest for those that are used most. Private ones of two classes may have the
 * same name. Methods that are not private keep theirs. @returns {Record<string, string | false>}
 */
function shortNames() {
  const methods = new Set(code.flatMap((it) => [...it.matchAll(/^ {2}(?:async |static |get |set )*([\wǂ]+)\(.*\) \{$/gm)].map(([, name]) => name)));
  const isField = new RegExp(`(?<![\\w"])(?:[_${PRIVATE}][a-z]\\w*|${INNER.join("|")})(?!\\w)`, "gi");
  const used = code.map((it) => it.match(isField) ?? []);
  const counts = new Map();
  for (const name of used.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  /** @type {Record<string, string | false>} */
  const names = {};
  for (const name of [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1))) {
    const isPrivate = name.startsWith(PRIVATE);
    const taken = used.filter((it) => !isPrivate || it.includes(name)).flat().map((it) => names[it]);
    let nth = 0;
    const short = () => `${isPrivate ? PRIVATE : "_"}${nth < LETTERS.length ? "" : LETTERS[Math.floor(nth / LETTERS.length) - 1]}${LETTERS[nth % LETTERS.length]}`;
    while (taken.includes(short())) nth++;
    names[name] = methods.has(name) && !isPrivate ? false : short();
  }
  return names;
}

/** Classes and functions that stand in no other. */
function functions() {
  const declared = /^(?:export )?(?:async )?(?:class|function) (\w+)|^(?:export )?const (\w+) = (?:async )?\(/gm;
  return code.flatMap((it) => [...it.matchAll(declared)].map(([, name, constant]) => name ?? constant));
}

/** @param {string} why */
function fail(why) {
  console.error(why);
  process.exit(1);
}
