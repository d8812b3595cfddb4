/**
 * A record of the wire of this page: every frame of its WebSockets, and how they open and close.
 *
 * Promises: each once, in the order of the wire, and before the page itself hears of it; no access token, resume token
 * or TURN password is kept, not even in memory; the oldest go when there are too many, presence and signs of life before
 * all others. Changes nothing for the page.
 */

/**
 * @typedef {"opening" | "open" | "closed" | "sent" | "received"} What
 *
 * @typedef {object} Entry
 * @property {number} number counts from 1 and is never given again
 * @property {number} socket which socket of this page, from 1
 * @property {What} what
 * @property {Date} at
 * @property {number} size of the frame's payload in bytes; 0 for what is no frame
 * @property {any} content of a frame its JSON; of an opening `{ url, protocols }`, of an end `{ code, reason, clean }`
 * @property {string | null} text a frame that is no JSON
 *
 * @typedef {(entry: Entry | null) => void} Listener `null`: everything was cleared
 */

/** Entries kept at most, and bytes of frames. */
const ENTRIES = 2000;
const BYTES = 8 << 20;
/** The share of the entries, and of the bytes, that presence and signs of life may take from all others. */
export const SHARE = 0.2;
/** Types that come as others come and go, or as time passes, and with no act of this page. */
const PASSING = ["client-list", "presence", "ping", "pong", "ack"];
/** Stands where a secret was. */
export const HIDDEN = "…";

const encoder = new TextEncoder();

export class Tape {
  /** @type {Entry[]} oldest first */ entries = [];
  #bytes = 0;
  /** How much of it is presence and signs of life. */ #passing = { entries: 0, bytes: 0 };
  #numbers = 0;
  #sockets = 0;
  /** @type {Set<Listener>} */ #listeners = new Set();
  /** @type {WeakMap<typeof WebSocket, typeof WebSocket>} */ #recording = new WeakMap();
  #platform;
  #bounds;

  /**
   * @param {{ platform?: { WebSocket: any }, entries?: number, bytes?: number }} [options] `platform`: a stand-in, for tests
   */
  constructor({ platform = globalThis, entries = ENTRIES, bytes = BYTES } = {}) {
    this.#platform = platform;
    this.#bounds = { entries, bytes };
  }

  /** A `WebSocket` whose frames and events are recorded. */
  get WebSocket() {
    const Plain = this.#platform.WebSocket;
    const known = this.#recording.get(Plain);
    if (known) return known;
    const made = this.#recordingOf(Plain);
    this.#recording.set(Plain, made);
    return made;
  }

  /** @param {Listener} listener @returns {() => void} takes it away again */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear() {
    this.entries = [];
    this.#bytes = 0;
    this.#passing = { entries: 0, bytes: 0 };
    this.#tell(null);
  }

  /** @param {typeof WebSocket} Plain @returns {typeof WebSocket} */
  #recordingOf(Plain) {
    const tape = this;
    return class extends Plain {
      #number;

      /** @param {string | URL} url @param {string | string[]} [protocols] */
      constructor(url, protocols = []) {
        super(url, protocols);
        const number = (this.#number = ++tape.#sockets);
        const offered = [protocols].flat().map(maskedProtocol);
        tape.#event(number, "opening", { url: maskedUrl(String(url)), protocols: offered });
        // Before any listener of the page, so that a cause comes before its effect.
        this.addEventListener("open", () => tape.#event(number, "open", null));
        this.addEventListener("message", ({ data }) => tape.#frame(number, "received", data));
        this.addEventListener("close", ({ code, reason, wasClean }) => {
          tape.#event(number, "closed", { code, reason, clean: wasClean });
        });
      }

      /** @param {any} data */
      send(data) {
        // A socket that is closing drops what it is given.
        const goesOut = this.readyState === 1;
        super.send(data);
        if (goesOut) tape.#frame(this.#number, "sent", data);
      }
    };
  }

  /** @param {number} socket @param {What} what @param {any} content */
  #event(socket, what, content) {
    this.#keep({ socket, what, size: 0, content, text: null });
  }

  /** @param {number} socket @param {What} what @param {any} data */
  #frame(socket, what, data) {
    if (typeof data !== "string") {
      const size = data.byteLength ?? data.size ?? 0;
      return this.#keep({ socket, what, size, content: null, text: "(binary)" });
    }
    const size = encoder.encode(data).length;
    try {
      this.#keep({ socket, what, size, content: masked(JSON.parse(data)), text: null });
    } catch {
      this.#keep({ socket, what, size, content: null, text: data });
    }
  }

  /** @param {Omit<Entry, "number" | "at">} it */
  #keep(it) {
    const entry = { number: ++this.#numbers, at: new Date(), ...it };
    this.entries.push(entry);
    this.#bytes += entry.size;
    this.#count(entry, 1);
    while (
      this.entries.length > this.#bounds.entries ||
      (this.#bytes > this.#bounds.bytes && this.entries.length > 1)
    ) {
      this.#drop();
    }
    this.#tell(entry);
  }

  /** The oldest of what passes by, where there is much of it; otherwise the oldest. */
  #drop() {
    const { entries, bytes } = this.#passing;
    const much = entries > SHARE * this.#bounds.entries || bytes > SHARE * this.#bounds.bytes;
    const [gone] = this.entries.splice(much ? this.entries.findIndex(isPassing) : 0, 1);
    this.#bytes -= gone.size;
    this.#count(gone, -1);
  }

  /** @param {Entry} entry that comes or goes @param {1 | -1} sign */
  #count(entry, sign) {
    if (!isPassing(entry)) return;
    this.#passing.entries += sign;
    this.#passing.bytes += sign * entry.size;
  }

  /** A listener that fails must not break the page's connection. @param {Entry | null} entry */
  #tell(entry) {
    for (const listener of this.#listeners) {
      try {
        listener(entry);
      } catch (error) {
        console.error(error);
      }
    }
  }
}

/**
 * Presence and signs of life.
 * @param {{ content: any }} entry
 */
export function isPassing({ content }) {
  return PASSING.includes(content?.type);
}

/**
 * The message without what only its addressee may know. The name that belongs to a TURN password stays: it says until
 * when that is good, and goes over the network in the clear anyway. The content of `data` belongs to the apps, and stays too.
 * @param {any} message
 */
function masked(message) {
  if (message === null || typeof message !== "object" || Array.isArray(message)) return message;
  const { token, resumeToken, iceServers } = message;
  const copy = { ...message };
  if (token !== undefined) copy.token = HIDDEN;
  if (resumeToken !== undefined) copy.resumeToken = HIDDEN;
  if (Array.isArray(iceServers)) copy.iceServers = iceServers.map(maskedServer);
  return copy;
}

/** @param {any} server */
function maskedServer(server) {
  return server?.credential === undefined ? server : { ...server, credential: HIDDEN };
}

/** @param {string} url */
function maskedUrl(url) {
  return url.replace(/([?&](?:token|resume)=)[^&#]*/g, `$1${HIDDEN}`).replace(/(\/\/[^/@]*:)[^/@]*@/, `$1${HIDDEN}@`);
}

/** @param {string} protocol */
function maskedProtocol(protocol) {
  return protocol.replace(/^(bearer|resume)\..*/s, `$1.${HIDDEN}`);
}

/** The frames that this page sends and receives: pass `tape.WebSocket` to `connect` as a stand-in. */
export const tape = new Tape();
