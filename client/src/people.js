/**
 * The others who are online, as far as it is told (§8).
 *
 * Promises: lists, changes and totals are kept up as one. Those who are watched are kept apart, as they are told of
 * in every mode. Asks nobody.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Message } from "./platform.js"
 */

export class People {
  /** @type {Map<string, string | undefined>} */ online = new Map();
  total = 0;
  /** @type {Map<string, boolean>} */ watched = new Map();
  /** Past a limit nobody is named, only counted. */ #named = false;

  /** Changes that were missed leave the list unknown. */
  startOver() {
    this.#named = false;
  }

  /** @param {Message} it @returns {Api.PresenceChange} */
  list({ clients, names, total, next }) {
    const before = this.online;
    this.online = new Map(clients.map((/** @type {string} */ user) => [user, names[user]]));
    this.total = total;
    this.#named = clients.length > 0 || total === 0;
    const online = clients.filter((/** @type {string} */ user) => !before.has(user));
    const offline = next ? [] : [...before.keys()].filter((user) => !this.online.has(user));
    return { online, offline, names, total };
  }

  /** @param {Message} it @returns {Api.PresenceChange} */
  change({ online = [], offline = [], names, total }) {
    if (total !== undefined) {
      this.#named = false;
      this.online.clear();
      this.total = total;
    }
    for (const user of [...online, ...offline]) {
      const there = online.includes(user);
      if (this.watched.has(user)) this.watched.set(user, there);
      if (!this.#named) continue;
      this.total += Number(there) - Number(this.online.has(user));
      if (there) this.online.set(user, names[user]);
      else this.online.delete(user);
    }
    return { online, offline, names, total: this.total };
  }

  /** @param {string[]} users @returns those who were not watched before */
  watch(users) {
    const added = users.filter((user) => !this.watched.has(user));
    for (const user of added) this.watched.set(user, false);
    return added;
  }

  /** @param {string[]} users */
  unwatch(users) {
    for (const user of users) this.watched.delete(user);
  }
}
