/**
 * The data channels of one peer, by label, over one link after the other.
 *
 * Promises: a label has one channel, whichever side made it; with the link all of them end, also those that are being
 * closed.
 *
 * @import { Core } from "./core.js"
 */
import { Channel } from "./channel.js";

export class Channels {
  /** @type {Map<string, Channel>} */ #byLabel = new Map();
  /** @type {Set<Channel>} also those that are being closed */ #living = new Set();
  #core;

  /** @param {Core} core */
  constructor(core) {
    this.#core = core;
  }

  /** @param {string} label */
  find(label) {
    return this.#byLabel.get(label);
  }

  /** @param {string} label @param {RTCDataChannelInit} [options] */
  add(label, options) {
    const gone = () => this.#byLabel.delete(label);
    const channel = new Channel(this.#core, label, options, gone, () => this.#living.delete(channel));
    this.#byLabel.set(label, channel);
    this.#living.add(channel);
    return channel;
  }

  /** @param {RTCPeerConnection} pc */
  equip(pc) {
    for (const channel of this.#living) channel._make(pc);
  }

  /** Handlers of the app may make them anew. */
  end() {
    for (const channel of [...this.#living]) channel._end();
  }
}
