/**
 * The words of the page, in the reader's language.
 *
 * Elements of the document name their words: `data-words` for their text, `data-words-label`, `data-words-title` and
 * `data-words-placeholder` for attributes. Scripts write their own texts again when `onLanguage` tells them.
 */

import { keep, recall } from "./kept.js";

/** @typedef {"en" | "zh"} Language */

/** A page loads the language that it speaks, and another one when that is chosen. */
const LANGUAGES = { en: () => import("./words/all-en.js"), zh: () => import("./words/all-zh.js") };
const KEPT = "switchboard.language";
/** Attributes by the name of what names their words. */
const ATTRIBUTES = { wordsLabel: "aria-label", wordsTitle: "title", wordsPlaceholder: "placeholder" };

/** @type {Language} */
let current = wished();
let { catalogue } = await LANGUAGES[current]();
/** @type {Set<() => void>} */
const listeners = new Set();

/** @returns {Language} */
export function language() {
  return current;
}

/**
 * The words for a key, `{name}` in them replaced by the value of that name. A key without words is shown as it is.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function words(key, values = {}) {
  const text = catalogue[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole));
}

/**
 * @param {string} key
 * @returns {boolean} whether there are words for it
 */
export function hasWords(key) {
  return key in catalogue;
}

/**
 * Rejects where the words cannot be loaded; the page then keeps its language.
 * @param {Language} chosen
 */
export async function setLanguage(chosen) {
  ({ catalogue } = await LANGUAGES[chosen]());
  current = chosen;
  keep("localStorage", KEPT, chosen);
  // An address that asks for another language would win at the next reload.
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  if (address.href !== location.href) history.replaceState(null, "", address);
  translate();
  for (const listener of listeners) listener();
}

/**
 * @param {() => void} listener called after each change, not now
 */
export function onLanguage(listener) {
  listeners.add(listener);
}

/** Writes the words of everything in the document that names its words. */
export function translate() {
  document.documentElement.lang = { en: "en", zh: "zh-Hans" }[current];
  const places = document.querySelectorAll("[data-words], [data-words-label], [data-words-title], [data-words-placeholder]");
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (places)) {
    if (place.dataset.words) place.textContent = words(place.dataset.words);
    for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
      const key = place.dataset[name];
      if (key) place.setAttribute(attribute, words(key));
    }
  }
}

/**
 * The page address goes first (`?lang=zh`), then what was chosen here before, then what the browser prefers.
 * @returns {Language}
 */
function wished() {
  const asked = new URLSearchParams(location.search).get("lang") ?? recall("localStorage", KEPT);
  for (const tag of [asked, ...navigator.languages]) {
    if (tag?.toLowerCase().startsWith("zh")) return "zh";
    if (tag?.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}
