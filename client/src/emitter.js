/**
 * Events of what the app holds: the client, calls, peers, rooms, channels.
 *
 * Promises: a handler that throws, or whose promise fails, stops nothing and is told. Classes that extend
 * this decide to whom.
 *
 * On objects that the app holds, names that begin with `_` are for the other modules of the library: they are not in
 * the types, and may change with every version.
 */

import { failure } from "./errors.js";

/** Events that wait for a listener, at most. */
const LONGEST_EARLY = 1000;

export class Emitter {
  /** @type {Map<string, Set<(detail: any) => any>>} */
  #handlers = new Map();
  /** @type {Array<[string, any]>} what nobody has listened to yet */ #early = [];

  /** @param {(error: any) => void} failed is told that a handler has failed */
  constructor(failed) {
    this._failed = failed;
  }

  /** @param {string} event @param {(detail: any) => unknown} handler */
  on(event, handler) {
    this.#of(event).add(handler);
    this._listened(event);
    const early = this.#early;
    this.#early = early.filter(([name]) => name !== event);
    for (const [name, it] of early) if (name === event && (it._rings ?? it.state !== "ended")) this._emit(name, it);
    return () => this.off(event, handler);
  }

  /** @param {string} event @param {(detail: any) => unknown} handler */
  off(event, handler) {
    this.#of(event).delete(handler);
  }

  /** Does anybody? @param {string} event */
  _listens(event) {
    return this.#of(event).size > 0;
  }

  /** Somebody does from now on. @param {string} _event */
  _listened(_event) {}

  /** @param {string} event @param {unknown} [detail] */
  _emit(event, detail) {
    // An error in a handler of errors would be told to the same handler.
    const failed = event === "error" ? console.error : (/** @type {unknown} */ error) => this._failed(failure(`a handler of \`${event}\``, error));
    for (const handler of [...this.#of(event)]) {
      try {
        handler(detail)?.then?.(null, failed);
      } catch (error) {
        failed(error);
      }
    }
  }

  /** Tells it as soon as somebody listens, if it is not over by then. @param {string} event @param {any} detail @returns {any} true where too much waits */
  _keep(event, detail) {
    if (this._listens(event)) this._emit(event, detail);
    else return this.#early.push([event, detail]) > LONGEST_EARLY && this.#early.shift();
  }

  /** @param {string} event */
  #of(event) {
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    return /** @type {Set<(detail: any) => any>} */ (this.#handlers.get(event));
  }
}
