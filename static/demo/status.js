/**
 * The line that says how things stand: one sentence, its code in small, and at most one thing to do about it.
 * It is a live region, so it is read out as it changes.
 */

import { part } from "./dom.js";

/** @typedef {"calm" | "good" | "warning" | "bad"} Tone */
/** @typedef {{ label: string, run: () => void }} Remedy */

const line = part("status", HTMLElement);
const words = part("status-words", HTMLElement);
const code = part("status-code", HTMLElement);
const button = part("status-action", HTMLButtonElement);

/** @type {() => void} */
let remedy = () => {};
button.addEventListener("click", () => remedy());

/**
 * @param {Tone} tone
 * @param {string} sentence
 * @param {{ code?: string, remedy?: Remedy }} [more]
 */
export function say(tone, sentence, more = {}) {
  line.dataset.tone = tone;
  words.textContent = sentence;
  code.textContent = more.code ?? "";
  remedy = more.remedy?.run ?? (() => {});
  button.textContent = more.remedy?.label ?? "";
  button.hidden = !more.remedy;
}
