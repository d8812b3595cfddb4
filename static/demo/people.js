/**
 * Who is online, and whom one can call: the list, or only a number where the server does not name people.
 *
 * Promises: the list is what the server said last; one change touches one entry, so the focus stays where it is.
 *
 * Events: `call` and `pick` (detail: the userId).
 */

import { make, part } from "./dom.js";
import { userIdProblem } from "./identity.js";
import { shade } from "./sound.js";

/** @typedef {import("./signaling.js").Message} Message */
/** @typedef {import("./signaling.js").Signaling} Signaling */

/** As many as the server gives at a time. */
const PAGE = 1000;
const AVATAR_COLOURS = 6;
const NOBODY = "Nobody else yet. Open this page in a second tab under another name.";
const LONGEST_IN_SENTENCE = 28;

const list = part("user-list", HTMLUListElement);
const summary = part("user-summary", HTMLElement);
const more = part("user-more", HTMLButtonElement);
const form = part("call-form", HTMLFormElement);
const field = part("call-input", HTMLInputElement);
const callButton = part("call-button", HTMLButtonElement);
const writeButton = part("write-button", HTMLButtonElement);
const hint = part("call-hint", HTMLElement);

export class People extends EventTarget {
  /** @type {Map<string, HTMLLIElement>} by userId, in the order of the list */ #entries = new Map();
  /** @type {Map<string, string>} display names by userId */ #names = new Map();
  /** @type {"untold" | "named" | "counted"} */ #mode = "untold";
  #total = 0;
  #next = "";
  #callable = false;
  #picked = "";
  #signaling;

