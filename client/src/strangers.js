/**
 * Answers to strangers: users who are in no call, room or peer connection of the app's choosing.
 *
 * Promises: at most five answers a second, behind all that the app has sent; the rest is dropped and counted. Without
 * this bound any account could use up the user's rate limit by asking (protocol.md §12).
 *
 * | message that the library sends by itself | to | class |
 * |---|---|---|
 * | `ack`, `ping`, `pong`, `refresh` | the server | sent at once |
 * | answer, candidate, ICE restart, `gone`, an offer or `accept` said again | a call, room or peer of the app | paced by the rate; the app's messages take turns with it |
 * | end of a call or peer that had begun; going on with a call after `lost` | a call or peer of the app | the same |
 * | end of a peer that is unknown, that nobody listens for, or that was not accepted | a stranger | here |
 * | refusal of a call by a blocked user, or of one that goes on with a call that was hung up | a stranger | here |
 *
 * @import { Message, Platform } from "./platform.js"
 * @import { Line } from "./line/line.js"
 */

/** Answers a second, and at once. */
const RATE = 5;

export class Strangers {
  /** Answers that the server has taken. */ answered = 0;
  /** Questions left without an answer. */ dropped = 0;
  #level = RATE;
  #levelAt = 0;
  #line;
  #platform;

  /** @param {Line} line @param {Platform} platform */
  constructor(line, platform) {
    this.#line = line;
    this.#platform = platform;
  }

  /** Answers if the rate allows it. @param {Message} message */
  answer(message) {
    const now = this.#platform("performance").now();
    this.#level = Math.min(RATE, this.#level + ((now - this.#levelAt) * RATE) / 1000);
    this.#levelAt = now;
    if (this.#level < 1) return void this.dropped++;
    this.#level--;
    const settle = (/** @type {any} */ error) => void (error ? this.dropped++ : this.answered++);
    this.#line.request(message, settle, { answered: false, stranger: true });
  }
}
