/** Everything that the page says in English, as one module: a page loads one language. */
import { en } from "./en.js";
import { panelsEn } from "./panels-en.js";

/** @type {Record<string, string>} */
export const catalogue = { ...en, ...panelsEn };
