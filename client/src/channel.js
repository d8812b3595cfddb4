/**
 * A data channel that has one face, whichever side made it.
 *
 * Promises: what comes before somebody listens is kept; what is sent waits until there is room; everything that was
 * taken is sent in order, or told to have failed; `close` comes after what was sent. Ends with the media connection.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 */
import { Emitter } from "./emitter.js";
import { SwitchboardError, failure } from "./errors.js";

/** It holds back its sender above the first, until it is below the other; bytes. */
const FULL = 1 << 20;
const LOW = 1 << 18;
/**
 * Firefox (153) throws away what its SCTP has not transmitted when a channel is closed, although `bufferedAmount` is 0 and
 * RFC 8831, section 6.7, has it sent first. No event tells when that is done; ms.
 */
const LINGER = 300;

/** @implements {Api.Channel} */
export class Channel extends Emitter {
  /** @type {RTCDataChannel | null} what this side writes to */ #out = null;
  /** @type {Set<RTCDataChannel>} that are not closed: its own, and the one that the other side has made */ #lanes = new Set();
  /** @type {Promise<any>} */ #sending = Promise.resolve();
  /** Bytes that were not handed to the browser yet. */ #waiting = 0;
  /** How many wait until all has left this page. */ #drains = 0;
  /** Data that is sent can arrive. */ #writable = true;
  /** @type {Set<() => void>} */ #waiters = new Set();
  /** @type {Promise<void> | undefined} */ #closing;
  #options;
  #living;
  #core;
  state = /** @type {"connecting" | "open" | "closed"} */ ("connecting");

  /**
   * @param {Core} core @param {string} label @param {RTCDataChannelInit | undefined} options
   * @param {Set<Channel>} living those of the peer of which something is left
   */
  constructor(core, label, options, living) {
    super(core.failed);
    this.#core = core;
    this.label = label;
    this.#options = options;
    this.#living = living;
  }

  /** Bytes that were sent and have not left this page. */
  get bufferedAmount() {
    return this.#waiting + (this.#out?.bufferedAmount ?? 0);
  }

  /** @param {string | ArrayBuffer | ArrayBufferView | Blob} data */
  send(data) {
    return this.#core.told(this.#send(data));
  }

  /** @param {any} data @returns {Promise<void>} */
  async #send(data) {
    const size = sizeOf(data);
    if (size === undefined) throw new SwitchboardError("failed", `channel ${this.label} sends a string, ArrayBuffer, view or Blob, not ${kindOf(data)}: use JSON.stringify`);
    if (this.state === "closed") throw this.#isClosed();
    this.#waiting += size;
    const written = this.#sending.then(() => this.#write(data)).finally(() => (this.#waiting -= size));
    this.#sending = written.catch(() => {});
    return written;
  }

  flush() {
    return this.#core.told(this.#drain());
  }

  close() {
    if (this.state !== "closed") {
      const unsent = this.#waiting > 0 || this.state === "open";
      this.#become("closed");
      this.#closing = unsent ? this.#shut() : this._end();
      // An app that does not wait for it has done with the channel.
      this.#closing?.catch(() => {});
    }
    return this.#closing ?? Promise.resolve();
  }

  /** Each side closes what it writes to, after all that was sent: then the other one has read all of it (RFC 8831 §6.7). */
  async #shut() {
    await this.#drain();
    if (/Firefox/.test(this.#core.platform("navigator")?.userAgent)) await new Promise((go) => this.#core.platform("setTimeout")(go, LINGER));
    this.#out?.close();
    while (this.#lanes.size) await this.#change();
    if (!this.#writable) throw this.#isClosed();
    this._end();
  }

  /** The connection is gone, or there is nothing to wait for. */
  _end() {
    this.#writable = false;
    const lanes = [...this.#lanes];
    this.#lanes.clear();
    for (const rtc of lanes) rtc.close();
    this.#become("closed");
    this.#wake();
    this.#living.delete(this);
    return Promise.resolve();
  }

  /** Both sides may make it. Each writes to its own if it has one, and reads from both. @param {RTCPeerConnection} pc */
  _make(pc) {
    if (!this.#out) this._attach(pc.createDataChannel(this.label, this.#options));
  }

  /** @param {RTCDataChannel} rtc */
  _attach(rtc) {
    this.#out ??= rtc;
    this.#lanes.add(rtc);
    rtc.binaryType = "arraybuffer";
    rtc.bufferedAmountLowThreshold = LOW;
    rtc.onmessage = ({ data }) => this.state !== "closed" && this._keep("message", data) && this._end();
    rtc.onbufferedamountlow = () => this.#wake();
    const opened = () => rtc === this.#out && this.#opened();
    if (rtc.readyState === "open") opened();
    rtc.onopen = opened;
    rtc.onclose = () => this.#closed(rtc);
  }

  #opened() {
    this.#wake();
    if (this.state === "connecting") this.#become("open");
  }

  /** @param {RTCDataChannel} rtc */
  #closed(rtc) {
    this.#lanes.delete(rtc);
    this.#wake();
    if (this.state === "closed") return;
    // The channel that the other side writes to may still have something to read.
    if (rtc === this.#out && this.#lanes.size) this.#writable = false;
    else this._end();
  }

  /** @param {any} data */
  async #write(data) {
    await this.#until(() => this.#out?.readyState === "open" && this.#out.bufferedAmount < FULL);
    try {
      this.#out?.send(data);
    } catch (cause) {
      throw failure(`sending through channel ${this.label}`, cause);
    }
  }

  /** Waits until all that was sent has left this page. */
  async #drain() {
    await this.#sending;
    const out = this.#out;
    if (!out?.bufferedAmount) return;
    this.#drains++;
    out.bufferedAmountLowThreshold = 0;
    try {
      await this.#until(() => out.bufferedAmount === 0);
    } finally {
      if (--this.#drains === 0) out.bufferedAmountLowThreshold = LOW;
    }
  }

  /** @param {() => boolean} ready */
  async #until(ready) {
    while (!ready()) {
      if (!this.#writable) throw this.#isClosed();
      await this.#change();
    }
  }

  /** @returns {Promise<void>} at the next thing that happens to it */
  #change() {
    return new Promise((go) => this.#waiters.add(go));
  }

  #wake() {
    for (const go of this.#waiters) go();
    this.#waiters.clear();
  }

  #isClosed() {
    return new SwitchboardError("closed", `channel ${this.label} is closed`);
  }

  /** @param {"open" | "closed"} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this._emit(state);
  }
}

/** Bytes; undefined: a browser would make a string of it. @param {any} data @returns {number | undefined} */
function sizeOf(data) {
  if (typeof data === "string") return new TextEncoder().encode(data).length;
  if (ArrayBuffer.isView(data)) return data.byteLength;
  // By its tag, since it may be of another window.
  const tag = Object.prototype.toString.call(data);
  if (tag === "[object ArrayBuffer]") return data.byteLength;
  return tag === "[object Blob]" || tag === "[object File]" ? data.size : undefined;
}

/** @param {any} data */
const kindOf = (data) => (Object(data) === data ? data.constructor?.name ?? "an object" : String(data));
