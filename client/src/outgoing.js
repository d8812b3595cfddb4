/**
 * What this side sends to one peer: tracks, over one link after the other.
 *
 * Promises: what the app's function has opened is stopped when the peer ends; what the app has opened stays open.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 */
import { SwitchboardError, failure } from "./errors.js";

export class Outgoing {
  /** @type {Map<MediaStreamTrack, MediaStream>} */ #tracks = new Map();
  /** @type {Set<MediaStreamTrack>} */ #owned = new Set();
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

  /** From now on by this connection. @param {RTCPeerConnection} pc */
  equip(pc) {
    this.#pc = pc;
    for (const [track, stream] of this.#tracks) pc.addTrack(track, stream);
  }

  /** Until there is another one, by none. */
  strip() {
    this.#pc = null;
  }

  /** @param {Api.Media} [media] a function's stream belongs to this peer, and ends with it @param {string} [what] */
  async use(media, what = "the app's `stream`") {
    const owned = typeof media === "function";
    let stream;
    try {
      stream = await (owned ? media() : media);
    } catch (cause) {
      throw failure(what, cause);
    }
    for (const track of stream?.getTracks() ?? []) {
      if (owned) this.#owned.add(track);
      if (!this.#over) this.add(track, stream);
    }
    if (this.#over) this.stop();
    return stream;
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} [stream] */
  add(track, stream = [...this.#tracks.values()][0] ?? new (this.#core.platform("MediaStream"))([track])) {
    this.#stillGoes();
    if (this.#tracks.has(track)) return;
    this.#core.sends(track);
    this.#tracks.set(track, /** @type {MediaStream} */ (stream));
    this.#pc?.addTrack(track, /** @type {MediaStream} */ (stream));
  }

  /** @param {MediaStreamTrack} track @param {MediaStreamTrack} other */
  async replace(track, other) {
    this.#stillGoes();
    const stream = this.#tracks.get(track);
    if (!stream) throw new SwitchboardError("failed", "that track is not being sent");
    if (track === other) return;
    const sender = this.#sender(track);
    try {
      await sender?.replaceTrack(other);
    } catch (cause) {
      throw failure("replacing the track", cause);
    }
    this.#core.sends(other);
    this.#tracks.delete(track);
    this.#tracks.set(other, stream);
  }

  /** @param {MediaStreamTrack} track */
  remove(track) {
    if (!this.#tracks.delete(track)) return;
    const sender = this.#sender(track);
    if (sender) this.#pc?.removeTrack(sender);
  }

  stop() {
    this.#over = true;
    this.#pc = null;
    this.#tracks.clear();
    for (const track of this.#owned) track.stop();
  }

  #stillGoes() {
    if (this.#over) throw new SwitchboardError("closed", "it has ended");
  }

  /** @param {MediaStreamTrack} track */
  #sender(track) {
    return this.#pc?.getSenders().find((it) => it.track === track);
  }
}
