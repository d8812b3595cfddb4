/**
 * When to come back after a socket has ended (§11).
 *
 * Promises: a random wait between nothing and a bound that doubles from 0.5 s to 30 s (full jitter), and never before
 * the server's `retry after`.
 */

/** The first bound and the last one; ms. */
const FIRST = 500;
const LONGEST = 30_000;

export class BackOff {
  #attempts = 0;
  #notBefore = 0;
  /** When the next attempt is due. */ at = 0;

  /** @param {number} now @param {number} chance from 0 to 1 @param {number} after what the server asked for, ms */
  set(now, chance, after) {
    const bound = Math.min(LONGEST, FIRST * 2 ** this.#attempts++);
    this.#notBefore = now + after;
    this.at = Math.max(this.#notBefore, now + chance * bound);
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
    this.#attempts = this.#notBefore = 0;
  }
}
