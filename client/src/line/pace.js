/**
 * How fast the server may be spoken to: a bucket like its own (§12), somewhat smaller, as what is under way may bunch up.
 *
 * Promises: who asks `wait` before each message is never `rate-limited` by its own doing. Tells times, keeps no timer.
 */

/** Units of the rate that the dearest cost at most (§4). What others cost above one, the half of the burst that is left pays. */
const COSTS = /** @type {Record<string, number>} */ ({ list: 32, watch: 32 });

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

  /** Takes a message's cost if there is enough. @param {string} type @param {number} now @returns {number} ms to wait, or 0 */
  wait(type, now) {
    if (!this.#rate) return 0;
    const cost = Math.min(COSTS[type] ?? 1, this.#burst);
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
