/**
 * Puts into client/ what the package holds besides its README: the built library, its types, and the licences.
 *
 * The module of the package does not ask for its own address: within an app that says nothing of the server, and Jest
 * and React Native cannot read `import.meta`.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const MODULE_ADDRESS = "import.meta.url";

const FILES = [
  "switchboard.js",
  "switchboard.js.map",
  "switchboard.d.ts",
  "switchboard.global.js",
  "switchboard-media.js",
  "switchboard-media.js.map",
  "switchboard-media.d.ts",
];
const client = new URL("./", import.meta.url);
const dist = new URL("dist/", client);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
for (const file of FILES) {
  copyFileSync(new URL(`../static/${file}`, client), new URL(file, dist));
}
const module = new URL("switchboard.js", dist);
// Of the same length, so that the source map stays right.
writeFileSync(module, readFileSync(module, "utf8").replaceAll(MODULE_ADDRESS, "undefined".padEnd(MODULE_ADDRESS.length)));
copyFileSync(new URL("global.d.ts", client), new URL("switchboard.global.d.ts", dist));
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(new URL(`../${licence}`, client), new URL(licence, client));