  /** @param {Signaling} signaling */
  constructor(signaling) {
    super();
    this.#signaling = signaling;
    list.addEventListener("click", (event) => this.#clicked(event));
    form.addEventListener("submit", (event) => this.#typed(event, "call"));
    writeButton.addEventListener("click", (event) => this.#typed(event, "pick"));
    more.addEventListener("click", () => this.#signaling.send({ type: "list", after: this.#next, limit: PAGE }));
    this.#renderSummary();
  }

  /**
   * How a user is called in the sentences of this page: `李雷 (22)`, or the userId alone; long ones are cut.
   * @param {string} userId
   */
  nameOf(userId) {
    const name = this.#names.get(userId);
    return name && name !== userId ? `${shorten(name)} (${shorten(userId)})` : shorten(userId);
  }

  /**
   * Takes what the server says about people.
   * @param {Message} message
   */
  hear(message) {
    if (message.type === "registered") this.#forgetAll("untold");
    else if (message.type === "client-list") this.#listed(message);
    else if (message.type === "presence") this.#changed(message);
    else if (message.type === "call-request" && message.name) this.#names.set(message.from, message.name);
  }

  /** Nobody is known while there is no connection. */
  clear() {
    this.#forgetAll("untold");
  }

  /** @param {boolean} callable whether a call can be made now */
  setCallable(callable) {
    if (callable === this.#callable) return;
    this.#callable = callable;
    callButton.disabled = !callable;
    for (const button of list.querySelectorAll("button.call")) /** @type {HTMLButtonElement} */ (button).disabled = !callable;
  }

  /** @param {string} userId whom the chat goes to; empty: nobody */
  setPicked(userId) {
    this.#mark(this.#picked, false);
    this.#picked = userId;
    this.#mark(userId, true);
  }

  /**
   * @param {string} userId
   * @param {boolean} picked
   */
  #mark(userId, picked) {
    this.#entries.get(userId)?.querySelector("button.person")?.setAttribute("aria-pressed", String(picked));
  }

  /** @param {"untold" | "named" | "counted"} mode */
  #forgetAll(mode) {
    this.#mode = mode;
    this.#total = 0;
    this.#next = "";
    this.#entries.clear();
    list.replaceChildren();
    this.#renderSummary();
  }

  /** @param {Message} message */
  #listed({ clients, names, total, next }) {
    if (clients.length === 0 && total > 0 && this.#entries.size === 0) return this.#counted(total);
    this.#mode = "named";
    this.#total = total ?? 0;
    this.#next = next ?? "";
    this.#add(clients, names);
    this.#renderSummary();
  }

  /** @param {Message} message */
  #changed({ online = [], offline = [], names, total }) {
    if (total !== undefined) return this.#counted(total);
    this.#mode = "named";
    this.#add(online, names);
    for (const userId of offline) this.#remove(userId);
    this.#total = this.#next ? this.#total + online.length - offline.length : this.#entries.size;
    this.#renderSummary();
  }

  /** @param {number} total */
  #counted(total) {
    if (this.#mode !== "counted") this.#forgetAll("counted");
    this.#total = total;
    this.#renderSummary();
  }

  /**
   * Puts entries where they belong in the order of names, one walk for all of them.
   * @param {string[]} userIds
   * @param {Record<string, string>} [names]
   */
  #add(userIds, names = {}) {
    const sorted = userIds.filter((userId) => userId !== this.#signaling.userId).sort(byId);
    let place = list.firstElementChild;
    for (const userId of sorted) {
      if (names[userId]) this.#names.set(userId, names[userId]);
      else this.#names.delete(userId);
      const old = this.#entries.get(userId);
      if (old) {
        if (place === old) place = old.nextElementSibling;
        old.remove();
      }
      while (place && byId(/** @type {HTMLElement} */ (place).dataset.user ?? "", userId) < 0) place = place.nextElementSibling;
      const entry = this.#entry(userId);
      this.#entries.set(userId, entry);
      list.insertBefore(entry, place);
    }
  }

  /** @param {string} userId */
  #remove(userId) {
    this.#entries.get(userId)?.remove();
    this.#entries.delete(userId);
  }

  /** @param {string} userId */
  #entry(userId) {
    const name = this.#names.get(userId) ?? userId;
    const person = make(
      "button",
      { type: "button", className: "person", "aria-pressed": String(userId === this.#picked), title: `Write to ${userId}` },
      avatar(name, userId),
      make("span", { className: "name", text: name }),
    );
    if (name !== userId) person.append(make("span", { className: "id", text: userId }));
    const call = make("button", { type: "button", className: "call", "data-testid": `call-${userId}`, text: "Call" });
    call.setAttribute("aria-label", `Call ${this.nameOf(userId)}`);
    call.disabled = !this.#callable;
    return make("li", { "data-testid": `user-${userId}`, "data-user": userId }, person, call);
  }

  #renderSummary() {
    summary.textContent = {
      untold: this.#signaling.online ? "This server does not tell who is online. Call by name." : "Not connected.",
      named: this.#total > 0 ? `${this.#total} online besides you` : NOBODY,
      counted: `${this.#total} online besides you: too many to name. Call by name.`,
    }[this.#mode];
    list.hidden = this.#mode !== "named" || this.#entries.size === 0;
    more.hidden = this.#next === "" || this.#mode !== "named";
  }

  /** @param {Event} event */
  #clicked({ target }) {
    if (!(target instanceof Element)) return;
    const userId = target.closest("li")?.dataset.user;
    if (userId === undefined) return;
    if (target.closest("button.call")) this.#emit("call", userId);
    else if (target.closest("button.person")) this.#emit("pick", userId);
  }

  /**
   * @param {Event} event
   * @param {"call" | "pick"} what
   */
  #typed(event, what) {
    event.preventDefault();
    const userId = field.value.trim();
    const problem = userIdProblem(userId);
    hint.textContent = problem ?? "";
    field.setAttribute("aria-invalid", String(problem !== null));
    if (problem) field.focus();
    else this.#emit(what, userId);
  }

  /**
   * @param {"call" | "pick"} name
   * @param {string} userId
   */
  #emit(name, userId) {
    this.dispatchEvent(new CustomEvent(name, { detail: userId }));
  }
}

/**
 * The round sign of a person: a first letter on a colour that belongs to the name. Seen, not read out.
 * @param {string} name
 * @param {string} userId
 */
export function avatar(name, userId) {
  const colour = Math.floor((shade(userId) / 360) * AVATAR_COLOURS);
  const letter = [...name][0]?.toUpperCase() ?? "";
  return make("span", { className: `avatar avatar-${colour}`, "aria-hidden": "true", text: letter });
}

/** @param {string} name */
function shorten(name) {
  const characters = [...name];
  return characters.length > LONGEST_IN_SENTENCE ? `${characters.slice(0, LONGEST_IN_SENTENCE - 1).join("")}…` : name;
}

const collator = new Intl.Collator(undefined, { numeric: true });

/**
 * `9` before `10`; names that the language takes for equal still have an order.
 * @param {string} left
 * @param {string} right
 */
function byId(left, right) {
  return collator.compare(left, right) || (left < right ? -1 : Number(left > right));
}
