/**
 * The messages of this session that have to be acknowledged (§13).
 *
 * Promises: an acknowledgement is due before the server's limits are reached. Leaves to the line what is counted and when
 * it is written.
 */

/** Messages, characters and ms after which one is due; §13 allows 32, 64 KiB, 5 s. */
const MESSAGES = 32;
const SIZE = 20_000;
const WITHIN = 250;

export class Acknowledgement {
  /** Messages of this session. */ received = 0;
  /** Messages that were acknowledged. */ #told = 0;
  /** Characters of the others. */ #size = 0;
  /** When one is due. */ at = Infinity;

  /** A message has come. @param {number} size @param {number} now */
  count(size, now) {
    this.received++;
    this.#size += size;
    const full = this.received - this.#told >= MESSAGES || this.#size >= SIZE;
    this.at = full ? now : Math.min(this.at, now + WITHIN);
  }

  /** Everything is acknowledged from now on. @returns whether anything was not */
  tell() {
    const is = this.#told !== this.received;
    this.#told = this.received;
    this.#size = 0;
    this.at = Infinity;
    return is;
  }
}
