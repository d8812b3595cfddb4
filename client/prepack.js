/** Puts into client/ what the package holds besides its README: the built library, its types, and the licences. */
import { copyFileSync, mkdirSync, rmSync } from "node:fs";

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
copyFileSync(new URL("global.d.ts", client), new URL("switchboard.global.d.ts", dist));
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(new URL(`../${licence}`, client), new URL(licence, client));
