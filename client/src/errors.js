/**
 * What goes wrong: the one kind of error that the app gets, and promises whose failure is never lost.
 *
 * Promises: every error has a stable code, a sentence, and what to do. Who hears of it is decided elsewhere.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Message } from "./platform.js"
 */

/** What to do, by code. @type {Array<[RegExp, string]>} */
const ADVICE = [
  [/^(undelivered|not-sent)$/, "send it again"],
  [/^unknown$/, "ask the other side"],
  [/offline$/, "watch() tells when they are back"],
  [/^(busy|no-answer|unavailable)$|-full$/, "try later"],
  [/^rate/, "wait for `retryAfter` ms"],
  [/large$/, "use a data channel"],
  [/token$/, "sign in again"],
  [/^(replaced|name-in-use)$/, "tell the user"],
  [/^(failed|lost)$/, "a TURN server may help"],
  [/^closed$/, "connect again"],
];

/** @implements {Api.SwitchboardError} */
export class SwitchboardError extends Error {
  name = "SwitchboardError";

  /** @param {string} code @param {string} message @param {Message} [more] */
  constructor(code, message, more) {
    super(message, more);
    this.code = code;
    this.advice = ADVICE.find(([pattern]) => pattern.test(code))?.[1] ?? "see `message`";
    this.retryAfter = /** @type {number | undefined} */ (more?.retryAfter);
    this.to = /** @type {string | undefined} */ (more?.to);
  }
}

/** Codes of what will go through later. */
export const PASSING = ["queue-full", "rate-limited", "unavailable"];

/** Codes of what had no answer when its session was lost. */
export const SESSION_LOST = ["unknown", "not-sent"];

/** What the server has refused. @param {Message} it */
export const refusal = (it) => new SwitchboardError(it.code, it.message, it);

/** What the app or the browser has thrown. @param {string} what @param {unknown} cause */
export const failure = (what, cause) =>
  cause instanceof SwitchboardError ? cause : new SwitchboardError("failed", `${what} has failed`, { cause });

/** A promise whose failure goes to `failed` where nobody waits for it: neither silent nor an unhandled rejection. */
export class Outcome extends Promise {
  #awaited = false;

  /** @param {any} [fulfilled] @param {any} [rejected] @returns {any} */
  then(fulfilled, rejected) {
    this.#awaited = true;
    return super.then(fulfilled, rejected);
  }

  /** @template T @param {Promise<T>} promise @param {(error: any) => void} failed @returns {Promise<T>} */
  static of(promise, failed) {
    const outcome = new Outcome((fulfill) => fulfill(promise));
    super.prototype.then.call(outcome, null, (error) => outcome.#awaited || failed(error));
    return outcome;
  }
}
