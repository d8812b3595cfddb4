/**
 * The media connections of this page: those that there are, and the last ones that have ended.
 *
 * Promises: each has one record, which outlives it; at most 20 are kept. The one that is shown is measured once a second.
 *
 * Events: `change`, whenever something else is known; `trouble`, when another connection takes long, or for another cause.
 */

import { ConnectionRecord } from "./panels/connection-record.js";
import { iceErrorsOf } from "./recording-connection.js";

/** @typedef {import("../switchboard.js").Peer} Peer a call, or a member of a room */

const KEPT = 20;
/** Between two looks at a connection that is being set up; ms. */
const LOOK = 1000;
const EVENTS = ["iceconnectionstatechange", "connectionstatechange", "signalingstatechange", "icegatheringstatechange"];

export class Connections extends EventTarget {
  /** @type {ConnectionRecord[]} oldest first */ all = [];
  /** @type {ConnectionRecord | null} the chosen one */ #wanted = null;
  /** @type {WeakMap<Peer, ConnectionRecord>} */ #records = new WeakMap();
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  /** @type {Peer | null} the one that is measured */ #measured = null;
  #unlisten = () => {};
  /** The causes that were told last. */ #trouble = "";

  /** @param {Peer | null | undefined} peer */
  of(peer) {
    return (peer && this.#records.get(peer)) ?? null;
  }

  /** The record that is looked at: the chosen one, or else the youngest live one, or the last that has ended. */
  get shown() {
    if (this.#wanted) return this.#wanted;
    return this.all.findLast((it) => !it.ended) ?? this.all.at(-1) ?? null;
  }

  /** @param {ConnectionRecord | null} record */
  show(record) {
    this.#wanted = record;
    this.#changed();
  }

  /**
   * @param {Peer} peer
   * @param {"call" | "room"} kind
   */
  follow(peer, kind) {
    if (this.#records.has(peer)) return;
    const record = new ConnectionRecord(peer, { kind, errorsOf: iceErrorsOf });
    this.#records.set(peer, record);
    this.all.push(record);
    while (this.all.length > KEPT) this.#drop();
    // A new call is shown, whichever was chosen before.
    if (kind === "call") this.#wanted = null;
    const look = () => this.#look(record);
    /** @type {RTCPeerConnection | null} */
    let known = null;
    const attend = () => {
      if (peer.connection && peer.connection !== known) {
        known = peer.connection;
        for (const event of EVENTS) known.addEventListener(event, look);
      }
      look();
    };
    peer.on("state", attend);
    attend();
  }

  /** Somebody else has signed in: the records of the last user go. */
  forget() {
    this.all = [];
    this.#wanted = null;
    this.#changed();
  }

  /** The oldest that has ended; else the oldest. */
  #drop() {
    const nth = Math.max(0, this.all.findIndex(({ ended }) => ended));
    const [gone] = this.all.splice(nth, 1);
    if (gone === this.#wanted) this.#wanted = null;
  }

  /** @param {ConnectionRecord} record */
  #look(record) {
    record.look();
    this.#changed();
  }

  #changed() {
    this.#measure();
    this.#watchSlow();
    this.dispatchEvent(new CustomEvent("change"));
    this.#tellTrouble();
  }

  /** Most changes are measurements, and the stage need not be drawn for these. */
  #tellTrouble() {
    const now = this.all.map((it) => (it.ended || it.isSlow() ? JSON.stringify(it.missing) : "")).join();
    if (now === this.#trouble) return;
    this.#trouble = now;
    this.dispatchEvent(new CustomEvent("trouble"));
  }

  /** Looks again, because no event tells that time has passed, nor that a candidate has come. */
  #watchSlow() {
    const waiting = this.all.filter(({ ended, states }) => !ended && states.peer !== "connected");
    if (waiting.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#timer ??= setInterval(() => {
      for (const record of this.all) if (!record.ended && record.states.peer !== "connected") record.look();
      this.#changed();
    }, LOOK);
  }

  /** One connection at a time: each look at the statistics costs. */
  #measure() {
    const { shown } = this;
    const peer = shown && !shown.ended ? /** @type {Peer} */ (shown.peer) : null;
    if (peer === this.#measured) return;
    this.#unlisten();
    this.#measured = peer;
    this.#unlisten = peer && shown ? peer.on("stats", (stats) => this.#hear(shown, stats)) : () => {};
  }

  /**
   * @param {ConnectionRecord} record
   * @param {any} stats
   */
  async #hear(record, stats) {
    record.history.add(stats, performance.now());
    const reports = await record.peer.connection?.getStats();
    if (reports) record.take([...reports.values()]);
    this.#look(record);
  }
}
