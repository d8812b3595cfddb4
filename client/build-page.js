/**
 * Makes static/page/, the demo page as it is loaded: one script, one style sheet and one script for each language, out
 * of the modules in static/demo and the style sheets in static/style. A page of about fifty modules takes a round trip
 * for each level of imports; these few files are known from the document.
 *
 *     node client/build-page.js            writes them
 *     node client/build-page.js --check    fails where they are not what the sources make
 *     node client/build-page.js --watch    writes them again at each change
 *
 * Names stay as they are written, so that a stack trace can be read. The source maps lead to the modules themselves,
 * which the server serves as well: a browser's tools show them, with their comments.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "static/page");

/** The library is a file of its own, the same that other pages load. @type {import("esbuild").Plugin} */
const libraryApart = {
  name: "library-apart",
  setup: ({ onResolve }) => onResolve({ filter: /\/switchboard\.js$/ }, () => ({ path: "../switchboard.js", external: true })),
};

/** @type {import("esbuild").Plugin} */
const written = { name: "written", setup: ({ onEnd }) => onEnd(({ outputFiles }) => write(outputFiles ?? [])) };

const watches = process.argv.includes("--watch");
const build = await context({
  absWorkingDir: root,
  entryPoints: { page: "static/demo/main.js", style: "static/style/page.css" },
  outdir: "static/page",
  write: false,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  // A language is a chunk, named after its module. Without a hash: the server's ETag tells versions apart.
  chunkNames: "[name]",
  minifyWhitespace: true,
  minifySyntax: true,
  // So that a change is a few lines of the committed file, too.
  lineLimit: 160,
  legalComments: "none",
  sourcemap: true,
  sourcesContent: false,
  plugins: watches ? [libraryApart, written] : [libraryApart],
});

if (watches) await build.watch();
else {
  const { outputFiles = [] } = await build.rebuild();
  if (process.argv.includes("--check")) check(outputFiles);
  else write(outputFiles);
  await build.dispose();
}

/** @param {import("esbuild").OutputFile[]} files */
function write(files) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const { path, contents } of files) writeFileSync(path, contents);
}

/** @param {import("esbuild").OutputFile[]} files */
function check(files) {
  const names = files.map(({ path }) => basename(path)).sort();
  const same = String(names) === String(readdirSync(folder).sort());
  if (same && files.every(({ path, contents }) => readFileSync(path).equals(contents))) return;
  console.error("static/page is not made from its sources: run `npm run build` in client/");
  process.exit(1);
}
