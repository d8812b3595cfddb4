/**
 * A data channel that has one face, whichever side made it.
 *
 * Promises: what comes before somebody listens is kept; what is sent waits until there is room; everything that was
 * taken is sent in order, or told to have failed; `close` comes after what was sent, and after the other side has
 * confirmed it. Ends with the media connection.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Channels } from "./channels.js"
 * @import { Core } from "./core.js"
 */
import { Emitter } from "./emitter.js";
import { SwitchboardError, failure } from "./errors.js";
import { Alarm } from "./platform.js";

/** It holds back its sender above the first, until it is below the other; bytes. */
const FULL = 1 << 20;
const LOW = 1 << 18;
/** The two browsers agree on the end of a channel in this time or not at all; ms. */
const CLOSING = 5000;

/** @implements {Api.Channel} */
export class Channel extends Emitter {
  /** @type {RTCDataChannel | null} what this side writes to */ #out = null;
  /** @type {Map<RTCDataChannel, number>} that are not closed: its own, and the one that the other side has made; and how many messages have come */ #lanes = new Map();
  /** @type {Promise<any>} */ #sending = Promise.resolve();
  /** Bytes that were not handed to the browser yet. */ #waiting = 0;
  /** Messages that were handed to the browser. */ #written = 0;
  /** The other side has all of them. */ #received = false;
  /** This side has told the other one that it has all messages. */ #confirmed = false;
  /** How many wait until all has left this page. */ #drains = 0;
  /** Data that is sent can arrive. */ #writable = true;
  /** @type {Set<() => void>} */ #waiters = new Set();
  /** @type {Promise<void> | undefined} */ #closing;
  /** For a browser that never closes the channel. */ #overdue;
  #options;
  #channels;
  #core;
  state = /** @type {"connecting" | "open" | "closed"} */ ("connecting");

  /**
   * @param {Core} core @param {string} label @param {RTCDataChannelInit | undefined} options
   * @param {Channels} channels all of the peer
   */
  constructor(core, label, options, channels) {
    super(core.failed);
    this.#core = core;
    this.label = label;
    this.#options = options;
    this.#channels = channels;
    this.#overdue = new Alarm(core.platform);
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
      if (unsent) this.#closing = this.#shut();
      else this._end();
      // An app that does not wait for it has done with the channel.
      this.#closing?.catch(() => {});
    }
    return this.#closing ?? Promise.resolve();
  }

  /**
   * Each side closes what it writes to, when the other one has all that was sent. A channel that Chromium closes as soon
   * as it is open stays open in Firefox (153), and Chromium waits for its end for ever: by then it counts as closed.
   */
  async #shut() {
    try {
      await this.#drain();
      await this.#arrival();
      this.#out?.close();
      this.#overdue.set(CLOSING, () => this.#release());
      while (this.#lanes.size) await this.#change();
      if (!this.#writable) throw this.#isClosed();
    } finally {
      this._end();
    }
  }

  /**
   * Waits until all that was sent has arrived. RFC 8831 (section 6.7) has a browser send it all before the channel is
   * closed, but Firefox (153) throws away what is not transmitted yet, although its `bufferedAmount` is 0.
   */
  async #arrival() {
    const out = this.#out;
    // Messages that may be lost are not waited for. A client without the library confirms nothing.
    if (!out || mayLose(out) || !this.#channels.say(`sent ${out.id} ${this.#written}`)) return;
    // The other side may write to the same channel and close it as well: then its messages must have come, too.
    await this.#until(() => !this.#lanes.has(out) || (this.#received && !this.#channels._sent.has(out.id)));
    // The other side, if it closes the channel as well, does so only when it has all. Its word may come after that.
    if (!this.#received && !this.#confirmed) throw this.#isClosed();
  }

  /** The other side has all that was sent through its channel with this id. @param {number} id */
  _isReceived(id) {
    if (this.#out?.id !== id) return;
    this.#received = true;
    this.#wake();
  }

  /** Tells the other side, if it closes the channel, that everything has come. Says so once. */
  _confirm() {
    for (const [{ id }, count] of this.#lanes) {
      if (this.#confirmed || !(Number(this.#channels._sent.get(id)) <= count)) continue;
      this.#channels._sent.delete(id);
      this.#channels.say(`received ${id}`);
      this.#confirmed = true;
      this.#wake();
      if (this.#closing) continue;
      this.#writable = false;
      this.#become("closed");
      this.#overdue.set(CLOSING, () => this._end());
    }
  }

  /** The connection is gone, or there is nothing to wait for. */
  _end() {
    this.#writable = false;
    this.#overdue.stop();
    this.#release();
    this.#become("closed");
    this.#channels._living.delete(this);
  }

  #release() {
    const lanes = [...this.#lanes.keys()];
    this.#lanes.clear();
    for (const rtc of lanes) rtc.close();
    this.#wake();
  }

  /** Both sides may make it. Each writes to its own if it has one, and reads from both. @param {RTCPeerConnection} pc */
  _make(pc) {
    if (!this.#out) this._attach(pc.createDataChannel(this.label, this.#options));
  }

  /** @param {RTCDataChannel} rtc */
  _attach(rtc) {
    this.#out ??= rtc;
    this.#lanes.set(rtc, 0);
    rtc.binaryType = "arraybuffer";
    rtc.bufferedAmountLowThreshold = LOW;
    rtc.onmessage = ({ data }) => this.#came(rtc, data);
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

  /** @param {RTCDataChannel} rtc @param {any} data */
  #came(rtc, data) {
    const count = this.#lanes.get(rtc);
    if (count === undefined) return;
    this.#lanes.set(rtc, count + 1);
    // Too much waits for a listener.
    if (this.state !== "closed" && this._keep("message", data)) this.close();
    this._confirm();
  }

  /** @param {RTCDataChannel} rtc */
  #closed(rtc) {
    this.#lanes.delete(rtc);
    this.#wake();
    if (this.#closing) return;
    // The channel that the other side writes to may still have something to read.
    if (rtc === this.#out && this.#lanes.size) this.#writable = false;
    else this._end();
  }

  /** @param {any} data */
  async #write(data) {
    await this.#until(() => this.#out?.readyState === "open" && this.#out.bufferedAmount < FULL);
    try {
      this.#out?.send(data);
      this.#written++;
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
      if (!this.#writable || this.#out?.readyState === "closed") throw this.#isClosed();
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

/** @param {RTCDataChannel} rtc */
const mayLose = ({ maxRetransmits, maxPacketLifeTime }) => typeof (maxRetransmits ?? maxPacketLifeTime) === "number";

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
