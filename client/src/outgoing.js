/**
 * What this side sends to one peer: tracks, over one link after the other.
 *
 * Promises: what belongs to the peer is stopped when the peer ends, and what belongs to the app stays open; however
 * often a track comes and goes, descriptions do not grow, because its m-line is used again.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 * @typedef {object} Sent
 * @property {MediaStream} stream
 * @property {RTCRtpSender} [sender]
 * @property {boolean} [later] its m-line was added for it, after those that the connection began with
 */
import { SwitchboardError, failure } from "./errors.js";

export class Outgoing {
  /** @type {Map<MediaStreamTrack, Sent>} */ #tracks = new Map();
  /** @type {Set<MediaStreamTrack>} to be stopped at the end */ #owned = new Set();
  /** The app gave a function for its stream, so all that is sent belongs to it. */ #owns = false;
  /** @type {Outgoing} where tracks belong to; of a member of a room it is the room */ #owner = this;
  /** @type {Set<RTCRtpTransceiver>} whose track was removed, and whose m-line can be used again */ #idle = new Set();
  /** @type {RTCPeerConnection | null} that has them */ #pc = null;
  #over = false;
  #core;

  /** @param {Core} core */
  constructor(core) {
    this.#core = core;
  }

  get media() {
    const kinds = [...this.#tracks.keys()].map(({ kind }) => kind);
    return { audio: kinds.includes("audio"), video: kinds.includes("video") };
  }

  /** @param {Outgoing} owner whose tracks these are, and who ends later */
  belongsTo(owner) {
    this.#owner = owner;
  }

  /** From now on by this connection. @param {RTCPeerConnection} pc */
  equip(pc) {
    this.#pc = pc;
    for (const [track, sent] of this.#tracks) {
      sent.sender = pc.addTrack(track, sent.stream);
      sent.later = false;
    }
  }

  /** Until there is another one, by none. */
  strip() {
    this.#pc = null;
    this.#idle.clear();
    for (const sent of this.#tracks.values()) sent.sender = undefined;
  }

  /** What the peer begins with. @param {Api.Media} [media] a function's stream belongs to this peer, and ends with it */
  use(media) {
    this.#owns ||= typeof media === "function";
    return this.borrow(media, "the app's `stream`");
  }

  /** @param {Api.Media} [media] as above, but what else is sent may be the app's @param {string} [what] */
  async borrow(media, what) {
    const owned = typeof media === "function";
    try {
      const stream = await (owned ? media() : media);
      for (const track of stream?.getTracks() ?? []) {
        if (owned) this.#own(track);
        if (!this.#over) this.add(track, stream);
      }
      return stream;
    } catch (cause) {
      throw failure(String(what), cause);
    }
  }

  /** @param {MediaStreamTrack} track */
  #own(track) {
    if (this.#over) track.stop();
    else this.#owned.add(track);
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} [stream] */
  add(track, stream) {
    this.#stillGoes();
    if (this.#tracks.has(track)) return;
    try {
      const own = this.#streamOf(track);
      const sent = { stream: stream ?? [...this.#tracks.values()][0]?.stream ?? own };
      this.#tracks.set(track, sent);
      if (this.#pc) this.#attach(this.#pc, track, sent);
    } catch (cause) {
      this.#tracks.delete(track);
      throw failure("addTrack", cause);
    }
    if (this.#owner.#owns) this.#owner.#own(track);
    this.#core.sends(track);
  }

  /**
   * The main stream may go through an m-line of the other side's. Any other has one of its own, which can be stopped with
   * it. @param {RTCPeerConnection} pc @param {MediaStreamTrack} track @param {Sent} sent
   */
  #attach(pc, track, sent) {
    const { stream } = sent;
    this.#recycle();
    const isMain = stream === [...this.#tracks.values()][0].stream;
    sent.sender = isMain ? pc.addTrack(track, stream) : pc.addTransceiver(track, { streams: [stream] }).sender;
    sent.later = this.#transceiver(sent.sender)?.mid === null;
  }

  /** The other side has stopped transceivers that this side sends through, too: on with others. */
  revive() {
    if (!this.#pc) return;
    for (const [track, sent] of this.#tracks) if (!this.#transceiver(sent.sender)) this.#attach(this.#pc, track, sent);
  }

  /** @param {MediaStreamTrack} track @param {MediaStreamTrack} other */
  async replace(track, other) {
    this.#stillGoes();
    const sent = this.#tracks.get(track);
    if (!sent) throw new SwitchboardError("failed", "that track is not being sent");
    if (track === other) return;
    try {
      this.#streamOf(other);
      await sent.sender?.replaceTrack(other);
    } catch (cause) {
      throw failure("replacing the track", cause);
    }
    for (const it of [this, this.#owner]) if (it.#owned.has(track)) it.#own(other);
    this.#core.sends(other);
    this.#tracks.delete(track);
    this.#tracks.set(other, sent);
  }

  /** @param {MediaStreamTrack} track */
  remove(track) {
    const sent = this.#tracks.get(track);
    this.#tracks.delete(track);
    if (sent) this.#detach(sent);
  }

  /** First it falls silent, by which every browser takes the track out of its stream. @param {Sent} sent */
  #detach({ sender, later }) {
    const transceiver = this.#transceiver(sender);
    if (!transceiver || !sender) return;
    this.#pc?.removeTrack(sender);
    // Those that the connection began with stay: its transport belongs to the first of them.
    if (later) this.#idle.add(transceiver);
  }

  /**
   * Gives up m-lines that both sides have agreed to be silent, for the next tracks. A sender is not used for another
   * stream, because Chromium forgets `setStreams` at the next negotiation.
   */
  #recycle() {
    for (const it of this.#idle) {
      if (it.mid !== null && it.currentDirection !== "inactive" && it.currentDirection !== "stopped") continue;
      this.#idle.delete(it);
      it.stop();
    }
  }

  /** What was added since the last agreement is not sent. Its tracks are stopped where a function of the app opened them. */
  takeBack() {
    for (const [track, sent] of [...this.#tracks]) {
      const transceiver = this.#transceiver(sent.sender);
      if (!transceiver || /^send/.test(String(transceiver.currentDirection))) continue;
      this.remove(track);
      this.#recycle();
      if (this.#owned.delete(track)) track.stop();
    }
  }

  stop() {
    this.#over = true;
    this.#pc = null;
    this.#tracks.clear();
    this.#idle.clear();
    for (const track of this.#owned) track.stop();
  }

  #stillGoes() {
    if (this.#over) throw new SwitchboardError("closed", "it has ended");
  }

  /** A new stream of a track. The browser throws where it is none. @param {MediaStreamTrack} track @returns {MediaStream} */
  #streamOf(track) {
    return new (this.#core.platform("MediaStream"))([track]);
  }

  /** One that lives. @param {RTCRtpSender | undefined} sender */
  #transceiver(sender) {
    return this.#pc?.getTransceivers().find((it) => it.sender === sender && it.currentDirection !== "stopped");
  }
}
