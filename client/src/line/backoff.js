/**
 * When to come back after a socket has ended (§11).
 *
 * Promises: a random wait between nothing and a bound (full jitter): 0.5 s at first, 1 s in the first 20 s, in which a
 * server is started again, and then doubled up to 30 s; never before the server's `retry after`.
 */

/** The first bound, that of a server that may be back soon, and the last one; ms. */
const FIRST = 500;
const SOON = 1_000;
const LONGEST = 30_000;
/** Without a server for longer than this, it will not be back soon; ms. */
const LONG = 20_000;

export class BackOff {
  /** @type {number | undefined} when the first socket ended */ #since;
  #bound = 0;
  #notBefore = 0;
  /** When the next attempt is due. */ at = 0;

  /** @param {number} now @param {number} chance from 0 to 1 @param {number} after what the server asked for, ms */
  set(now, chance, after) {
    this.#since ??= now;
    const longest = now - this.#since < LONG ? SOON : LONGEST;
    this.#bound = Math.min(longest, this.#bound * 2 || FIRST);
    this.#notBefore = now + after;
    this.at = Math.max(this.#notBefore, now + chance * this.#bound);
  }

  /** Makes no attempt before `hurry`. */
  rest() {
    this.at = Infinity;
  }

  /** There is reason to think that it works now. @param {number} now */
  hurry(now) {
    this.at = Math.min(this.at, Math.max(now, this.#notBefore));
  }

  reset() {
    this.#since = undefined;
    this.#bound = this.#notBefore = 0;
  }
}
