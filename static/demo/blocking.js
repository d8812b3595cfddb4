/**
 * Whom this page does not want to hear of: the list, and the buttons that change it.
 *
 * Promises: kept in this browser for each user of the page, because the server forgets it with the session.
 *
 * Event: `change`.
 */

import { make, part } from "./dom.js";
import { keep, recall } from "./kept.js";
import { isRoom, nameOf, SERVER } from "./names.js";
import { errorCode, errorWords } from "./sentences.js";
import { say } from "./status.js";
import { words } from "./words.js";

/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/** @typedef {import("../switchboard.js").SwitchboardError} SwitchboardError */

const box = part("blocked", HTMLDetailsElement);
const heading = part("blocked-heading", HTMLElement);
const list = part("blocked-list", HTMLUListElement);
const toggle = part("chat-block", HTMLButtonElement);

export class Blocking extends EventTarget {
  /** @type {Switchboard | null} */ #me = null;
  #partner = "";

  constructor() {
    super();
    toggle.addEventListener("click", () => this.#change(this.blocked.has(this.#partner) ? "unblock" : "block", this.#partner));
    list.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      if (button?.dataset.user) this.unblock(button.dataset.user);
    });
  }

  /** @returns {ReadonlySet<string>} */
  get blocked() {
    return this.#me?.blocked ?? new Set();
  }

  /** @param {Switchboard} me */
  attach(me) {
    this.#me = me;
    const kept = keptFor(me.userId);
    if (kept.length > 0) me.block(kept).catch((error) => this.#failed(error));
    this.#changed();
  }

  /** @param {string} userId */
  block(userId) {
    this.#change("block", userId);
  }

  /** @param {string} userId */
  unblock(userId) {
    this.#change("unblock", userId);
  }

  /** @param {string} partner key of the conversation that is shown */
  render(partner) {
    this.#partner = partner;
    const blocked = this.blocked.has(partner);
    toggle.hidden = partner === "" || isRoom(partner) || partner === SERVER;
    toggle.textContent = words(blocked ? "people.unblock" : "people.block");
    toggle.title = words("incoming.act", { act: toggle.textContent, who: nameOf(partner) });
    toggle.setAttribute("aria-label", toggle.title);
    box.hidden = this.blocked.size === 0;
    heading.textContent = words("people.blocked-list", { count: this.blocked.size });
    this.#renderList();
  }

  #renderList() {
    const focused = document.activeElement;
    const had = focused instanceof HTMLElement && list.contains(focused);
    const act = words("people.unblock");
    const state = [act, ...[...this.blocked].map((it) => `${it}\n${nameOf(it)}`)].join("\n");
    if (list.dataset.state === state) return;
    list.dataset.state = state;
    list.replaceChildren(...[...this.blocked].map((userId) => {
      const label = words("incoming.act", { act, who: nameOf(userId) });
      const button = make("button", { type: "button", className: "small quiet", text: act, "aria-label": label, "data-user": userId, "data-testid": `unblock-${userId}` });
      return make("li", { "data-testid": `blocked-${userId}` }, make("bdi", { text: nameOf(userId) }), button);
    }));
    if (!had) return;
    // The button that had the focus has gone, and perhaps the whole list with it.
    if (box.hidden) part("people-heading", HTMLElement).focus();
    else heading.focus();
  }

  /**
   * @param {"block" | "unblock"} what
   * @param {string} userId
   */
  #change(what, userId) {
    const me = this.#me;
    if (!me || userId === "") return;
    const done = () => {
      const remedy = what === "block" ? { label: () => words("people.unblock"), run: () => this.unblock(userId) } : undefined;
      const sentence = { block: "people.blocked-now", unblock: "people.unblocked-now" }[what];
      if (me === this.#me) say("calm", () => words(sentence, { who: nameOf(userId) }), { remedy });
    };
    me[what](userId).then(done, (error) => this.#failed(error)).finally(() => me === this.#me && this.#changed());
    this.#changed();
  }

  /** @param {SwitchboardError} error */
  #failed(error) {
    if (error.code !== "closed") say("bad", () => errorWords(error, nameOf), { code: errorCode(error) });
  }

  #changed() {
    if (this.#me) keep("localStorage", keyFor(this.#me.userId), this.blocked.size ? JSON.stringify([...this.blocked]) : null);
    this.dispatchEvent(new CustomEvent("change"));
  }
}

/** @param {string} userId */
const keyFor = (userId) => `switchboard.blocked.${userId}`;

/**
 * @param {string} userId
 * @returns {string[]} empty where nothing is kept, or something that this page has not written
 */
function keptFor(userId) {
  try {
    const kept = JSON.parse(recall("localStorage", keyFor(userId)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((it) => typeof it === "string") : [];
  } catch {
    return [];
  }
}
