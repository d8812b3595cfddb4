/**
 * The connection to the server: one socket at a time, made again when it breaks.
 *
 * Promises: `message` and `traffic` events come in the order of the wire; nothing is sent before the server said
 * `registered`; an abandoned socket is not listened to any more. Leaves to others: what the messages mean.
 *
 * Events, each a CustomEvent:
 * - `link`: the connection changed; `detail` is a {@link Link}
 * - `message`: a parsed message of the server
 * - `traffic`: a {@link Traffic}, every message in and out, for the panel
 * - `note`: a sentence about the socket itself, for the panel
 */

/** @typedef {import("./identity.js").Identity} Identity */
/** @typedef {Record<string, any> & { type: string }} Message one JSON object of the wire */
/** @typedef {{ direction: "in" | "out", text: string, message: Message | null, at: Date }} Traffic */
/**
 * @typedef {{ phase: "connecting" }
 *   | { phase: "online", registered: Message }
 *   | { phase: "waiting", delay: number, told: boolean, close: Closing }
 *   | { phase: "over", close: Closing }
 *   | { phase: "away" }} Link
 *   `delay` in ms; `told`: the server asked for at least that; `away`: signed out by the user
 */
/**
 * @typedef {{ code: number, reason: string, error: Message | null, registered: boolean }} Closing
 *   `error`: what the server said before it closed, if it refused; `registered`: this socket had been
 */

const SUBPROTOCOL = "switchboard.v1";
/** Back-off: a random wait below this, doubled with every failure in a row. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** A connection that stood this long starts the back-off anew. */
const STOOD = 10_000;
/** The server gives a registration 10 s; a socket that needs longer than this is given up. */
const OPENING = 15_000;
/** Silence after a `ping` that makes a socket broken. */
const ANSWER_TO_PING = 5_000;
const GOODBYE = 1000;
/** The access token has expired, and this page cannot get another. */
const TOKEN_EXPIRED = 4401;
const PROTOCOL_VIOLATIONS = [1002, 1003, 1007, 1009];

