/**
 * The people who are online, who can be called, or who have a conversation here: a list with search, or a number where
 * the server does not name people. People who are not listed are found by typing the whole name.
 *
 * Promises: one change touches one entry, so the focus stays where it is, and a thousand people cost little; the list is
 * one stop for the Tab key, in which the arrow keys lead from one to the next.
 *
 * Events: `call` and `pick` (detail: the key of the conversation, see names.js).
 */

import { avatar } from "./avatar.js";
import { make, part } from "./dom.js";
import { userIdProblem } from "./identity.js";
import { displayName, isRoom, learn, nameOf, SERVER, usersAre } from "./names.js";
import { errorCode, errorWords } from "./sentences.js";
import { say } from "./status.js";
import { language, words } from "./words.js";

/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/**
 * @typedef {{ key: string, online: boolean, unread: number, known: boolean }} Row
 *   `known`: not only typed into the search
 */

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
  /** @type {string | undefined} after whom the next page begins */ #fetched;
  /** @type {Map<string, HTMLLIElement>} by key */ #entries = new Map();
  /** @type {WeakMap<HTMLLIElement, string>} what stands in them */ #filled = new WeakMap();
  /** Whom the Tab key leads to. */ #active = "";
  /** @type {Map<string, number>} what was not read yet, by key, of all who have written */ #unread = new Map();
  /** @type {ReadonlySet<string>} */ #blocked = new Set();
  #callable = false;
  #picked = "";
  #due = false;

  constructor() {
    super();
    list.addEventListener("click", (event) => this.#clicked(event));
    list.addEventListener("focusin", ({ target }) => this.#activate(keyAt(target)));
    list.addEventListener("keydown", (event) => this.#step(event));
    search.addEventListener("input", () => this.render());
    search.addEventListener("keydown", (event) => event.key === "Enter" && this.#pickOnly());
    more.addEventListener("click", () => this.#fetchMore());
  }

  /** @param {Switchboard} me */
  attach(me) {
    this.#me = me;
    this.#told = false;
    this.#further.clear();
    this.#fetched = undefined;
    usersAre((userId) => me.people.has(userId));
    me.on("fresh", () => {
      this.#told = false;
      this.#further.clear();
      this.#fetched = undefined;
      this.render();
    });
    me.on("presence", ({ offline, names }) => {
      this.#told = true;
      for (const [userId, name] of Object.entries(names)) learn(userId, name);
      for (const userId of offline) this.#further.delete(userId);
      this.render();
    });
    this.render();
  }

  /** @param {boolean} callable whether a call can be made now */
  setCallable(callable) {
    if (callable === this.#callable) return;
    this.#callable = callable;
    this.render();
  }

  /** @param {ReadonlySet<string>} blocked users */
  setBlocked(blocked) {
    this.#blocked = blocked;
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

  /** Many changes before the next frame are one. */
  render() {
    if (this.#due) return;
    this.#due = true;
    const run = () => {
      this.#due = false;
      this.#renderNow();
    };
    // A page that is not seen has no frames.
    if (document.hidden) setTimeout(run);
    else requestAnimationFrame(run);
  }

  /** Connected: what the list says is true now. */
  get #here() {
    return this.#me?.state === "online";
  }

  #renderNow() {
    const rows = this.#rows();
    const shown = new Set(rows.map(({ key }) => key));
    for (const [key, entry] of this.#entries) {
      if (shown.has(key)) continue;
      entry.remove();
      this.#entries.delete(key);
    }
    if (!shown.has(this.#active)) this.#active = rows[0]?.key ?? "";
    let before = list.firstElementChild;
    for (const row of rows) {
      const entry = this.#entries.get(row.key) ?? this.#make(row.key);
      // An element before its place is moved when its turn comes; all others stay.
      if (entry === before || entry === before?.nextElementSibling) before = entry.nextElementSibling;
      else list.insertBefore(entry, before);
      this.#fill(entry, row);
    }
    this.#renderWords(rows.length);
  }

  /** @returns {Row[]} in the order of the list */
  #rows() {
    const online = new Set(this.#told ? [...(this.#me?.people.keys() ?? []), ...this.#further] : []);
    const keys = new Set([...online, ...this.#unread.keys()]);
    const wanted = search.value.trim();
    const found = [...keys].filter((key) => wanted === "" || matches(key, wanted)).sort(byKey);
    const mayBe = wanted !== "" && userIdProblem(wanted) === null && wanted !== this.#me?.userId;
    if (mayBe && !keys.has(wanted)) found.push(wanted);
    return found.map((key) => ({ key, online: online.has(key), unread: this.#unread.get(key) ?? 0, known: keys.has(key) }));
  }

  /** @param {number} shown */
  #renderWords(shown) {
    const total = this.#me?.total ?? 0;
    const people = this.#me?.people.size ?? 0;
    const counted = this.#told && total > 0 && people === 0;
    if (!this.#here) summary.textContent = words("people.offline");
    else if (!this.#told) summary.textContent = words("people.untold");
    else if (total === 0) summary.textContent = "";
    else if (total === 1 && !counted) summary.textContent = words("people.total-one");
    else summary.textContent = words(counted ? "people.counted" : "people.total", { count: total });
    list.hidden = shown === 0;
    // Where nothing is known, nothing is said of who is there.
    empty.hidden = shown > 0 || !this.#here;
    empty.textContent = words(search.value.trim() === "" ? "people.nobody" : "people.not-found");
    more.hidden = !this.#told || counted || people === 0 || total <= people + this.#further.size;
  }

  async #fetchMore() {
    const me = this.#me;
    more.disabled = true;
    try {
      while (me && !(await this.#fetchPage(me)));
    } catch (error) {
      const failure = /** @type {import("../switchboard.js").SwitchboardError} */ (error);
      if (me === this.#me) say("bad", () => errorWords(failure, nameOf), { code: errorCode(failure) });
    } finally {
      more.disabled = false;
      this.render();
    }
  }

  /**
   * Goes on where the last page ended, whoever has come meanwhile.
   * @param {Switchboard} me
   * @returns {Promise<boolean>} whether that was enough: somebody new, or nobody any more
   */
  async #fetchPage(me) {
    const { clients, names, next } = await me.list({ after: this.#fetched, limit: PAGE });
    if (me !== this.#me) return true;
    this.#fetched = next;
    const fresh = clients.filter((it) => it !== me.userId && !me.people.has(it) && !this.#further.has(it));
    for (const userId of fresh) {
      this.#further.add(userId);
      learn(userId, nameIn(names, userId));
    }
    return fresh.length > 0 || next === undefined;
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
    const isBlocked = this.#blocked.has(key);
    const facts = [displayName(key), language(), this.#told, this.#here, online, unread, this.#callable, isBlocked];
    const state = [...facts, key === this.#picked, key === this.#active].join("\n");
    if (this.#filled.get(entry) === state) return;
    this.#filled.set(entry, state);
    const [person, call] = /** @type {[HTMLButtonElement, HTMLButtonElement]} */ ([...entry.children]);
    const [sign, name, id, badge, unseen] = /** @type {HTMLElement[]} */ ([...person.children]);
    const shown = displayName(key);
    const special = isRoom(key) || key === SERVER;
    if (name.textContent !== shown) {
      name.textContent = shown;
      sign.replaceChildren(avatar(shown, key));
    }
    const absent = online || special || !this.#here ? "" : words(this.#told ? "people.absent" : "people.unlisted");
    const kept = isBlocked ? words("people.blocked") : "";
    id.textContent = [kept, shown === key || special ? "" : key, absent].filter(Boolean).join(" · ");
    badge.textContent = unread > 0 ? String(unread) : "";
    entry.dataset.online = String(this.#here && (online || special));
    person.setAttribute("aria-pressed", String(key === this.#picked));
    unseen.textContent = unread > 0 ? words("people.unread", { count: unread }) : "";
    person.title = words("people.write", { who: nameOf(key) });
    call.hidden = special;
    call.disabled = !this.#callable;
    call.title = words("people.call", { who: nameOf(key) });
    call.setAttribute("aria-label", call.title);
    person.tabIndex = call.tabIndex = key === this.#active ? 0 : -1;
  }

  /** @param {string | undefined} key whom the focus has come to */
  #activate(key) {
    if (key === undefined || key === this.#active) return;
    for (const button of this.#entries.get(this.#active)?.querySelectorAll("button") ?? []) button.tabIndex = -1;
    for (const button of this.#entries.get(key)?.querySelectorAll("button") ?? []) button.tabIndex = 0;
    this.#active = key;
  }

  /**
   * From one to the next, on the same kind of button.
   * @param {KeyboardEvent} event
   */
  #step(event) {
    const { target, key } = event;
    const here = target instanceof Element ? target.closest("li") : null;
    const steps = {
      ArrowDown: here?.nextElementSibling,
      ArrowUp: here?.previousElementSibling,
      Home: list.firstElementChild,
      End: list.lastElementChild,
    };
    if (!here || !Object.hasOwn(steps, key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = steps[/** @type {keyof typeof steps} */ (key)];
    const kind = /** @type {Element} */ (target).matches(".call") ? ".call:not([hidden], :disabled)" : ".person";
    const place = next?.querySelector(kind) ?? next?.querySelector(".person");
    if (place instanceof HTMLElement) place.focus();
  }

  /** @param {Event} event */
  #clicked({ target }) {
    const key = keyAt(target);
    if (!(target instanceof Element) || key === undefined) return;
    if (target.closest("button.call")) this.#emit("call", key);
    else if (target.closest("button.person")) this.#emit("pick", key);
  }

  #pickOnly() {
    const rows = this.#rows();
    const known = rows.filter((row) => row.known);
    const only = known.length > 0 ? (known.length === 1 ? known[0] : undefined) : rows[0];
    const chosen = known.find(({ key }) => key === search.value.trim()) ?? only;
    if (chosen) this.#emit("pick", chosen.key);
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

/** @param {EventTarget | null} place */
function keyAt(place) {
  return place instanceof Element ? place.closest("li")?.dataset.key : undefined;
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
 * @param {Record<string, string>} names
 * @param {string} userId
 */
function nameIn(names, userId) {
  return Object.hasOwn(names, userId) ? names[userId] : undefined;
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
