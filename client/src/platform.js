/**
 * The browser, as far as the library uses it: by name, so that tests can put something else in its place.
 *
 * Leaves to others what is done with it. Parts that are missing, as `document` is in a worker, are undefined.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @typedef {Record<string, any>} Message
 * @typedef {(name: string) => any} Platform parts of the browser, by global name
 */

import { SwitchboardError } from "./errors.js";

/** @param {Api.Options} options @returns {Platform} */
export const platformOf = ({ platform }) => (name) => platform?.[name] ?? /** @type {any} */ (globalThis)[name];

/** The word to users who call a client without WebRTC, or ask it for a peer. */
export const NO_WEBRTC = "this client has no WebRTC";

/**
 * An error that names a part that is missing here. Node, workers and some browsers have no WebRTC.
 * @param {Platform} platform @param {string[]} needed
 */
export function lack(platform, needed = ["RTCPeerConnection", "MediaStream"]) {
  const name = needed.find((it) => !platform(it));
  return name && new SwitchboardError("unsupported", `there is no ${name} here`);
}

/** One timer at a time. */
export class Alarm {
  /** @type {any} */ #timer;
  #platform;

  /** @param {Platform} platform */
  constructor(platform) {
    this.#platform = platform;
  }

  /** @param {number} ms @param {() => void} run */
  set(ms, run) {
    this.stop();
    this.#timer = this.#platform("setTimeout")(run, ms);
  }

  stop() {
    this.#platform("clearTimeout")(this.#timer);
  }
}
