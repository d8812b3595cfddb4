/**
 * Signs of life of the server: when to ask for one by a ping, and when it has not come.
 *
 * Leaves to the line to send the ping.
 */

/** A pong comes within this; ms. */
export const ANSWER = 5_000;
/** A look that is later than this may be late itself; ms. */
const LATE = 1_000;

export class Heartbeat {
  /** Silence after which a sign of life is asked for; ms. */ interval = 0;
  /** Pings since the last sign of life. */ asked = 0;
  #askedAt = 0;
  #heardAt = 0;

  /** When to ask, or to look for the answer. */
  get at() {
    return this.asked ? this.#askedAt + ANSWER : this.#heardAt + this.interval;
  }

  /** @param {number} now */
  hear(now) {
    this.#heardAt = now;
    this.asked = 0;
  }

  /** @param {number} now */
  ask(now) {
    this.#askedAt = now;
    this.asked++;
  }

  /**
   * Is the server gone, at a time when something is due? An alarm that is late proves nothing at first: the pong may wait
   * behind it. @param {number} now
   */
  isLost(now) {
    return this.asked > 0 && (now < this.at + LATE || this.asked > 1);
  }
}
