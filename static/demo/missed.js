/**
 * The calls that nobody took here, until somebody looks at the conversation with the caller or calls back.
 *
 * Promises: none writes over another. Pure, but for its event.
 *
 * Event: `change`.
 */

/** Callers, at most. */
const KEPT = 100;

export class Missed extends EventTarget {
  /** @type {Map<string, number>} how many, by caller; the last caller last */ #calls = new Map();

  /** @returns {string[]} the callers, the last one first */
  get callers() {
    return [...this.#calls.keys()].reverse();
  }

  get count() {
    return [...this.#calls.values()].reduce((sum, it) => sum + it, 0);
  }

  /** @param {string} userId */
  add(userId) {
    const count = (this.#calls.get(userId) ?? 0) + 1;
    this.#calls.delete(userId);
    this.#calls.set(userId, count);
    if (this.#calls.size > KEPT) this.#calls.delete([...this.#calls.keys()][0]);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} userId whose calls are known now */
  seen(userId) {
    if (this.#calls.delete(userId)) this.dispatchEvent(new Event("change"));
  }

  clear() {
    this.#calls.clear();
  }
}
