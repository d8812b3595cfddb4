/**
 * Makes the classic build, static/switchboard.global.js, from the module: a plain script that sets one global,
 * `switchboard`, for pages that load no modules.
 *
 * Each line and column of the module's code stays where it is, so that the module's source map is right for both files.
 */

/** Only modules may have it. The name in its place is as long as it is. */
const MODULE_ADDRESS = "import.meta.url";
const SCRIPT_ADDRESS = "addressOfScript";

/** The parts of the module: its first comment, its code, the names that it exports, and the comment that names the map. */
const SHAPE = /^\/\/([^\n]*)\n([^]+?)export\{([^{}]+)\};?\n(\/\/# sourceMappingURL=[^\n]+)\n?$/;

/**
 * Turns the text of the module into a classic script.
 * Fails if the module does not end with its only export.
 * @param {string} module
 * @returns {string}
 */
export function classic(module) {
  const parts = SHAPE.exec(module);
  if (!parts) throw new Error("the module has another shape than client/classic.js turns into a script");
  const [, licence, code, exported, map] = /** @type {string[]} */ ([...parts]);
  const members = exported.split(",").map((it) => it.split(" as ")).map(([inner, name = inner]) => `${name}:${inner}`);
  const head = `"use strict";const ${SCRIPT_ADDRESS}=globalThis.document?.currentScript?.src;`;
  return `/*${licence} */globalThis.switchboard=(()=>{${head}\n${code.replaceAll(MODULE_ADDRESS, SCRIPT_ADDRESS)}return{${members.join(",")}}})();\n${map}`;
}
