/**
 * Something that sends tracks of this side: a peer, over one link after the other, or a room to all of its members.
 *
 * Promises: both take the same tracks in the same way; what belongs to the sender is stopped when it ends, and what belongs
 * to the app stays open; however often a track comes and goes, descriptions do not grow, because its m-line is used again.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 * @typedef {object} Sent
 * @property {MediaStream} stream
 * @property {RTCRtpSender} [sender]
 * @property {boolean} [later] its m-line was added for it, after those that the connection began with
 */
import { Emitter } from "./emitter.js";
import { SwitchboardError, failure } from "./errors.js";
import { ExpectedTracks } from "./expected.js";

export class Sender extends Emitter {
  /** @type {Map<MediaStreamTrack, Sent>} */ #tracks = new Map();
  /** @type {Set<MediaStreamTrack>} to be stopped at the end */ #owned = new Set();
  /** The app gave a function for its stream, so all that is sent belongs to it. */ #owns = false;
  /** @type {Sender} where tracks belong to; of a member of a room it is the room */ #owner = this;
  /** @type {Set<Sender>} of the members of a room */ #members = new Set();
  /** @type {MediaStream | undefined} what camera and microphone belong to, as the other side is told */ #main;
  /** @type {MediaStream | undefined} what the app gave for it */ #given;
  /** @type {MediaStreamTrack[]} that the given stream had when it was last looked at */ #seen = [];
  /** @type {MediaStream | undefined} shows the app what is sent of it */ #local;
  /** @type {Set<RTCRtpTransceiver>} whose track was removed, and whose m-line can be used again */ #idle = new Set();
  /** @type {RTCPeerConnection | null} that has them */ #pc = null;
  /**
   * A transceiver of this connection was stopped before it had an m-line. A browser asks for negotiation because of it for
   * ever (webrtc-pc, section 4.7.3), and Chromium may choose it for `addTrack`, which throws.
   */
  _isStuck = false;
  /** @type {Api.Muted} */ muted = { audio: false, video: false };
  #expected = new ExpectedTracks();
  #over = false;

  /** @param {Core} core */
  constructor(core) {
    super(core.failed);
    this._core = core;
  }

  /** Other tracks are sent than before. */
  _changed() {}

  /** Another kind is muted than before. */
  _tellMuted() {}

