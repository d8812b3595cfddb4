/**
 * The signaling panel: what this page, the server and the others say to each other, live, as a ladder diagram.
 *
 * Promises: each message once and in order, also across a reconnect; filters hide and never drop; one stop for the
 * tabulator, and the arrow keys from there; stays quick with all that the tape keeps.
 *
 * @import { Tape, Entry } from "../tape.js"
 * @import { Kind, Row } from "./ladder-model.js"
 * @import { Words } from "./make.js"
 */

import { exported, FILTERS, Ladder, mentions } from "./ladder-model.js";
import { make, Signs, whenLeft } from "./make.js";
import { makeRung, openRung, writeRung } from "./rung.js";

/** Rows are drawn together, so that a burst of candidates costs one layout; ms. */
const DRAW_WITHIN = 50;
/** So near to the end is at the end; px. */
const AT_END = 40;
/** Not shown until somebody asks: they come with no act of this page, and push its own messages away. */
const QUIET = ["presence", "heartbeat"];
/** Keys that move from row to row, and how far. @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

/**
 * @typedef {object} Options
 * @property {Tape} tape
 * @property {Words} words
 * @property {() => string} userId who this page is
 * @property {() => unknown[]} [connections] what is exported of the media connections
 */

/**
 * @param {HTMLElement} element
 * @param {Options} options
 * @returns {{ refresh: () => void, close: () => void }} `refresh`: after another language was chosen
 */
export function mountLadder(element, options) {
  const panel = new LadderPanel(element, options);
  return { refresh: () => panel.refresh(), close: () => panel.close() };
}

class LadderPanel {
  #model;
  /** @type {Map<Row, HTMLElement>} */ #rungs = new Map();
  /** @type {WeakMap<Element, Row>} */ #rows = new WeakMap();
  /** @type {Set<Row>} to be drawn, or drawn anew */ #due = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #paused = false;
  /** @type {Set<Kind>} */ #shown = new Set(FILTERS.filter((it) => !QUIET.includes(it)));
  #search = "";
  /** Whether the end is kept in sight. */
  #follows = true;
  #left;
  #unlisten;

  /** @param {HTMLElement} element @param {Options} options */
  constructor(element, { tape, words, userId, connections = () => [] }) {
    this.tape = tape;
    this.words = words;
    this.userId = userId;
    this.connections = connections;
    this.signs = new Signs(words);
    this.#model = new Ladder({ userId });
    this.list = make("ol", { className: "ladder-rungs", "data-testid": "ladder-rows" });
    this.#build(element);
    for (const entry of tape.entries) this.#take(entry);
    this.#draw();
    this.#left = whenLeft(element);
    this.#unlisten = tape.listen((entry) => (entry ? this.#take(entry) : this.#clear()));
  }

