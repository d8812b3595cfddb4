/**
 * The data channels of one peer, by label, over one link after the other.
 *
 * Promises: a label has one channel, whichever side made it; with the link all of them end, also those that are being
 * closed.
 *
 * @import { MediaConnection } from "./media-connection.js"
 */
import { Channel } from "./channel.js";

export class Channels {
  /** @type {Set<Channel>} also those that are being closed, whose labels are free */ #living = new Set();
  #peer;

  /** @param {MediaConnection} peer */
  constructor(peer) {
    this.#peer = peer;
  }

  /** @param {string} label */
  find(label) {
    return [...this.#living].find((it) => it.label === label && it.state !== "closed");
  }

  /** @param {string} label @param {RTCDataChannelInit} [options] */
  add(label, options) {
    const channel = new Channel(this.#peer._core, label, options, this.#living);
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