  /** Kinds that are sent, or will be. */
  get _kinds() {
    const kinds = [...[...this.#tracks.keys()].map(({ kind }) => kind), ...this.#expected.kinds];
    return { audio: kinds.includes("audio"), video: kinds.includes("video") };
  }

  /** @returns {MediaStream} */
  get localStream() {
    this.#local ??= this.#streamOf();
    this.#show();
    return /** @type {MediaStream} */ (this.#local);
  }

  /** Camera and microphone. */
  get #mainTracks() {
    return [...this.#tracks.keys()].filter((it) => this.#tracks.get(it)?.stream === this.#main);
  }

  /** Keeps the app's own picture in step. */
  #show() {
    const tracks = this.#mainTracks;
    for (const it of this.#local?.getTracks() ?? []) if (!tracks.includes(it)) this.#local?.removeTrack(it);
    for (const it of tracks) this.#local?.addTrack(it);
  }

  /** From now on this is sent what the owner sends. @param {Sender} owner whose tracks these are, and who ends later */
  _follow(owner) {
    this.#owner = owner;
    this.muted = owner.muted;
    owner.#members.add(this);
    owner.#look();
    const { media } = owner.#expected;
    if (media) {
      this.#main = owner.#expected.stream = owner.#main ??= owner.#streamOf();
      this.#expected.media = media;
    }
    for (const [track, { stream }] of owner.#tracks) this.#add(track, stream, stream !== owner.#main);
  }

  /** The app may have changed its stream itself, for those who come later. */
  #look() {
    const tracks = (this.#given ?? this.#main)?.getTracks() ?? [];
    for (const it of this.#seen) if (!tracks.includes(it)) this.#tracks.delete(it);
    for (const it of tracks) if (!this.#seen.includes(it)) this.#tracks.set(it, { stream: /** @type {MediaStream} */ (this.#main) });
    this.#seen = tracks;
  }

  /** From now on by this connection. @param {RTCPeerConnection} pc */
  _equip(pc) {
    this.#pc = pc;
    // The other side takes the first one for the main stream.
    const isAside = (/** @type {Sent} */ it) => it.stream !== this.#main;
    const all = [...this.#tracks];
    for (const [track, sent] of all) if (!isAside(sent)) this.#sendFirst(pc, track, sent);
    this.#expected.reserve(pc, () => (this.#main ??= this.#streamOf()));
    for (const [track, sent] of all) if (isAside(sent)) this.#sendFirst(pc, track, sent);
  }

  /** `addTrack` would take an m-line that is kept for the camera. @param {RTCPeerConnection} pc @param {MediaStreamTrack} track @param {Sent} sent */
  #sendFirst(pc, track, sent) {
    const { stream } = sent;
    sent.sender = this.#expected.reserves ? pc.addTransceiver(track, { streams: [stream] }).sender : pc.addTrack(track, stream);
    sent.later = false;
  }

  /** Until there is another one, by none. */
  _strip() {
    this.#pc = null;
    this._isStuck = false;
    this.#idle.clear();
    this.#expected.strip();
    for (const sent of this.#tracks.values()) sent.sender = undefined;
  }

  /**
   * Sends this at first.
   * @param {Api.Media} [media] a function's stream belongs to this one, and ends with it
   * @param {Partial<Api.Muted>} [kinds] that are negotiated before it is there; none: nothing is
   */
  async _use(media, kinds) {
    this.#owns ||= typeof media === "function";
    if (kinds) this.#expected.media = kinds;
    try {
      this.#given = await this.#borrow(media, "the app's `stream`", false);
      this.#seen = this.#given?.getTracks() ?? [];
    } finally {
      for (const it of [this, ...this.#members]) if (it.#expected.end()) it._changed();
    }
  }

  /** @param {Api.Media | undefined} media as above, but what else is sent may be the app's @param {string} what @param {boolean} aside not in the main stream */
  async #borrow(media, what, aside) {
    const owned = typeof media === "function";
    try {
      const stream = await (owned ? media() : media);
      if (!aside) this.#main ??= stream;
      // The other side knows the stream by another name where it was told of it before.
      const told = aside ? undefined : this.#expected.stream;
      for (const track of stream?.getTracks() ?? []) {
        if (owned) this.#own(track);
        if (!this.#over) this.#add(track, told ?? stream, aside);
      }
      return stream;
    } catch (cause) {
      throw failure(what, cause);
    }
  }

  /** @param {DisplayMediaStreamOptions} [options] */
  shareScreen(options) {
    return this._core.told(this.#shareScreen(options));
  }

  /** @param {DisplayMediaStreamOptions} [options] */
  async #shareScreen(options) {
    const ask = () => this._core.platform("navigator").mediaDevices.getDisplayMedia(options);
    const stream = /** @type {MediaStream} */ (await this.#borrow(ask, "sharing a screen", true));
    for (const track of stream.getTracks()) {
      const stop = track.stop.bind(track);
      const stopped = () => this.removeTrack(track);
      // The browser fires an event when the user ends the track, and none when the app does.
      track.onended = stopped;
      track.stop = () => (stop(), stopped());
    }
    return stream;
  }

  /** @param {MediaStreamTrack} track */
  #own(track) {
    if (this.#over) track.stop();
    else this.#owned.add(track);
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} [stream] */
  addTrack(track, stream) {
    this.#add(track, stream);
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} [stream] @param {boolean} [aside] not in the main stream */
  #add(track, stream, aside) {
    this.#stillGoes();
    if (this.#tracks.has(track)) return;
    const main = this.#main;
    let negotiates = true;
    try {
      const own = this.#streamOf(track);
      stream ??= main ?? own;
      if (!aside) this.#main ??= stream;
      const sent = { stream };
      this.#tracks.set(track, sent);
      if (this.#pc) negotiates = this.#attach(this.#pc, track, sent);
    } catch (cause) {
      this.#main = main;
      this.#tracks.delete(track);
      throw failure("addTrack", cause);
    }
    if (this.#owner.#owns) this.#owner.#own(track);
    this._core.sends(track);
    this.#obey(track);
    this.#show();
    for (const it of this.#members) it.#add(track, stream, aside);
    if (negotiates) this._changed();
  }

  /** A muted track is silent, or black. @param {MediaStreamTrack} track */
  #obey(track) {
    if (this.muted[/** @type {Api.Kind} */ (track.kind)] && this.#mainTracks.includes(track)) this._core.mutes(this.#owner, track);
  }

  /** A track that is no longer sent from here is no longer muted from here. @param {MediaStreamTrack} track */
  #release(track) {
    if (this.#owner === this && this._core.muted(this, track) && this._core.unmutes(this, track)) track.enabled = true;
  }

  /** The tracks of a room's members are the room's. @param {Api.Kind} kind @param {boolean} [muted] */
  mute(kind, muted = true) {
    const owner = this.#owner;
    owner.muted = { ...owner.muted, [kind]: muted };
    for (const it of [owner, ...owner.#members]) {
      it.muted = owner.muted;
      for (const track of it.#mainTracks) {
        if (track.kind !== kind) continue;
        if (muted) this._core.mutes(owner, track);
        else if (this._core.unmutes(owner, track)) track.enabled = true;
      }
      it._tellMuted();
    }
  }

  /**
   * The main stream may go through an m-line of the other side's. Any other has one of its own, which can be stopped with
   * it. @param {RTCPeerConnection} pc @param {MediaStreamTrack} track @param {Sent} sent
   * @returns whether there is something to negotiate
   */
  #attach(pc, track, sent) {
    const { stream } = sent;
    const taken = stream === this.#main && this.#expected.take(pc, track.kind);
    if (taken) {
      sent.sender = taken;
      taken.replaceTrack(track).catch((cause) => this._core.failed(failure("addTrack", cause)));
      return false;
    }
    this.#recycle();
    const shares = stream === this.#main && !this._isStuck;
    sent.sender = shares ? pc.addTrack(track, stream) : pc.addTransceiver(track, { streams: [stream] }).sender;
    const transceiver = /** @type {any} */ (this.#transceiver(sent.sender));
    // `addTrack` takes one that has never sent.
    sent.later = this.#idle.delete(transceiver) || transceiver?.mid === null;
    return true;
  }

  /** The other side has stopped transceivers that this side sends through, too: on with others. */
  _revive() {
    if (!this.#pc) return;
    for (const [track, sent] of this.#tracks) if (!this.#transceiver(sent.sender)) this.#attach(this.#pc, track, sent);
  }

  /** @param {MediaStreamTrack} track @param {MediaStreamTrack} other */
  replaceTrack(track, other) {
    return this._core.told(this.#replace(track, other));
  }

  /** @param {MediaStreamTrack} track @param {MediaStreamTrack} other */
  async #replace(track, other) {
    this.#stillGoes();
    const sent = this.#tracks.get(track);
    if (!sent) throw new SwitchboardError("failed", "that track is not being sent");
    if (track === other) return;
    let sender;
    try {
      this.#streamOf(other);
      // Another link may have begun to send meanwhile.
      do await (sender = sent.sender)?.replaceTrack(other);
      while (sender !== sent.sender);
    } catch (cause) {
      throw failure("replacing the track", cause);
    }
    for (const it of [this, this.#owner]) if (it.#owned.has(track)) it.#own(other);
    this._core.sends(other);
    const members = [...this.#members].filter((it) => it.#tracks.has(track));
    // In the same place: their order is that of the m-lines.
    this.#tracks = new Map([...this.#tracks].map(([it, of]) => [of === sent ? other : it, of]));
    this.#release(track);
    this.#obey(other);
    this.#show();
    await Promise.all(members.map((it) => it.#replace(track, other).catch(this._core.failed)));
  }

  /** @param {MediaStreamTrack} track */
  removeTrack(track) {
    this.#drop(track);
    for (const it of this.#members) it.removeTrack(track);
    this._changed();
  }

  /** @param {MediaStreamTrack} track */
  #drop(track) {
    const sent = this.#tracks.get(track);
    this.#tracks.delete(track);
    this.#release(track);
    this.#show();
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
   * stream, because Chromium forgets `setStreams` at the next negotiation. One that has no m-line yet gets one first.
   */
  #recycle() {
    for (const it of this.#idle) {
      if (it.currentDirection !== "inactive" && it.currentDirection !== "stopped") continue;
      this.#idle.delete(it);
      it.stop();
    }
  }

  /** Tracks that were added since the last agreement are not sent. Its tracks are stopped where a function of the app opened them. */
  _takeBackTracks() {
    for (const [track, sent] of [...this.#tracks]) {
      const transceiver = this.#transceiver(sent.sender);
      if (!transceiver || /^send/.test(String(transceiver.currentDirection))) continue;
      this.#drop(track);
      if (this.#owned.delete(track)) track.stop();
    }
    // Offers would be too large with their m-lines, even though these are silent.
    for (const it of this.#idle) {
      if (it.mid !== null) continue;
      this.#idle.delete(it);
      it.stop();
      this._isStuck = true;
    }
  }

  _stopTracks() {
    this.#over = true;
    this.#pc = null;
    this.#owner.#members.delete(this);
    for (const track of this.#tracks.keys()) this.#release(track);
    this.#tracks.clear();
    this.#idle.clear();
    this.#show();
    for (const track of this.#owned) track.stop();
  }

  #stillGoes() {
    if (this.#over) throw new SwitchboardError("closed", "it has ended");
  }

  /** A new stream. The browser throws where these are no tracks. @param {MediaStreamTrack[]} tracks @returns {MediaStream} */
  #streamOf(...tracks) {
    this._core.needsMedia();
    return new (this._core.platform("MediaStream"))(tracks);
  }

  /** One that lives. @param {RTCRtpSender | undefined} sender */
  #transceiver(sender) {
    return this.#pc?.getTransceivers().find((it) => it.sender === sender && it.currentDirection !== "stopped");
  }
}