  refresh() {
    this.signs.refresh();
    this.#headMe();
    for (const [row, rung] of this.#rungs) writeRung(rung, row, this.words);
    this.#writeCount();
  }

  close() {
    this.#unlisten();
    clearTimeout(this.#timer);
  }

  // -- what stands around the rows

  /** @param {HTMLElement} element */
  #build(element) {
    const { signs } = this;
    this.count = make("p", { className: "ladder-count", "data-testid": "ladder-count" });
    this.empty = signs.put(make("p", { className: "ladder-empty", "data-testid": "ladder-empty" }), "ladder.empty");
    signs.put(this.list, "ladder.rows", "aria-label");
    this.list.addEventListener("click", ({ target }) => this.#pressed(/** @type {Element} */ (target)));
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("focusin", ({ target }) =>
      this.#stopAt(/** @type {Element} */ (target).closest(".rung")),
    );
    this.diagram = make("div", { className: "ladder-diagram" }, this.#lifelines(), this.list, this.empty);
    element.classList.add("ladder");
    this.diagram.addEventListener("scroll", () => (this.#follows = this.#isAtEnd()));
    new ResizeObserver(() => this.#follow()).observe(this.diagram);
    element.replaceChildren(this.#tools(this.count), this.#kinds(), this.diagram);
  }

  /** @param {HTMLElement} count */
  #tools(count) {
    const { signs } = this;
    const search = make("input", {
      type: "search",
      className: "ladder-search",
      "data-testid": "ladder-filter",
      autocomplete: "off",
    });
    signs.put(search, "ladder.search", "aria-label");
    signs.put(search, "ladder.search", "placeholder");
    search.addEventListener("input", () => {
      this.#search = search.value.trim().toLowerCase();
      this.#filter();
    });
    const pause = this.#button("pause", () => {
      this.#paused = !this.#paused;
      pause.setAttribute("aria-pressed", String(this.#paused));
      this.#draw();
    });
    pause.setAttribute("aria-pressed", "false");
    const clear = this.#button("clear", () => this.tape.clear());
    const save = this.#button("export", () => this.#export());
    return make("div", { className: "ladder-tools" }, search, pause, clear, save, count);
  }

  /** @param {string} name @param {() => void} press */
  #button(name, press) {
    const button = make("button", { type: "button", className: "panel-button", "data-testid": `ladder-${name}` });
    button.addEventListener("click", press);
    return this.signs.put(button, `ladder.${name}`);
  }

  #kinds() {
    const group = make("div", { className: "ladder-kinds", role: "group" });
    this.signs.put(group, "ladder.kinds", "aria-label");
    for (const kind of FILTERS) {
      const pressed = String(this.#shown.has(kind));
      const button = make("button", {
        type: "button",
        className: "ladder-chip",
        "data-kind": kind,
        "aria-pressed": pressed,
        "data-testid": `ladder-kind-${kind}`,
      });
      button.addEventListener("click", () => {
        if (!this.#shown.delete(kind)) this.#shown.add(kind);
        button.setAttribute("aria-pressed", String(this.#shown.has(kind)));
        this.#filter();
      });
      group.append(this.signs.put(button, `ladder.kind.${kind}`));
    }
    return group;
  }

  #lifelines() {
    const { signs } = this;
    this.me = make("b", { className: "lifeline-name" });
    const names = [
      make("span", { className: "lifeline" }, signs.put(make("span"), "ladder.me"), this.me),
      make("span", { className: "lifeline" }, signs.put(make("span"), "ladder.server")),
      make("span", { className: "lifeline" }, signs.put(make("span"), "ladder.others")),
    ];
    return make(
      "div",
      { className: "lifelines", "aria-hidden": "true" },
      make("span", { className: "lifelines-names" }, ...names),
    );
  }

  #headMe() {
    if (this.me) this.me.textContent = this.userId();
  }

  // -- rows

  /** @param {Entry} entry */
  #take(entry) {
    if (this.#left?.()) return this.close();
    const { row, gone } = this.#model.take(entry);
    this.#due.add(row);
    for (const it of gone) this.#drop(it);
    this.#timer ??= setTimeout(() => this.#draw(), DRAW_WITHIN);
  }

  /** @param {Row} row */
  #drop(row) {
    this.#due.delete(row);
    this.#rungs.get(row)?.remove();
    this.#rungs.delete(row);
  }

  #draw() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#paused) this.#drawDue();
    this.#headMe();
    this.#writeCount();
  }

  #drawDue() {
    const fresh = document.createDocumentFragment();
    for (const row of this.#due) {
      const known = this.#rungs.get(row);
      if (known) writeRung(known, row, this.words);
      else fresh.append(this.#add(row));
    }
    this.#due.clear();
    this.list.append(fresh);
    this.#keepOneStop();
    this.#follow();
  }

  #isAtEnd() {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = this.diagram ?? {};
    return scrollHeight - scrollTop - clientHeight < AT_END;
  }

  #follow() {
    if (this.#follows && this.diagram) this.diagram.scrollTop = this.diagram.scrollHeight;
  }

  /** @param {Row} row */
  #add(row) {
    const rung = makeRung(row, this.words);
    rung.hidden = !this.#isShown(row);
    this.#rungs.set(row, rung);
    this.#rows.set(rung, row);
    return rung;
  }

  #clear() {
    this.#model.clear();
    this.#due.clear();
    this.#rungs.clear();
    this.list.replaceChildren();
    this.#writeCount();
  }

  /** Ends and beginnings of sockets stay, so that it is seen where the line was cut. @param {Row} row */
  #isShown(row) {
    const kind = row.kind === "socket" || this.#shown.has(row.kind);
    return kind && (!this.#search || mentions(row, this.#search));
  }

  #filter() {
    for (const [row, rung] of this.#rungs) rung.hidden = !this.#isShown(row);
    this.#keepOneStop();
    this.#writeCount();
    requestAnimationFrame(() => this.#follow());
  }

  #writeCount() {
    const all = this.#rungs.size;
    const shown = this.#visible().length;
    const waiting = [...this.#due].filter((it) => !this.#rungs.has(it)).length;
    const parts = [this.words(shown === all ? "ladder.count" : "ladder.count.some", { shown, all })];
    if (this.#paused) parts.push(this.words("ladder.waiting", { waiting }));
    if (this.count) this.count.textContent = parts.join(" · ");
    if (this.empty) this.empty.hidden = shown > 0;
    if (this.empty && !shown) this.empty.textContent = this.words(all ? "ladder.none" : "ladder.empty");
  }

  // -- keys

  #visible() {
    return /** @type {HTMLElement[]} */ ([...this.list.children]).filter((it) => !it.hidden);
  }

  /** @param {Element} target */
  #pressed(target) {
    const rung = /** @type {HTMLElement | null} */ (target.closest(".rung-head")?.parentElement);
    const row = rung && this.#rows.get(rung);
    if (row) this.#turn(rung, row);
  }

  /**
   * Opens a row or closes it; who reads it wants it to stay where it is.
   * @param {HTMLElement} rung
   * @param {Row} row
   * @param {boolean} [open]
   */
  #turn(rung, row, open) {
    this.#follows = false;
    openRung(rung, row, this.words, open);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target } = event;
    const rung = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest(".rung"));
    const row = rung && this.#rows.get(rung);
    if (!row) return;
    if (key === "ArrowRight" || key === "ArrowLeft") {
      this.#turn(rung, row, key === "ArrowRight");
    } else if (key in STEPS) {
      const all = this.#visible();
      const next = Math.min(all.length - 1, Math.max(0, all.indexOf(rung) + STEPS[key]));
      headOf(all[next]).focus();
    } else return;
    event.preventDefault();
  }

  /** The tabulator stops at one row. @param {Element | null} rung */
  #stopAt(rung) {
    if (!rung) return;
    for (const it of this.list.querySelectorAll('.rung-head[tabindex="0"]')) it.setAttribute("tabindex", "-1");
    headOf(rung).setAttribute("tabindex", "0");
  }

  /** Where the one with the stop is gone or hidden, the last takes it. */
  #keepOneStop() {
    const stop = this.list.querySelector('.rung:not([hidden]) > .rung-head[tabindex="0"]');
    if (!stop) this.#stopAt(this.#visible().at(-1) ?? null);
  }

  // -- export

  #export() {
    const now = new Date();
    const text = JSON.stringify(exported(this.#model.rows, { userId: this.userId(), now, connections: this.connections() }), null, 2);
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const stamp = now.toISOString().slice(0, 19).replaceAll(":", "-");
    make("a", { href: url, download: `signaling-${stamp}.json` }).click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** @param {Element} rung */
function headOf(rung) {
  return /** @type {HTMLElement} */ (rung.firstElementChild);
}
