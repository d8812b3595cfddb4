/**
 * The wire as the rows of a ladder between this page, the server and the others. Pure: knows no document and no clock.
 *
 * Promises: each message is one row, in the order in which it first went over the wire. A message repeated on the next
 * socket, because the server had not got it, is told by its place in the count of the session (docs/protocol.md,
 * section 13), and is marked on the row that it has. Keeps a bounded number of rows.
 *
 * @import { Entry } from "../tape.js"
 *
 * @typedef {"call" | "negotiation" | "chat" | "room" | "presence" | "session" | "heartbeat" | "socket"} Kind
 *
 * @typedef {object} Row
 * @property {number} number of the entry on the tape
 * @property {number} socket
 * @property {Date} at
 * @property {Kind} kind
 * @property {string} type of the message; for a socket `opening`, `open`, `closed`
 * @property {"sent" | "received" | null} way null: no message
 * @property {boolean} through whether it goes through the server, between this page and another
 * @property {string | null} other the user or the room whom it is for, from, or about
 * @property {number} size
 * @property {any} content
 * @property {string | null} text what is no JSON
 * @property {number} session counts the sessions of this page, from 1; 0: before the first
 * @property {number | null} sequence its place in what was said, or heard, in the session; null: not counted
 * @property {Date[]} again when it was said again
 * @property {boolean} wrong whether it tells that something did not work
 */

import { isPassing, SHARE } from "../tape.js";

/** As many as the tape keeps. */
const ROWS = 2000;

/** @type {Record<string, Kind>} */
const KINDS = {
  offer: "negotiation", answer: "negotiation", candidate: "negotiation",
  message: "chat", delivered: "chat", undelivered: "chat", relayed: "chat",
  join: "room", leave: "room", "room-joined": "room", "room-left": "room",
  "member-joined": "room", "member-left": "room",
  "client-list": "presence", presence: "presence", watch: "presence", unwatch: "presence", list: "presence",
  ping: "heartbeat", pong: "heartbeat", ack: "heartbeat",
};
/** @type {Kind[]} what can be filtered by, in the order of a call's life */
export const FILTERS = ["call", "negotiation", "chat", "room", "presence", "session", "heartbeat"];
/** The server hands these on; all others are between it and one page. */
const HANDED_ON = ["offer", "answer", "candidate", "message", "call-request", "call-accept"];
const ENDING = ["call-reject", "call-cancel", "call-hangup"];
/** Said of a moment, or about the count itself. */
const UNCOUNTED = ["registered", "client-list", "presence", "ice-servers", "ack", "ping", "pong"];
const WRONG = ["error", "undelivered"];
/** Reasons of an end, or the library's words to a hang-up, that tell of a failure. */
const FAILED = ["lost", "failed", "too-large"];

/**
 * The state of a socket: its session, how many messages of it went each way, and how many the page has acknowledged.
 * @typedef {{ session: number, sent: number | null, received: number | null, registered: boolean, claimed: number | null }} Line
 */

export class Ladder {
  /** @type {Row[]} oldest first */ rows = [];
  #limit;
  #me;
  #sessions = 0;
  /** Rows of presence and signs of life. */ #passing = 0;
  /** @type {Map<number, Line>} by socket */ #lines = new Map();
  /** @type {Map<string, string>} the other party, by call */ #calls = new Map();
  /** @type {Map<string, Row>} by session, way and sequence */ #counted = new Map();

  /** @param {{ userId?: () => string, limit?: number }} [options] `userId`: who this page is */
  constructor({ userId = () => "", limit = ROWS } = {}) {
    this.#limit = limit;
    this.#me = userId;
  }

  /**
   * Takes what was recorded next.
   * @param {Entry} entry
   * @returns {{ row: Row, isNew: boolean, gone: Row[] }} its row, whether that is another one, and which had to go
   */
  take(entry) {
    const row = this.#row(entry);
    const key = row.sequence === null ? null : `${row.session} ${row.way} ${row.sequence}`;
    const known = key !== null && this.#counted.get(key);
    if (known) {
      known.again.push(row.at);
      return { row: known, isNew: false, gone: [] };
    }
    if (key !== null) this.#counted.set(key, row);
    this.rows.push(row);
    if (isPassing(row)) this.#passing++;
    const gone = this.rows.length > this.#limit ? this.#drop() : [];
    for (const it of gone) this.#counted.delete(`${it.session} ${it.way} ${it.sequence}`);
    return { row, isNew: true, gone };
  }

