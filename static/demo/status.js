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
/** @type {Saying | null} */
let standing = null;

button.addEventListener("click", () => said?.remedy?.run());
onLanguage(render);

/**
 * @param {Tone} tone
 * @param {() => string} sentence
 * @param {Pick<Saying, "code" | "remedy">} [more]
 * @returns {Saying} to be taken back
 */
export function say(tone, sentence, more = {}) {
  said = { tone, sentence, ...more };
  render();
  return said;
}

/**
 * How things stand as long as nothing else is said.
 * @param {Parameters<typeof say>} saying
 */
export function stand(...saying) {
  standing = say(...saying);
}

/**
 * Takes back a sentence that is not true any more, or known by now, and shows how things stand.
 * @param {Saying | null} saying changes nothing where something else has been said since
 */
export function unsay(saying) {
  if (saying === null || said !== saying || standing === null) return;
  said = standing;
  render();
}

function render() {
  if (said === null) return;
  line.dataset.tone = said.tone;
  // When all is well the lamp says so.
  line.classList.toggle("unseen", said.tone === "good");
  const sentence = said.sentence();
  if (place.textContent !== sentence) place.textContent = sentence;
  small.textContent = said.code ?? "";
  button.textContent = said.remedy?.label() ?? "";
  button.hidden = !said.remedy;
}
