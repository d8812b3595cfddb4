/**
 * The data channels of one peer, by label, over one link after the other.
 *
 * Promises: a label has one channel, whichever side made it; with the link all of them end, also those that are being
 * closed. Over the control channel the two sides agree on when all has arrived that was sent through one:
 *
 *     sent ID COUNT    this side closes the channel with this id, after COUNT messages that it has sent through it
 *     received ID      this side has all of them, and sends nothing through it any more
 *
 * @import { MediaConnection } from "./media-connection.js"
 */
import { Channel } from "./channel.js";

/** Channels that the other side closes and that do not have all of their messages yet, at most. */
const CLOSING = 1000;

export class Channels {
  /** @type {Set<Channel>} also those that are being closed, whose labels are free */ _living = new Set();
  /** @type {Map<number | null, number>} messages that the other side has sent through a channel that it closes, by its id; may come before the channel */ _sent = new Map();
  #peer;

  /** @param {MediaConnection} peer */
  constructor(peer) {
    this.#peer = peer;
  }

  /** @param {string} label */
  find(label) {
    return [...this._living].find((it) => it.label === label && it.state !== "closed");
  }

  /** @param {string} label @param {RTCDataChannelInit} [options] */
  add(label, options) {
    const channel = new Channel(this.#peer._core, label, options, this);
    this._living.add(channel);
    return channel;
  }

  /** Says it to the other side, if its library understands it. @param {string} words @returns whether it does */
  say(words) {
    return this.#peer._link?.tell(words);
  }

  /** @param {string} word @param {number} id @param {number} count */
  hear(word, id, count) {
    if (word === "sent" && this._sent.size < CLOSING) this._sent.set(id, count);
    for (const channel of this._living) {
      if (word === "sent") channel._confirm();
      else channel._isReceived(id);
    }
  }

  /** @param {RTCPeerConnection} pc */
  equip(pc) {
    for (const channel of this._living) channel._make(pc);
  }

  /** Handlers of the app may make them anew. */
  end() {
    this._sent.clear();
    for (const channel of [...this._living]) channel._end();
  }
}
