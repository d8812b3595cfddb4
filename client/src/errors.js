/**
 * Errors: the one kind of error that the app gets, and promises whose failure is never lost.
 *
 * Promises: every error has a stable code, a sentence, and what to do. Who hears of it is decided elsewhere.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Message } from "./platform.js"
 */

/** Advice by code. @type {Array<[RegExp, string]>} */
const ADVICE = [
  [/^(undelivered|not-sent)$/, "send it again"],
  [/^unknown$/, "ask the other side"],
  [/offline$/, "watch() tells when they are back"],
  [/^(busy|no-answer|unavailable)$|-full$/, "try later"],
  [/^rate/, "wait for `retryAfter` ms"],
  [/large$/, "use a data channel"],
  [/token$/, "sign in again"],
  [/^(replaced|name-in-use)$/, "tell the user"],
  [/^lost$/, "call again"],
  [/^closed$/, "connect again"],
  [/^unsupported$/, "use another browser"],
];

/** Advice by the name of the error that a browser has thrown (Media Capture and Streams, `getUserMedia`). @type {Record<string, string>} */
const BY_CAUSE = {
  NotAllowedError: "let the user allow it",
  NotFoundError: "ask for a device that there is",
  NotReadableError: "another program uses the device",
};

/** Ends of a call or peer in a sentence; % is the other user. @type {Record<string, string>} */
const ENDS = {
  busy: "% is in another call",
  offline: "% is not connected",
  "no-answer": "% did not answer",
  rejected: "% rejected it",
  lost: "the session with % is lost",
  failed: "no path to % was found",
  refused: "% refused it",
};

/** @implements {Api.SwitchboardError} */
export class SwitchboardError extends Error {
  name = "SwitchboardError";

  /** @param {Api.ErrorCode} code @param {string} message @param {Message} [more] `advice` replaces that of the code */
  constructor(code, message, more = {}) {
    super(message, more);
    const { cause, advice } = more;
    this.code = code;
    const ofCause = cause && (BY_CAUSE[cause.name] ?? "see `cause`");
    this.advice = /** @type {string} */ (advice ?? ofCause ?? ADVICE.find(([pattern]) => pattern.test(code))?.[1] ?? "see `message`");
    this.retryAfter = /** @type {number | undefined} */ (more.retryAfter);
    this.to = /** @type {string | undefined} */ (more.to);
  }
}

/** Codes of what will go through later. */
export const PASSING = ["queue-full", "rate-limited", "unavailable"];

/** Codes of what had no answer when its session was lost. */
export const SESSION_LOST = ["unknown", "not-sent"];

/** A refusal of the server as an error. @param {Message} it */
export const refusal = (it) => new SwitchboardError(it.code, it.message, it);

/** An error that the app or the browser has thrown. @param {string} what @param {any} cause */
export const failure = (what, cause) =>
  cause instanceof SwitchboardError ? cause : new SwitchboardError("failed", `${what} has failed: ${cause?.message || cause}`, { cause });

/** The end of a call or peer as an error. @param {any} reason @param {string} to @param {string} [detail] the word of the one who ended it @param {Message} [more] */
export function endOf(reason, to, detail, more) {
  const sentence = (ENDS[reason] ?? `the call with % has ended: ${reason}`).replace("%", () => to);
  return new SwitchboardError(reason, detail ? `${sentence}: ${detail}` : sentence, { to, ...more });
}

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
    const outcome = new Outcome((fulfill, reject) => promise.then(fulfill, (cause) => reject(failure("that", cause))));
    super.prototype.then.call(outcome, null, (error) => outcome.#awaited || failed(error));
    return outcome;
  }
}