export class Signaling extends EventTarget {
  /** @type {Identity | null} */ #identity = null;
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Message | null} */ #registered = null;
  /** @type {Message | null} */ #refusal = null;
  #registeredAt = 0;
  #failures = 0;
  #notBefore = 0;
  #lastId = 0;
  #retry = 0;
  #silence = 0;

  constructor() {
    super();
    addEventListener("online", () => this.#wake());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#wake());
    /** @type {any} */ (navigator).connection?.addEventListener("change", () => this.#wake());
  }

  /** True between `registered` and the end of that socket. */
  get online() {
    return this.#registered !== null;
  }

  /** The user's name, also while the connection is broken; empty when signed out. */
  get userId() {
    return this.#identity?.userId ?? "";
  }

  /** A fresh value for the field `id` of a message. */
  nextId() {
    this.#lastId += 1;
    return `m${this.#lastId}`;
  }

  /**
   * Signs in, and stays signed in until `leave` or a final refusal.
   * @param {Identity} identity
   */
  open(identity) {
    this.#abandon();
    this.#identity = identity;
    this.#failures = 0;
    this.#connect();
  }

  /** Signs out: the session ends at once. */
  leave() {
    this.#abandon();
    this.#identity = null;
    this.#emit("link", { phase: "away" });
  }

  /** Connects now instead of later, but never before the moment the server asked for. */
  retryNow() {
    if (this.#socket !== null || this.#identity === null || Date.now() < this.#notBefore) return;
    this.#connect();
  }

  /**
   * Sends, or says that it cannot.
   * @param {Message} message
   * @returns {boolean} false: not connected, nothing was sent
   */
  send(message) {
    if (!this.online || this.#socket?.readyState !== WebSocket.OPEN) return false;
    const text = JSON.stringify(message);
    this.#emit("traffic", { direction: "out", text, message, at: new Date() });
    this.#socket.send(text);
    return true;
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#refusal = null;
    this.#emit("link", { phase: "connecting" });
    const token = this.#identity?.token;
    // Page script cannot set headers, and proxies log URLs.
    const socket = new WebSocket(this.#address(), token ? [SUBPROTOCOL, `bearer.${token}`] : SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.#emit("note", "socket open");
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.#silence = setTimeout(() => this.#broken("not registered in time"), OPENING);
  }

  #address() {
    const address = new URL("/ws", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const { userId, displayName } = /** @type {Identity} */ (this.#identity);
    address.searchParams.set("userId", userId);
    if (displayName) address.searchParams.set("name", displayName);
    return address;
  }

  /** @param {unknown} data */
  #hear(data) {
    const text = typeof data === "string" ? data : "(binary)";
    const message = parse(text);
    this.#emit("traffic", { direction: "in", text, message, at: new Date() });
    if (message === null) return;
    if (message.type === "registered") this.#nowOnline(message);
    if (message.type === "error" && !this.online) this.#refusal = message;
    if (message.type === "ping") this.send({ type: "pong" });
    if (this.online) this.#listenOn();
    this.#emit("message", message);
  }

  /** @param {Message} registered */
  #nowOnline(registered) {
    this.#registered = registered;
    this.#registeredAt = Date.now();
    this.#notBefore = 0;
    this.#emit("link", { phase: "online", registered });
  }

  /** Something was heard: the next look at the socket is one heartbeat away. */
  #listenOn() {
    clearTimeout(this.#silence);
    const heartbeat = Number(this.#registered?.heartbeat) || 25_000;
    this.#silence = setTimeout(() => this.#probe(), heartbeat);
  }

  /** Asks for a sign of life. Anything heard within the time counts as one. */
  #probe() {
    if (!this.send({ type: "ping" })) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#broken("no answer to a ping"), ANSWER_TO_PING);
  }

  /** The page came back or the network changed: look at once. */
  #wake() {
    if (this.online) this.#probe();
    else this.retryNow();
  }

  /** @param {string} why */
  #broken(why) {
    this.#socket?.close();
    this.#closed(1006, why);
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #closed(code, reason) {
    const close = { code, reason, error: this.#refusal, registered: this.online };
    if (this.online && Date.now() - this.#registeredAt > STOOD) this.#failures = 0;
    this.#forgetSocket();
    this.#emit("note", `socket closed ${code}${reason ? ` ${reason}` : ""}`);
    if (mayReconnect(code)) return this.#retryLater(close);
    this.#identity = null;
    this.#emit("link", { phase: "over", close });
  }

  /** @param {Closing} close */
  #retryLater(close) {
    const asked = retryAfter(close);
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures);
    const delay = Math.max(asked, Math.random() * longest);
    this.#failures += 1;
    this.#notBefore = Date.now() + asked;
    this.#retry = setTimeout(() => this.#connect(), delay);
    this.#emit("link", { phase: "waiting", delay, told: asked > 0, close });
  }

  /** Says goodbye and stops listening. */
  #abandon() {
    const socket = this.#socket;
    this.#forgetSocket();
    if (socket === null) return;
    socket.close(GOODBYE);
    this.#emit("note", `socket closed by this page ${GOODBYE}`);
  }

  #forgetSocket() {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    if (this.#socket) this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket = null;
    this.#registered = null;
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/**
 * The ranges hold for codes that this page does not know, too.
 * @param {number} code
 */
function mayReconnect(code) {
  return code < 4500 && code !== TOKEN_EXPIRED && !PROTOCOL_VIOLATIONS.includes(code);
}

/**
 * Milliseconds the server wants this client to stay away; 0 when it said nothing about it.
 * @param {Closing} close
 */
function retryAfter({ reason, error }) {
  const told = /retry after (\d+) ms/.exec(reason);
  return Math.max(Number(told?.[1] ?? 0), Number(error?.retryAfter ?? 0));
}

/**
 * @param {string} text
 * @returns {Message | null} null where it is no object with a type
 */
function parse(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}
