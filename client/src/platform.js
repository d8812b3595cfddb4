/**
 * The browser, as far as the library uses it: by name, so that tests can put something else in its place.
 *
 * Leaves to others what is done with it. Parts that are missing, as `document` is in a worker, are undefined.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @typedef {Record<string, any>} Message
 * @typedef {(name: string) => any} Platform parts of the browser, by global name
 */

/** @param {Api.Options} options @returns {Platform} */
export const platformOf = ({ platform = {} }) => (name) => platform[name] ?? /** @type {any} */ (globalThis)[name];

/** One timer at a time. */
export class Alarm {
  /** @type {any} */ #timer;
  #platform;

  /** @param {Platform} platform */
  constructor(platform) {
    this.#platform = platform;
  }

  /** @param {number} ms @param {() => void} run */
  set(ms, run) {
    this.stop();
    this.#timer = this.#platform("setTimeout")(run, ms);
  }

  stop() {
    this.#platform("clearTimeout")(this.#timer);
  }
}
