/**
 * Every refusal, every close code and every end of a call, in words for the person in front of the page.
 */

import { cleaned, quoted } from "./names.js";
import { hasWords, words } from "./words.js";

/** @typedef {import("../switchboard.js").SwitchboardError} SwitchboardError */
/** @typedef {(userId: string) => string} NameOf how a user is called on this page */
/** @typedef {{ code: number, reason: string, opened: boolean }} Closing of a socket; `opened`: it had been open */

/**
 * Why the connection ended.
 * @param {Closing} closing
 * @param {{ token?: string }} [who] was signing in
 */
export function closeWords({ code, opened }, { token } = {}) {
  if (code === 4501 && token) return words("close.4501.given");
  if (code === 1006 && !opened) return words("close.unreachable");
  if (hasWords(`close.${code}`)) return words(`close.${code}`);
  return words(code >= 4500 ? "close.final" : "close.other");
}

/**
 * The small print for it: the code of the socket's end, and what the server or the library said.
 * @param {Closing | null} closing
 * @param {SwitchboardError} [error]
 */
export function closeCode(closing, error) {
  const said = error ? errorCode(error) : closing?.reason;
  return [closing?.code, said].filter(Boolean).join(" · ");
}

/**
 * The sentence for an error. A code that this page does not know is shown in the words that came with it.
 * @param {SwitchboardError} error
 * @param {NameOf} nameOf
 */
export function errorWords(error, nameOf) {
  const { code, to, retryAfter, message, cause } = error;
  const who = to ? nameOf(to) : words("error.somebody");
  const keys = [`error.${code}`, `end.${code}`, `end.${code}.theirs`];
  // It failed on this page, and not on the way to the other side.
  if (code === "failed" && cause) keys.unshift("error.other");
  const key = keys.find(hasWords);
  const sentence = key ? words(key, { who, why: "" }) : String(message ?? words("error.other"));
  return retryAfter ? words("error.retry", { sentence, wait: seconds(retryAfter) }) : sentence;
}

/**
 * The small print beside it, for the developer.
 * @param {SwitchboardError} error
 */
export function errorCode({ code, message }) {
  return message ? `${code}: ${message}` : String(code);
}

/** Words of the library to a hang-up. Nobody has hung up: the other side has noticed first that the call failed. */
const FAILURES = ["failed", "too-large"];

/**
 * Why a call that is over has failed, on whichever side that was noticed; empty: it did not fail.
 * @param {{ reason?: string, detail?: string }} ended
 */
export function failureOf({ reason = "", detail = "" }) {
  const told = reason === "hangup" ? detail : reason;
  return FAILURES.includes(told) ? told : "";
}

/**
 * How a call ended.
 * @param {{ reason?: string, detail?: string, peer: string, outgoing: boolean, mine: boolean, connected?: boolean }} ended
 *   `outgoing`: this page had called; `mine`: this side ended it; `connected`: there had been picture and sound
 * @param {NameOf} nameOf
 */
export function endWords({ reason = "", detail, peer, outgoing, mine, connected = false }, nameOf) {
  const who = nameOf(peer);
  const failure = failureOf({ reason, detail });
  if (failure === "failed") return words(connected ? "end.broken" : "end.failed", { who });
  if (failure) return words(`error.${failure}`);
  const why = detail && cleaned(detail) && !mine ? words("end.why", { detail: quoted(detail) }) : "";
  const missed = !outgoing && ["no-answer", "busy"].includes(reason);
  const side = mine ? "mine" : missed ? "missed" : "theirs";
  for (const key of [`end.${reason}.${side}`, `end.${reason}`, `error.${reason}`]) if (hasWords(key)) return words(key, { who, why });
  return words("end.other", { why, reason });
}

/**
 * Why there is no path to somebody.
 * @param {import("./panels/diagnosis.js").Cause} cause
 * @param {string} who
 */
export function causeWords({ key, values }, who) {
  return words(key, { who, ...values });
}

/**
 * A wait as people say it: “2 s”. Never “0 s”.
 * @param {number} milliseconds
 */
export function seconds(milliseconds) {
  return `${Math.max(1, Math.round(milliseconds / 1000))} s`;
}
