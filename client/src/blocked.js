/**
 * Users whom the app does not want to hear of (§6, block).
 *
 * Promises: the list is kept here, goes on in every session, and holds from the first moment: what the server lets
 * through meanwhile is dropped here. Leaves to the client what becomes of what there is.
 *
 * @import { Core } from "./core.js"
 * @import { Message } from "./platform.js"
 */
import { SwitchboardError } from "./errors.js";

/** As many as a server takes. */
const LIMIT = 256;

export class Blocked {
  /** Sorted. @type {Set<string>} */ users = new Set();
  #core;
  #dropped;

  /** @param {Core} core @param {(user: string) => void} dropped ends what asks here for this user */
  constructor(core, dropped) {
    this.#core = core;
    this.#dropped = dropped;
  }

  /** @param {string} user */
  has(user) {
    return this.users.has(user);
  }

  /** Rooms and calls that the app is in go on. @param {Message} it */
  drops({ from, room, callId }) {
    return !room && !callId && this.has(from);
  }

  /** @param {string | string[]} list @returns {Promise<string[]>} */
  async block(list) {
    const users = [list].flat();
    const added = users.filter((it) => !this.has(it));
    const concerned = this.users.size;
    const all = new Set([...this.users, ...users]);
    if (all.size > LIMIT) throw new SwitchboardError("not-permitted", `at most ${LIMIT} users can be blocked: unblock some first`);
    this.#keep([...all]);
    for (const user of added) this.#dropped(user);
    try {
      return (await this.#core.request({ type: "block", users }, { lasting: true, concerned })).users;
    } catch (error) {
      this.#without(added);
      throw error;
    }
  }

  /** @param {string | string[]} list @returns {Promise<string[]>} */
  async unblock(list) {
    const users = [list].flat();
    const concerned = this.users.size;
    this.#without(users);
    return (await this.#core.request({ type: "unblock", users }, { lasting: true, concerned })).users;
  }

  /** The session is another one: before anything else is said. */
  restore() {
    const users = [...this.users];
    if (users.length) this.#core.request({ type: "block", users }, { lasting: true, first: true }).then(null, this.#core.failed);
  }

  /** @param {string[]} users */
  #without(users) {
    this.#keep([...this.users].filter((it) => !users.includes(it)));
  }

  /** @param {string[]} users */
  #keep(users) {
    this.users = new Set(users.sort());
  }
}
