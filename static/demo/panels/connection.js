/**
 * The connection panel: which way sound and picture take, and how well they do.
 *
 * @import { Candidate, Route } from "./connection-model.js"
 * @import { Words } from "./make.js"
 *
 * @typedef {Pick<import("../../switchboard.js").Peer, "userId" | "state" | "connection" | "on">} Peer
 *   also a call, or a member of a room
 * @typedef {{ element: HTMLElement, title: HTMLElement, count: HTMLElement, body: HTMLElement }} Table
 * @typedef {object} Options
 * @property {Words} words
 * @property {() => Peer | null} peer whose connection is looked at
 * @property {(userId: string) => string} [nameOf] how users are called; default: by their userId
 */

import { countByType, History, routeOf } from "./connection-model.js";
import { make, Signs, whenLeft } from "./make.js";
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

/** Two digits that mean something. @param {number} value */
function rounded(value) {
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}

/**
 * @param {HTMLElement} element
 * @param {Options} options
 * @returns {{ refresh: () => void, close: () => void }} `refresh`: when that is another one, or the language is
 */
export function mountConnection(element, options) {
  const panel = new ConnectionPanel(element, options);
  panel.refresh();
  return { refresh: () => panel.refresh(), close: () => panel.follow(null) };
}

class ConnectionPanel {
  /** @type {Peer | null} */ #peer = null;
  /** @type {RTCPeerConnection | null} */ #connection = null;
  /** @type {Route} */ #route = routeOf([]);
  #history = new History();
  #unlisten = [() => {}];
  #left;
  /** Shows new states at once. */
  #look = () => this.#show();

  /** @param {HTMLElement} element @param {Options} options */
  constructor(element, { words, peer, nameOf = (it) => it }) {
    this.words = words;
    this.peer = peer;
    this.nameOf = nameOf;
    this.signs = new Signs(words);
    this.#left = whenLeft(element);
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
    this.some = make("div", { className: "connection-some" }, this.states, this.pair, plots, tables);
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
    this.follow(this.peer());
    this.signs.refresh();
    this.#show();
  }

  /** @param {Peer | null} peer */
  follow(peer) {
    if (peer === this.#peer) return;
    for (const stop of this.#unlisten) stop();
    this.#attend(null);
    this.#peer = peer;
    this.#route = routeOf([]);
    this.#history = new History();
    this.#unlisten = peer ? [peer.on("stats", (stats) => this.#hear(stats)), peer.on("state", this.#look)] : [];
  }

  /** The library may make another connection in its place. @param {RTCPeerConnection | null} connection */
  #attend(connection) {
    if (connection === this.#connection) return;
    for (const event of ["iceconnectionstatechange", "connectionstatechange", "signalingstatechange"]) {
      this.#connection?.removeEventListener(event, this.#look);
      connection?.addEventListener(event, this.#look);
    }
    this.#connection = connection;
  }

  /** @param {any} stats */
  async #hear(stats) {
    if (this.#left()) return this.follow(null);
    const peer = this.#peer;
    this.#history.add(stats, performance.now());
    const reports = await peer?.connection?.getStats();
    if (peer !== this.#peer) return;
    if (reports) this.#route = routeOf(reports.values());
    this.#show();
  }

  #show() {
    const peer = this.#peer;
    this.#attend(peer?.connection ?? null);
    this.none.hidden = peer !== null;
    this.some.hidden = peer === null;
    if (!peer) return;
    this.#showStates(peer);
    this.#showPair();
    this.remote.title.textContent = this.words("connection.remote", { user: this.nameOf(peer.userId) });
    this.#showCandidates(this.local, this.#route.local);
    this.#showCandidates(this.remote, this.#route.remote);
    for (const plot of this.plots) plot.draw(this.#history.moments, performance.now());
  }

  /** @param {Peer} peer */
  #showStates(peer) {
    const { connection, state, userId } = peer;
    const states = [
      ["peer", state],
      ["ice", connection?.iceConnectionState],
      ["dtls", this.#route.dtls],
      ["signaling", connection?.signalingState],
    ];
    const entries = states.map(([name, text]) => {
      const mood = GOOD.includes(text ?? "") ? "is-good" : BAD.includes(text ?? "") ? "is-bad" : "";
      const value = make("dd", { className: mood, text: text ?? "–", "data-testid": `state-${name}` });
      return make("div", {}, make("dt", { text: this.words(`connection.state.${name}`, { user: this.nameOf(userId) }) }), value);
    });
    this.states.replaceChildren(...entries);
  }

  #showPair() {
    const { pair } = this.#route;
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
