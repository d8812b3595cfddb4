/**
 * The line that says how things stand: one sentence, its code in small, and at most one thing to do about it.
 * It is a live region, so it is read out as it changes.
 */

import { part } from "./dom.js";
import { onLanguage } from "./words.js";

/** @typedef {"calm" | "good" | "warning" | "bad"} Tone */
/**
 * @typedef {{ tone: Tone, sentence: () => string, code?: string, remedy?: { label: () => string, run: () => void } }} Saying
 *   in functions what depends on the language, which may change while it stands there
 */

const line = part("status", HTMLElement);
const place = part("status-words", HTMLElement);
const small = part("status-code", HTMLElement);
const button = part("status-action", HTMLButtonElement);

/** @type {Saying | null} */
let said = null;

button.addEventListener("click", () => said?.remedy?.run());
onLanguage(render);

/**
 * @param {Tone} tone
 * @param {() => string} sentence
 * @param {Pick<Saying, "code" | "remedy">} [more]
 */
export function say(tone, sentence, more = {}) {
  said = { tone, sentence, ...more };
  render();
}

function render() {
  if (said === null) return;
  line.dataset.tone = said.tone;
  const sentence = said.sentence();
  if (place.textContent !== sentence) place.textContent = sentence;
  small.textContent = said.code ?? "";
  button.textContent = said.remedy?.label() ?? "";
  button.hidden = !said.remedy;
}
