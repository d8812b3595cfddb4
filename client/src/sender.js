/**
 * Something that sends tracks of this side: a peer, or a room to all of its members.
 *
 * Promises: both take the same tracks in the same way. Leaves to `Outgoing` how a track is sent, and whose it is.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 */
import { Emitter } from "./emitter.js";
import { Outgoing } from "./outgoing.js";

export class Sender extends Emitter {
  /** @param {Core} core */
  constructor(core) {
    super(core.failed);
    this._core = core;
    this._outgoing = new Outgoing(core, this);
  }

  /** Other tracks are sent than before. */
  _changed() {}

  /** Another kind is muted than before. */
  _tellMuted() {}

  get localStream() {
    return this._outgoing.local;
  }

  get muted() {
    return this._outgoing.muted;
  }

  /** @param {Api.Kind} kind @param {boolean} [muted] */
  mute(kind, muted = true) {
    this._outgoing.mute(kind, muted);
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} [stream] */
  addTrack(track, stream) {
    this._outgoing.add(track, stream);
  }

  /** @param {MediaStreamTrack} track @param {MediaStreamTrack} other */
  replaceTrack(track, other) {
    return this._core.told(this._outgoing.replace(track, other));
  }

  /** @param {MediaStreamTrack} track */
  removeTrack(track) {
    this._outgoing.remove(track);
  }

  /** @param {DisplayMediaStreamOptions} [options] */
  shareScreen(options) {
    return this._core.told(this.#shareScreen(options));
  }

  /** @param {DisplayMediaStreamOptions} [options] */
  async #shareScreen(options) {
    const ask = () => this._core.platform("navigator").mediaDevices.getDisplayMedia(options);
    const stream = /** @type {MediaStream} */ (await this._outgoing.borrow(ask, "sharing a screen", true));
    for (const track of stream.getTracks()) {
      const stop = track.stop.bind(track);
      const stopped = () => this.removeTrack(track);
      // The browser fires an event when the user ends the track, and none when the app does.
      track.onended = stopped;
      track.stop = () => (stop(), stopped());
    }
    return stream;
  }
}
