/**
 * Signs of life of the server: when to ask for one by a ping, and when it has not come.
 *
 * Leaves to the line to send the ping.
 */

/** A pong comes within this; ms. */
export const ANSWER = 5_000;
/** Round trips in which a pong has to come when there is hurry, and the least time for that; ms. */
const TRIPS = 4;
const LEAST = 300;
/** A look that is later than this may be late itself; ms. */
const LATE = 1_000;

export class Heartbeat {
  /** Silence after which a sign of life is asked for; ms. */ interval = 0;
  /** Pings since the last sign of life. */ asked = 0;
  #askedAt = 0;
  #heardAt = 0;
  /** When the pong has to be there. */ #by = 0;
  /** Of the last ping. */ #roundTrip = ANSWER;

  /** When to ask, or to look for the answer. */
  get at() {
    return this.asked ? this.#by : this.#heardAt + this.interval;
  }

  /** @param {number} now */
  hear(now) {
    this.#heardAt = now;
    this.asked = 0;
  }

  /** @param {number} now */
  ask(now) {
    this.#askedAt = now;
    this.#by = now + ANSWER;
    this.asked++;
  }

  /** The pong has come. @param {number} now */
  answer(now) {
    this.#roundTrip = now - this.#askedAt;
  }

  /** The pong that was asked for has to come soon. @param {number} now */
  hurry(now) {
    this.#by = Math.min(this.#by, now + Math.max(LEAST, TRIPS * this.#roundTrip));
  }

  /** Is there less time for the pong than usual? */
  get isHurried() {
    return this.#by < this.#askedAt + ANSWER;
  }

  /**
   * Is the server gone, at a time when something is due? An alarm that is late proves nothing at first: the pong may wait
   * behind it. @param {number} now
   */
  isLost(now) {
    return this.asked > 0 && (now < this.at + LATE || this.asked > 1);
  }
}
