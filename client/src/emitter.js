/**
 * Events of what the app holds: the client, calls, peers, rooms, channels.
 *
 * Promises: a handler that throws, or whose promise fails, stops nothing and is told. Whom it is told is up to
 * those who extend this.
 *
 * On objects that the app holds, names that begin with `_` are for the other modules of the library: they are not in
 * the types, and may change with every version.
 */

export class Emitter {
  /** @type {Map<string, Set<(detail: any) => any>>} */
  #handlers = new Map();

  /** @param {string} event @param {(detail: any) => unknown} handler */
  on(event, handler) {
    this.#of(event).add(handler);
    this._listened(event);
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
    for (const handler of [...this.#of(event)]) {
      try {
        handler(detail)?.then?.(null, (/** @type {any} */ error) => this._failed(error));
      } catch (error) {
        if (event === "error") console.error(error);
        else this._failed(error);
      }
    }
  }

  /** @param {any} error */
  _failed(error) {
    console.error(error);
  }

  /** @param {string} event */
  #of(event) {
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    return /** @type {Set<(detail: any) => any>} */ (this.#handlers.get(event));
  }
}
