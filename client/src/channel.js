/**
 * A data channel that has one face, whichever side made it.
 *
 * Promises: what comes before somebody listens is kept; what is sent waits until there is room; everything that was
 * taken is sent in order, or told to have failed. Ends with the media connection.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 */
import { Emitter } from "./emitter.js";
import { SwitchboardError, failure } from "./errors.js";

/** It holds back its sender above the first, until it is below the other; bytes. */
const FULL = 1 << 20;
const LOW = 1 << 18;

/** @implements {Api.Channel} */
export class Channel extends Emitter {
  /** @type {RTCDataChannel | null} what this side writes to */ #out = null;
  /** @type {RTCDataChannel[]} its own, and the one that the other side has made */ #lanes = [];
  /** @type {Promise<any>} */ #sending = Promise.resolve();
  #resume = () => {};
  #options;
  #gone;
  #core;
  state = /** @type {"connecting" | "open" | "closed"} */ ("connecting");

  /** @param {Core} core @param {string} label @param {RTCDataChannelInit | undefined} options @param {() => void} gone */
  constructor(core, label, options, gone) {
    super(core.failed);
    this.#core = core;
    this.label = label;
    this.#options = options;
    this.#gone = gone;
  }

  /** @param {string | ArrayBuffer | ArrayBufferView | Blob} data */
  send(data) {
    this.#sending = this.#sending.catch(() => {}).then(() => this.#write(data));
    return this.#core.told(this.#sending);
  }

  close() {
    if (this.state === "closed") return;
    this.#gone();
    for (const rtc of this.#lanes.splice(0)) rtc.close();
    this.#become("closed");
  }

  /** Both sides may make it. Each writes to its own if it has one, and reads from both. @param {RTCPeerConnection} pc */
  _make(pc) {
    if (!this.#out) this._attach(pc.createDataChannel(this.label, this.#options));
  }

  /** @param {RTCDataChannel} rtc */
  _attach(rtc) {
    this.#out ??= rtc;
    this.#lanes.push(rtc);
    rtc.binaryType = "arraybuffer";
    rtc.bufferedAmountLowThreshold = LOW;
    rtc.onmessage = ({ data }) => this._keep("message", data) && this.close();
    rtc.onbufferedamountlow = () => this.#resume();
    const opened = () => rtc === this.#out && this.#become("open");
    if (rtc.readyState === "open") opened();
    rtc.onopen = opened;
    rtc.onclose = () => this.close();
  }

  /** @param {any} data */
  async #write(data) {
    const ready = () => this.state === "open" && /** @type {RTCDataChannel} */ (this.#out).bufferedAmount < FULL;
    while (!ready()) {
      if (this.state === "closed") throw new SwitchboardError("closed", `channel ${this.label} is closed`);
      await new Promise((go) => (this.#resume = () => go(null)));
    }
    try {
      this.#out?.send(data);
    } catch (cause) {
      throw failure(`sending through channel ${this.label}`, cause);
    }
  }

  /** @param {"open" | "closed"} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#resume();
    this._emit(state);
  }
}
