/** Everything that the page says in Chinese, as one module: a page loads one language. */
import { panelsZh } from "./panels-zh.js";
import { zh } from "./zh.js";

/** @type {Record<string, string>} */
export const catalogue = { ...zh, ...panelsZh };
