/**
 * The connection panel: which way sound and picture take, and how well they do; of a connection that has ended what was
 * last known. Where there are several, one of them is chosen.
 *
 * @import { Candidate } from "./connection-model.js"
 * @import { ConnectionRecord } from "./connection-record.js"
 * @import { Words } from "./make.js"
 *
 * @typedef {object} Options
 * @property {Words} words
 * @property {Pick<import("../connections.js").Connections, "all" | "shown" | "show" | "addEventListener">} connections
 * @property {(userId: string) => string} nameOf
 * @typedef {{ element: HTMLElement, title: HTMLElement, count: HTMLElement, body: HTMLElement }} Table
 */

import { countByType } from "./connection-model.js";
import { make, Signs, timeOfDay } from "./make.js";
import { Plot } from "./plot.js";

/** @type {import("./plot.js").Plan[]} */
const PLOTS = [
  { name: "round-trip", lines: ["roundTrip"], least: 20, say: (ms) => `${rounded(ms)} ms` },
  { name: "loss", lines: ["lossIn", "lossOut"], least: 5, say: (percent) => `${rounded(percent)} %` },
  {
    name: "rate",
    lines: ["rateIn", "rateOut"],
    least: 100,
    say: (kbit) => (kbit < 1000 ? `${rounded(kbit)} kbit/s` : `${rounded(kbit / 1000)} Mbit/s`),
  },
];
/** Those that tell that it works. */
const GOOD = ["connected", "completed", "stable"];
const BAD = ["failed", "disconnected", "closed"];
/** @type {Array<"peer" | "ice" | "dtls" | "signaling">} */
const SHOWN = ["peer", "ice", "dtls", "signaling"];

/** @param {Date} moment */
const clock = (moment) => timeOfDay(moment).slice(0, 8);

/** Two digits that mean something. @param {number} value */
function rounded(value) {
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}

/**
 * @param {HTMLElement} element
 * @param {Options} options
 * @returns {{ refresh: () => void }} `refresh`: after another language was chosen
 */
export function mountConnection(element, options) {
  const panel = new ConnectionPanel(element, options);
  panel.refresh();
  options.connections.addEventListener("change", () => panel.show());
  return { refresh: () => panel.refresh() };
}

class ConnectionPanel {
  /** @type {ConnectionRecord[]} that can be chosen, the youngest first */ #choices = [];
  #connections;
  #element;
  #nameOf;

