/** The blocks of code in a page of the manual. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** @param {string} path from the root */
export const readText = (path) => readFileSync(join(root, path), "utf8");

/** @param {string} page its text @param {string} language */
export const blocksOf = (page, language) => [...page.matchAll(new RegExp(`\\n\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, code]) => code);
