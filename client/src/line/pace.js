/**
 * How fast the server may be spoken to: a bucket like its own (§12), of which half is a reserve, as what is under way may
 * bunch up, and a room may have grown.
 *
 * Promises: a client that asks `wait` before each message is never `rate-limited` by its own doing. Tells times, keeps no
 * timer.
 *
 * @import { Message } from "../platform.js"
 */

/** Bytes that are read for one unit of the rate (§4). */
const BYTES = 4096;
/** Names, members or entries that a message concerns, for one unit. */
const NAMES = 8;
/** The same, where it is another number. What a new token concerns is given in units. @type {Record<string, number>} */
const NAMES_BY_TYPE = { message: 16, list: 32, refresh: 1 };

/** The price of a message, in units. @param {Message} message @param {number} size @param {number} [concerned] besides its own list of users */
function priceOf({ type, users }, size, concerned = 0) {
  const more = (concerned + (users?.length ?? 0)) / (NAMES_BY_TYPE[type] ?? NAMES);
  // Of a list of users the last unit counts in full.
  return 1 + Math.floor(size / BYTES) + (users ? Math.ceil(more) : Math.floor(more));
}

export class Pace {
  /** Units per ms; 0: any number. */ #rate = 0;
  #burst = 1;
  #level = 1;
  #levelAt = 0;

  /** Sets the limits of the server: units a second, and at once. @param {{ rate: number, burst: number }} limits */
  allow({ rate, burst }) {
    // The bucket is the user's: a new socket does not refill it.
    if (!this.#levelAt) this.#level = burst;
    this.#burst = burst;
    this.#rate = (rate * 0.9) / 1000;
  }

  /**
   * Takes a message's price if there is enough. One that costs more than the whole burst passes when all of it is there,
   * and those after it wait for the rest.
   * @param {Message} message @param {number} size bytes @param {number} now @param {number} [concerned] see `How` @returns {number} ms to wait, or 0
   */
  wait(message, size, now, concerned) {
    if (!this.#rate) return 0;
    const price = priceOf(message, size, concerned);
    const needed = Math.min(this.#burst, price + this.#burst / 2);
    this.#level = Math.min(this.#burst, this.#level + Math.max(0, now - this.#levelAt) * this.#rate);
    this.#levelAt = Math.max(now, this.#levelAt);
    if (this.#level < needed) return this.#levelAt - now + (needed - this.#level) / this.#rate + 1;
    this.#level -= price;
    return 0;
  }

  /** The server has had enough. @param {number} now @param {number} [ms] */
  rest(now, ms = 1000) {
    this.#level = this.#burst / 2;
    this.#levelAt = now + ms;
  }
}