  /** @param {HTMLElement} element @param {Options} options */
  constructor(element, { words, connections, nameOf }) {
    this.words = words;
    this.#connections = connections;
    this.#element = element;
    this.#nameOf = nameOf;
    this.signs = new Signs(words);
    const { signs } = this;
    this.none = signs.put(
      make("p", { className: "connection-none", "data-testid": "connection-none" }),
      "connection.none",
    );
    this.states = make("dl", { className: "connection-states", "data-testid": "connection-states" });
    this.pair = make("p", { className: "connection-pair", "data-testid": "connection-pair" });
    this.local = this.#candidates("local");
    this.remote = this.#candidates("remote");
    this.plots = PLOTS.map((plan) => new Plot(plan, words));
    const plots = make("div", { className: "connection-plots" }, ...this.plots.map((it) => it.element));
    const tables = make("div", { className: "connection-tables" }, this.local.element, this.remote.element);
    this.choice = signs.put(make("select", { "data-testid": "connection-choice" }), "connection.choose", "aria-label");
    this.choice.addEventListener("change", () => connections.show(this.#choices[this.choice.selectedIndex] ?? null));
    this.end = make("span", { className: "connection-ended", "data-testid": "connection-ended" });
    this.only = signs.put(make("span", { className: "connection-only", "data-testid": "connection-only" }), "connection.relay-only");
    this.missing = make("p", { className: "connection-missing", "data-testid": "connection-missing" });
    const head = make("div", { className: "connection-head" }, this.choice, this.end, this.only);
    this.some = make("div", { className: "connection-some" }, head, this.missing, this.states, this.pair, plots, tables);
    element.classList.add("connection");
    // It scrolls where the page gives it little room, by the keyboard too.
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    signs.put(element, "connection.label", "aria-label");
    element.replaceChildren(this.none, this.some);
  }

  /** @param {"local" | "remote"} side @returns {Table} */
  #candidates(side) {
    const { signs } = this;
    const title = make("span", { className: "connection-whose" });
    if (side === "local") signs.put(title, "connection.local");
    const count = make("span", { className: "connection-count" });
    const heads = ["type", "protocol", "address"].map((it) =>
      signs.put(make("th", { scope: "col" }), `connection.${it}`),
    );
    const body = make("tbody");
    const caption = make("caption", {}, title, count);
    const table = make(
      "table",
      { className: "connection-table", "data-testid": `connection-${side}` },
      caption,
      make("thead", {}, make("tr", {}, ...heads)),
      body,
    );
    return { element: table, title, count, body };
  }

  refresh() {
    this.signs.refresh();
    this.show();
  }

  show() {
    // Drawn when it is opened.
    if (this.#element.isConnected && !this.#element.checkVisibility()) return;
    const record = this.#connections.shown;
    this.none.hidden = record !== null;
    this.some.hidden = record === null;
    if (!record) return;
    this.#showChoice(record);
    this.#showStates(record);
    const { local, remote } = record.route;
    this.#showPair(record);
    this.remote.title.textContent = this.words("connection.remote", { user: this.#nameOf(record.userId) });
    this.#showCandidates(this.local, local);
    this.#showCandidates(this.remote, remote);
    // Of one that has ended, the plots stand still.
    const now = record.ended ? (record.history.moments.at(-1)?.at ?? 0) : performance.now();
    for (const plot of this.plots) plot.draw(record.history.moments, now);
  }

  /** @param {ConnectionRecord} record */
  #showChoice(record) {
    const names = this.#connections.all.map((it) => this.#nameIn(it)).reverse();
    this.#choices = [...this.#connections.all].reverse();
    const { choice } = this;
    // A list that is open must not be written anew under the hand that chooses.
    if ([...choice.options].map(({ text }) => text).join("\n") !== names.join("\n"))
      choice.replaceChildren(...names.map((text) => make("option", { text })));
    choice.selectedIndex = this.#choices.indexOf(record);
    choice.hidden = names.length < 2;
    // The choice says it, too.
    this.end.hidden = !record.ended || !choice.hidden;
    if (record.ended) this.end.textContent = this.words("connection.ended", { when: clock(record.ended) });
    this.only.hidden = !record.relayOnly;
    const { missing } = record;
    const told = missing && (record.ended || record.isSlow());
    this.missing.hidden = !told;
    if (told) this.missing.textContent = this.words(missing.key, { who: this.#nameOf(record.userId), ...missing.values });
  }

  /** @param {ConnectionRecord} record */
  #nameIn({ userId, ended }) {
    const who = this.#nameOf(userId);
    return ended ? this.words("connection.with-ended", { who, when: clock(ended) }) : who;
  }

  /** @param {ConnectionRecord} record */
  #showStates({ states, userId }) {
    const entries = SHOWN.map((name) => {
      const text = states[name];
      const mood = GOOD.includes(text ?? "") ? "is-good" : BAD.includes(text ?? "") ? "is-bad" : "";
      const value = make("dd", { className: mood, text: text ?? "–", "data-testid": `state-${name}` });
      return make("div", {}, make("dt", { text: this.words(`connection.state.${name}`, { user: this.#nameOf(userId) }) }), value);
    });
    this.states.replaceChildren(...entries);
  }

  /** @param {ConnectionRecord} record */
  #showPair({ route: { pair } }) {
    if (!pair) return this.pair.replaceChildren(this.words("connection.pair.none"));
    const { local, remote } = pair;
    const relayed = [local, remote].some((it) => it.type === "relay");
    const end = (/** @type {Candidate} */ { type, protocol, address }) =>
      make(
        "span",
        { className: "connection-end" },
        make("b", { text: type }),
        ` ${protocol} ${address || this.words("connection.hidden")}`,
      );
    const verdict = make("b", {
      className: "connection-verdict",
      text: this.words(relayed ? "connection.relayed" : "connection.direct"),
    });
    this.pair.replaceChildren(verdict, end(local), make("span", { "aria-hidden": "true", text: "⇄" }), end(remote));
  }

  /** @param {Table} table @param {Candidate[]} candidates */
  #showCandidates({ count, body }, candidates) {
    count.textContent = countByType(candidates)
      .map(([type, number]) => `${number} ${type}`)
      .join(" · ");
    const rows = candidates.map(({ type, protocol, address, chosen }) => {
      const kind = make("td", {}, make("span", { className: `candidate is-${type}`, text: type }));
      if (chosen)
        kind.append(" ", make("span", { className: "candidate-chosen", text: this.words("connection.chosen") }));
      const row = make(
        "tr",
        {},
        kind,
        make("td", { text: protocol }),
        make("td", { text: address || this.words("connection.hidden") }),
      );
      row.classList.toggle("is-chosen", chosen);
      return row;
    });
    const none = make(
      "tr",
      {},
      make("td", { colspan: "3", className: "candidate-none", text: this.words("connection.candidates.none") }),
    );
    body.replaceChildren(...(rows.length ? rows : [none]));
  }
}
