/**
 * Who is online, whom one can call, and with whom one has written: a list with search, or a number where the server
 * does not name people. Whoever is not listed is found by typing the whole name.
 *
 * Promises: one change touches one entry, so the focus stays where it is.
 *
 * Events: `call` and `pick` (detail: the key of the conversation, see names.js).
 */

import { avatar } from "./avatar.js";
import { make, part } from "./dom.js";
import { userIdProblem } from "./identity.js";
import { displayName, isRoom, learn, nameOf, SERVER } from "./names.js";
import { words } from "./words.js";

/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/** @typedef {{ key: string, online: boolean, unread: number }} Row */

/** As many as the server gives at a time. */
const PAGE = 1000;
const PHONE = "M6.5 3.5h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2A16 16 0 0 1 4.5 5.7a2 2 0 0 1 2-2.2z";

const list = part("user-list", HTMLUListElement);
const summary = part("user-summary", HTMLElement);
const empty = part("user-empty", HTMLElement);
const more = part("user-more", HTMLButtonElement);
const search = part("search-input", HTMLInputElement);

export class People extends EventTarget {
  /** @type {Switchboard | null} */ #me = null;
  /** The server has said who is there, in this session. */ #told = false;
  /** @type {Set<string>} further pages of a long list */ #further = new Set();
  /** @type {Map<string, HTMLLIElement>} by key */ #entries = new Map();
  /** @type {Map<string, number>} what was not read yet, by key, of all who have written */ #unread = new Map();
  #callable = false;
  #picked = "";
  #due = false;