  /** One row, of what passes by where there is much of that: it must not drive out a call. @returns {Row[]} */
  #drop() {
    const much = this.#passing > SHARE * this.#limit;
    const gone = this.rows.splice(much ? this.rows.findIndex(isPassing) : 0, 1);
    this.#passing -= gone.filter(isPassing).length;
    return gone;
  }

  clear() {
    this.rows = [];
    this.#passing = 0;
    this.#counted.clear();
  }

  /** @param {Entry} entry @returns {Row} */
  #row({ number, socket, what, at, size, content, text }) {
    const line = this.#line(socket);
    const row = { number, socket, at, size, content, text, session: line.session, sequence: null, again: [] };
    if (what !== "sent" && what !== "received") {
      if (what === "opening") line.claimed = claimedBy(content.url);
      const wrong = what === "closed" && content.code !== 1000;
      return { ...row, kind: "socket", type: what, way: null, through: false, other: null, wrong };
    }
    const type = typeof content?.type === "string" ? content.type : "unreadable";
    if (what === "received" && type === "registered") this.#begin(line, content);
    const sequence = UNCOUNTED.includes(type) ? null : countOn(line, what);
    const kind = KINDS[type] ?? (type.startsWith("call-") ? "call" : "session");
    const failed = type === "call-ended" && FAILED.some((it) => it === content.reason || it === content.detail);
    const wrong = WRONG.includes(type) || type === "unreadable" || failed;
    const through = this.#goesThrough(what, type, content);
    return {
      ...row,
      kind,
      type,
      way: what,
      through,
      other: this.#other(content),
      session: line.session,
      sequence,
      wrong,
    };
  }

  /** @param {number} socket */
  #line(socket) {
    const known = this.#lines.get(socket);
    if (known) return known;
    /** @type {Line} */
    const line = { session: this.#sessions, sent: null, received: null, registered: false, claimed: null };
    this.#lines.set(socket, line);
    // A page has one socket at a time; an older one may still tell that it is closed.
    if (this.#lines.size > 8) this.#lines.delete(this.#lines.keys().next().value ?? 0);
    return line;
  }

  /**
   * Both sides say what they have of the session; from there on it is counted.
   * @param {Line} line
   * @param {any} registered
   */
  #begin(line, { resumed, received }) {
    if (!resumed) this.#sessions++;
    line.registered = true;
    line.session = this.#sessions;
    line.sent = resumed ? received : 0;
    line.received = resumed ? line.claimed : 0;
  }

  /** @param {"sent" | "received"} way @param {string} type @param {any} content */
  #goesThrough(way, type, content) {
    if (way === "sent") return HANDED_ON.includes(type) || ENDING.includes(type);
    if (type === "call-ended") return Boolean(content.by) && content.by !== this.#me();
    return HANDED_ON.includes(type);
  }

  /** Whom a message is for, from, or about. @param {any} content @returns {string | null} */
  #other(content) {
    if (content === null || typeof content !== "object") return null;
    const { callId, room, to, from, userId, type } = content;
    const named = to ?? from ?? room ?? (type === "registered" ? null : userId);
    if (callId && typeof named === "string") this.#know(callId, named);
    return named ?? this.#calls.get(callId) ?? null;
  }

  /** @param {string} callId @param {string} user */
  #know(callId, user) {
    this.#calls.set(callId, user);
    if (this.#calls.size > 100) this.#calls.delete(this.#calls.keys().next().value ?? "");
  }
}

/** The next place in the count, where that is known. @param {Line} line @param {"sent" | "received"} way */
function countOn(line, way) {
  const before = line[way];
  if (!line.registered || before === null) return null;
  return (line[way] = before + 1);
}

/** How many messages the page says it has, by the address of a socket. @param {string} url */
function claimedBy(url) {
  const claimed = /[?&]received=(\d+)/.exec(url)?.[1];
  return claimed === undefined ? null : Number(claimed);
}

/**
 * The few words by which one message differs from others of its type.
 * @param {Row} row
 * @returns {string}
 */
export function gist({ type, content, text }) {
  if (text !== null) return text.slice(0, 80);
  const { data, sdp } = { data: content?.data, sdp: content?.data?.sdp };
  if (typeof sdp === "string") return [...new Set([...sdp.matchAll(/^m=(\w+)/gm)].map(([, it]) => it))].join(", ");
  if (type === "candidate") return candidateGist(data);
  if (type === "registered") return content.resumed ? "resumed" : "";
  if (type === "error") return String(content.code);
  if (content?.reason) return content.detail ? `${content.reason} · ${shortened(content.detail)}` : String(content.reason);
  if (type === "message") return shortened(data?.text ?? data);
  if (type === "presence") return presenceGist(content);
  return content?.room ? String(content.room) : "";
}

/** @param {any} data */
function candidateGist(data) {
  const [, protocol, type] = /^candidate:\S+ \d+ (\S+) .* typ (\S+)/.exec(data?.candidate) ?? [];
  return type ? `${type} ${protocol}` : "";
}

/** @param {any} content */
function presenceGist({ online = [], offline = [], total }) {
  const changes = [
    ...online.map((/** @type {string} */ it) => `+${it}`),
    ...offline.map((/** @type {string} */ it) => `−${it}`),
  ];
  return shortened(changes.length || total === undefined ? changes.join(" ") : String(total));
}

/** @param {unknown} data */
function shortened(data) {
  const text = (typeof data === "string" ? data : JSON.stringify(data)) ?? "";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/**
 * Whether a row has these words, in lower case, in its type, its other party or its content.
 * @param {Row} row
 * @param {string} words
 */
export function mentions({ type, other, content, text }, words) {
  return `${type} ${other ?? ""} ${text ?? JSON.stringify(content)}`.toLowerCase().includes(words);
}

/**
 * The export: every message once, in order, the ends of the sockets, and the media connections.
 * @param {Row[]} rows
 * @param {{ userId: string, now: Date, connections?: unknown[] }} about
 */
export function exported(rows, { userId, now, connections = [] }) {
  const entries = rows.map((row) => ({
    number: row.number, at: row.at.toISOString(), socket: row.socket, way: row.way, type: row.type, kind: row.kind,
    through: row.through, other: row.other, size: row.size, session: row.session, sequence: row.sequence,
    again: row.again.map((it) => it.toISOString()), content: row.text ?? row.content,
  }));
  return { format: "switchboard-signaling", version: 1, exportedAt: now.toISOString(), userId, entries, connections };
}
