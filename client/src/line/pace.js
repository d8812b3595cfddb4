/**
 * How fast the server may be spoken to: a bucket like its own (§12), somewhat smaller, as what is under way may bunch up.
 *
 * Promises: who asks `wait` before each message is never `rate-limited` by its own doing. Tells times, keeps no timer.
 *
 * @import { Message } from "../platform.js"
 */

/** Units of the rate that these cost at most (§4); others cost one. Each user in a list, sent or answered, costs an eighth besides. */
const COSTS = /** @type {Record<string, number>} */ ({ list: 32, refresh: 32 });
const COST_OF_A_USER = 1 / 8;

export class Pace {
  /** Messages per ms; 0: any number. */ #rate = 0;
  #burst = 1;
  #level = 1;
  #levelAt = 0;

  /** What the server allows: messages a second, and at once. @param {{ rate: number, burst: number }} limits */
  allow({ rate, burst }) {
    // The bucket is the user's: a new socket does not refill it.
    if (!this.#levelAt) this.#level = burst / 2;
    this.#burst = Math.max(1, burst / 2);
    this.#rate = (rate * 0.9) / 1000;
  }

  /**
   * Takes a message's cost if there is enough.
   * @param {Message} message @param {number} now @param {number} [names] users in its answer @returns {number} ms to wait, or 0
   */
  wait({ type, users = [] }, now, names = 0) {
    if (!this.#rate) return 0;
    const cost = Math.min((COSTS[type] ?? 1) + Math.ceil((users.length + names) * COST_OF_A_USER), this.#burst);
    this.#level = Math.min(this.#burst, this.#level + Math.max(0, now - this.#levelAt) * this.#rate);
    this.#levelAt = Math.max(now, this.#levelAt);
    if (this.#level < cost) return this.#levelAt - now + (cost - this.#level) / this.#rate + 1;
    this.#level -= cost;
    return 0;
  }

  /** The server has had enough. @param {number} now @param {number} [ms] */
  rest(now, ms = 1000) {
    this.#level = 0;
    this.#levelAt = now + ms;
  }
}
