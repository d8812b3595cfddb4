/**
 * What this side sends to one peer: tracks, over one link after the other.
 *
 * Promises: what belongs to the peer is stopped when the peer ends, and what belongs to the app stays open; however
 * often a track comes and goes, descriptions do not grow, because its transceiver is used again.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 * @typedef {{ stream: MediaStream, sender?: RTCRtpSender }} Sent
 */
import { SwitchboardError, failure } from "./errors.js";

export class Outgoing {
  /** @type {Map<MediaStreamTrack, Sent>} */ #tracks = new Map();
  /** @type {Set<MediaStreamTrack>} to be stopped at the end */ #owned = new Set();
  /** The app gave a function for its stream, so all that is sent belongs to it. */ #owns = false;
  /** @type {Outgoing} where tracks belong to; of a member of a room it is the room */ #owner = this;
  /** @type {Set<RTCRtpTransceiver>} that have sent, and send nothing now */ #idle = new Set();
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
    for (const [track, sent] of this.#tracks) sent.sender = pc.addTrack(track, sent.stream);
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
    let stream;
    try {
      stream = await (owned ? media() : media);
    } catch (cause) {
      throw failure(String(what), cause);
    }
    for (const track of stream?.getTracks() ?? []) {
      if (owned) this.#own(track);
      if (!this.#over) this.add(track, stream);
    }
    return stream;
  }

  /** @param {MediaStreamTrack} track */
  #own(track) {
    if (this.#over) track.stop();
    else this.#owned.add(track);
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} [stream] */
  add(track, stream = [...this.#tracks.values()][0]?.stream ?? new (this.#core.platform("MediaStream"))([track])) {
    this.#stillGoes();
    if (this.#tracks.has(track)) return;
    if (this.#owner.#owns) this.#owner.#own(track);
    this.#core.sends(track);
    const sent = { stream: /** @type {MediaStream} */ (stream) };
    this.#tracks.set(track, sent);
    if (this.#pc) this.#attach(this.#pc, track, sent);
  }

  /** @param {RTCPeerConnection} pc @param {MediaStreamTrack} track @param {Sent} sent */
  #attach(pc, track, sent) {
    const idle = [...this.#idle].find((it) => isFree(it, track.kind));
    if (!idle) return void (sent.sender = pc.addTrack(track, sent.stream));
    this.#idle.delete(idle);
    const { sender } = idle;
    sent.sender = sender;
    sender.setStreams(sent.stream);
    idle.direction = idle.direction === "recvonly" ? "sendrecv" : "sendonly";
    sender.replaceTrack(track).catch((cause) => this.#core.failed(failure("sending the track", cause)));
  }

  /** @param {MediaStreamTrack} track @param {MediaStreamTrack} other */
  async replace(track, other) {
    this.#stillGoes();
    const sent = this.#tracks.get(track);
    if (!sent) throw new SwitchboardError("failed", "that track is not being sent");
    if (track === other) return;
    try {
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
    const transceiver = this.#transceiver(sent?.sender);
    if (transceiver) this.#silence(transceiver);
  }

  /** Not by `removeTrack`, which does nothing while a `replaceTrack` is under way. @param {RTCRtpTransceiver} transceiver */
  #silence(transceiver) {
    this.#idle.add(transceiver);
    // One that the other side has stopped has no direction any more.
    if (transceiver.currentDirection === "stopped") return;
    transceiver.direction = transceiver.direction === "sendrecv" ? "recvonly" : "inactive";
    transceiver.sender.replaceTrack(null).catch((cause) => this.#core.failed(failure("removing the track", cause)));
  }

  /** What was added since the last agreement is not sent. Its tracks are stopped where a function of the app opened them. */
  takeBack() {
    for (const [track, { sender }] of [...this.#tracks]) {
      const transceiver = this.#transceiver(sender);
      if (!transceiver || sends(transceiver)) continue;
      this.#tracks.delete(track);
      if (transceiver.mid === null) transceiver.stop();
      else this.#silence(transceiver);
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

  /** @param {RTCRtpSender | undefined} sender */
  #transceiver(sender) {
    return sender && this.#pc?.getTransceivers().find((it) => it.sender === sender);
  }
}

/** Both sides have agreed that this side sends. @param {RTCRtpTransceiver} transceiver */
const sends = ({ currentDirection }) => /^send/.test(String(currentDirection));

/**
 * May another track be sent by it? The other side is told of a track only when the transceiver begins to send, so it
 * must have agreed that nothing is sent. @param {RTCRtpTransceiver} transceiver @param {string} kind
 */
function isFree({ currentDirection, direction, receiver, sender }, kind) {
  const silent = [currentDirection, direction].every((it) => it === "inactive" || it === "recvonly");
  return silent && receiver.track.kind === kind && "setStreams" in sender;
}