  constructor() {
    super();
    list.addEventListener("click", (event) => this.#clicked(event));
    search.addEventListener("input", () => this.render());
    search.addEventListener("keydown", (event) => event.key === "Enter" && this.#pickOnly());
    more.addEventListener("click", () => this.#fetchMore());
  }

  /** @param {Switchboard} me */
  attach(me) {
    this.#me = me;
    this.#told = false;
    this.#further.clear();
    me.on("fresh", () => {
      this.#told = false;
      this.#further.clear();
      this.#renderSoon();
    });
    me.on("presence", ({ offline, names }) => {
      this.#told = true;
      for (const [userId, name] of Object.entries(names)) learn(userId, name);
      for (const userId of offline) this.#further.delete(userId);
      this.#renderSoon();
    });
    this.render();
  }

  /** @param {boolean} callable whether a call can be made now */
  setCallable(callable) {
    if (callable === this.#callable) return;
    this.#callable = callable;
    this.render();
  }

  /** @param {string} key whom the chat goes to; empty: nobody */
  setPicked(key) {
    this.#picked = key;
    this.render();
  }

  /** @param {Map<string, number>} unread of everybody who has written or was written to */
  setUnread(unread) {
    this.#unread = unread;
    this.render();
  }

  render() {
    const rows = this.#rows();
    const gone = [...this.#entries.keys()].filter((key) => !rows.some((row) => row.key === key));
    for (const key of gone) {
      this.#entries.get(key)?.remove();
      this.#entries.delete(key);
    }
    let before = list.firstElementChild;
    for (const row of rows) {
      const entry = this.#entries.get(row.key) ?? this.#make(row.key);
      if (entry === before) before = entry.nextElementSibling;
      else list.insertBefore(entry, before);
      this.#fill(entry, row);
    }
    this.#renderWords(rows.length);
  }

  /** Many changes at once are one. */
  #renderSoon() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.render();
    });
  }

  /** @returns {Row[]} in the order of the list */
  #rows() {
    const online = new Set(this.#told ? [...(this.#me?.people.keys() ?? []), ...this.#further.keys()] : []);
    const keys = new Set([...online, ...this.#unread.keys()]);
    const wanted = search.value.trim();
    const found = [...keys].filter((key) => matches(key, wanted)).sort(byKey);
    const mayBe = wanted !== "" && userIdProblem(wanted) === null && wanted !== this.#me?.userId;
    if (mayBe && !keys.has(wanted)) found.push(wanted);
    return found.map((key) => ({ key, online: online.has(key), unread: this.#unread.get(key) ?? 0 }));
  }

  /** @param {number} shown */
  #renderWords(shown) {
    const total = this.#me?.total ?? 0;
    const people = this.#me?.people.size ?? 0;
    const counted = this.#told && total > 0 && people === 0;
    if (this.#me?.state !== "online") summary.textContent = words("people.offline");
    else if (!this.#told) summary.textContent = words("people.untold");
    else if (total === 0) summary.textContent = "";
    else summary.textContent = words(counted ? "people.counted" : "people.total", { count: total });
    list.hidden = shown === 0;
    empty.hidden = shown > 0;
    empty.textContent = words(search.value.trim() === "" ? "people.nobody" : "people.not-found");
    more.hidden = !this.#told || counted || people === 0 || total <= people + this.#further.size;
  }

  async #fetchMore() {
    const last = [...(this.#me?.people.keys() ?? []), ...this.#further.keys()].at(-1);
    more.disabled = true;
    try {
      const page = await this.#me?.list({ after: last, limit: PAGE });
      for (const userId of page?.clients ?? []) {
        if (userId !== this.#me?.userId) this.#further.add(userId);
        learn(userId, nameIn(page?.names, userId));
      }
    } finally {
      more.disabled = false;
      this.render();
    }
  }

  /** @param {string} key */
  #make(key) {
    const entry = make("li", { "data-testid": `user-${key}`, "data-key": key });
    const person = make("button", { type: "button", className: "person", "data-testid": `write-${key}` });
    person.append(make("span", { className: "sign" }), make("span", { className: "name" }), make("span", { className: "id" }));
    person.append(make("span", { className: "unread", "data-testid": `unread-${key}`, "aria-hidden": "true" }));
    person.append(make("span", { className: "unseen" }));
    const call = make("button", { type: "button", className: "call", "data-testid": `call-${key}` }, phone());
    entry.append(person, call);
    this.#entries.set(key, entry);
    return entry;
  }

  /**
   * @param {HTMLLIElement} entry
   * @param {Row} row
   */
  #fill(entry, { key, online, unread }) {
    const [person, call] = /** @type {[HTMLButtonElement, HTMLButtonElement]} */ ([...entry.children]);
    const [sign, name, id, badge, unseen] = /** @type {HTMLElement[]} */ ([...person.children]);
    const shown = displayName(key);
    const special = isRoom(key) || key === SERVER;
    if (name.textContent !== shown) {
      name.textContent = shown;
      sign.replaceChildren(avatar(shown, key));
    }
    const absent = online || special ? "" : words(this.#told ? "people.absent" : "people.unlisted");
    id.textContent = [shown === key || special ? "" : key, absent].filter(Boolean).join(" · ");
    badge.textContent = unread > 0 ? String(unread) : "";
    entry.dataset.online = String(online || special);
    person.setAttribute("aria-pressed", String(key === this.#picked));
    unseen.textContent = unread > 0 ? words("people.unread", { count: unread }) : "";
    person.title = words("people.write", { who: nameOf(key) });
    call.hidden = special;
    call.disabled = !this.#callable;
    call.title = words("people.call", { who: nameOf(key) });
    call.setAttribute("aria-label", call.title);
  }

  /** @param {Event} event */
  #clicked({ target }) {
    if (!(target instanceof Element)) return;
    const key = target.closest("li")?.dataset.key;
    if (key === undefined) return;
    if (target.closest("button.call")) this.#emit("call", key);
    else if (target.closest("button.person")) this.#emit("pick", key);
  }

  #pickOnly() {
    const only = this.#rows().length === 1 ? this.#rows()[0].key : "";
    if (only) this.#emit("pick", only);
  }

  /**
   * @param {"call" | "pick"} name
   * @param {string} key
   */
  #emit(name, key) {
    search.value = "";
    this.dispatchEvent(new CustomEvent(name, { detail: key }));
    this.render();
  }
}

/**
 * @param {string} key
 * @param {string} wanted
 */
function matches(key, wanted) {
  const sought = wanted.toLocaleLowerCase();
  return [key, displayName(key)].some((it) => it.toLocaleLowerCase().includes(sought));
}

function phone() {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  line.setAttribute("d", PHONE);
  drawing.append(line);
  return drawing;
}

/**
 * Somebody may be called as what every object has: `constructor`.
 * @param {Record<string, string> | undefined} names
 * @param {string} userId
 */
function nameIn(names, userId) {
  return names && Object.hasOwn(names, userId) ? names[userId] : undefined;
}

const collator = new Intl.Collator(undefined, { numeric: true });

/**
 * Rooms first, then by name: `9` before `10`; names that the language takes for equal still have an order.
 * @param {string} left
 * @param {string} right
 */
function byKey(left, right) {
  const rooms = Number(isRoom(right)) - Number(isRoom(left));
  const names = collator.compare(displayName(left), displayName(right));
  return rooms || names || (left < right ? -1 : Number(left > right));
}
