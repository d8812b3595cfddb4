/** Keeps version and hashes of the published files right in the guide. */
import { createHash } from "node:crypto";

/** The version between the name of a file and its ending. */
const VERSION = /(?<=switchboard-)\d[\w.-]*?(?=(?:\.global)?\.js["`])/g;
/** The hash of a file whose address stands before it in the same line. */
const HASH = /(switchboard-[^"\s]*?(\.global)?\.js"[^\n]*?"sha384-)[\w+/=]*/g;

/**
 * Puts this version, and the hashes of these files for subresource integrity, wherever the guide has one.
 * @param {string} guide
 * @param {string} version
 * @param {Record<string, string>} files their text, by path
 */
export function pinned(guide, version, files) {
  return guide.replace(VERSION, version).replace(HASH, (_, before, global = "") => {
    const hash = createHash("sha384").update(files[`static/switchboard${global}.js`] ?? "");
    return before + hash.digest("base64");
  });
}
