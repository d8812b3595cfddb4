/**
 * The media connection to one user, over one link after the other: what a call, a member of a room and a connection
 * without ringing have in common.
 *
 * Promises: broken media are restored for as long as there is hope; the app keeps one stream and its channels, whatever
 * happens below. Leaves to the link how two sides agree, to `Peer` how a connection begins and ends.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 * @import { Message } from "./platform.js"
 */
import { Channels } from "./channels.js";
import { SwitchboardError, endOf, failure } from "./errors.js";
import { KINDS } from "./expected.js";
import { Link } from "./link.js";
import { Recovery } from "./recovery.js";
import { Alarm } from "./platform.js";
import { Sender } from "./sender.js";
import { Statistics } from "./stats.js";

/** Links that may fail one after the other before the peer is given up. */
const RENEWALS = 3;
/** Characters of a word to the end; the server takes no longer one. */
const LONGEST_WORD = 128;

export class MediaConnection extends Sender {
  /** @type {Api.ErrorCode | undefined} */ reason;
  /** @type {string | undefined} */ detail;
  /** @type {any} */ data;
  state = /** @type {Api.PeerState} */ ("connecting");
  /** @type {Api.Muted} */ remoteMuted = { audio: false, video: false };
  /** The server says that they are gone; the media know better. */ _leaving = false;
  /** @type {Link | null} */ _link = null;
  /** Nobody at the other end knows of it. */ _unsaid = false;
  /** @type {unknown} the last thing that could not be said */ _problem;
  _settled = () => {};
  /** @type {(error: SwitchboardError) => void} */ _refused = () => {};
  _later = new Alarm(this._core.platform);
  _recovery = new Recovery(this);
  #statistics = new Statistics(this);
  _channels = new Channels(this);
  /** @type {Set<string>} the main one first */ #streams = new Set();
  /** Counts its links, where all have its own name. */ #nth = 0;
  /** How often a link was replaced since one was connected. */ #renewals = 0;

  /** @param {Core} core @param {string} userId @param {Message} route goes with all that is said @param {boolean} polite @param {string} id */
  constructor(core, userId, route, polite, id) {
    super(core);
    this.userId = userId;
    this._route = route;
    this._polite = polite;
    this._id = id;
    const MediaStream = core.platform("MediaStream");
    this.remoteStream = /** @type {MediaStream} */ (new MediaStream());
  }

  get connection() {
    return this._link?.pc ?? null;
  }

  // -- what is sent

  _changed() {
    this._link?.changed();
  }

  _tellMuted() {
    this._link?.tellMuted();
  }

  /** Both sides have agreed on a description. */
  _revive() {
    super._revive();
    if (this._isStuck) this._renew("a refused track");
  }

  /** @param {string} label @param {RTCDataChannelInit} [options] */
  dataChannel(label, options) {
    const channel = this._channels.find(label) ?? this._channels.add(label, options);
    try {
      if (this.state === "ended") channel._end();
      else if (this._link?.equipped) channel._make(this._link.pc);
    } catch (cause) {
      channel._end();
      throw failure(`channel ${label}`, cause);
    }
    return channel;
  }

  /** The other side has made one. @param {RTCDataChannel} rtc */
  _hasChannel(rtc) {
    const known = this._channels.find(rtc.label);
    const channel = known ?? this._channels.add(rtc.label);
    channel._attach(rtc);
    if (!known) this._emit("channel", channel);
    // The other side may have closed it already.
    channel._confirm();
  }

  // -- signaling

  /** Has a name of its own at the other side, not one of a call or a room. */
  get _isDirect() {
    return !this._route.room;
  }

  /** Adds what this side sends. @param {RTCPeerConnection} pc */
  _equip(pc) {
    super._equip(pc);
    this._channels.equip(pc);
  }

  /** @param {boolean} offerer @param {string} [peer] the name of the link @param {number} [nth] of this name */
  _open(offerer, peer = this._isDirect ? this._id : this._core.newName(), nth = this._isDirect ? this.#nth + 1 : undefined) {
    // Channels that were made before there was any link wait for this one.
    if (this._link) this.#closeLink();
    this.#streams.clear();
    this.#nth = nth ?? this.#nth;
    try {
      this._link = new Link({ peer, nth }, offerer, this);
    } catch (cause) {
      const error = failure("RTCPeerConnection", cause);
      return this._finish(error.code, error);
    }
    this._trouble();
  }

  #closeLink() {
    this._strip();
    this._link?.close();
    this._link = null;
    this._channels.end();
  }

  /** Negotiation has failed for good on this link. The impolite side makes another one. @param {any} cause */
  _renew(cause) {
    const link = this._link;
    if (!link || this.state === "ended") return;
    if (++this.#renewals >= RENEWALS) return this._finish("failed", failure(`negotiating with ${this.userId}`, cause), undefined, "failed");
    if (!this._polite) return this._open(true);
    this.#closeLink();
    this._say("answer", { switchboard: { ...link.id, gone: true } });
    this._trouble();
  }

  /** An offer was said. */
  _offered() {}

  /** The other side may have missed something: says where this side is, on the link that there is. */
  _resync() {
    if (this._link) this._link.offer();
    else if (!this._polite) this._open(true);
  }

  /** @param {string} type @param {any} data */
  _hear(type, data) {
    const about = data?.switchboard ?? {};
    const link = this._link;
    // Nothing is answered before the app accepts.
    if (["ringing", "asking", "ended"].includes(this.state)) return;
    const isNamed = link?.isNamed(about);
    // A member of a room that is there for messages alone.
    if (about.declined) return (isNamed ?? true) && this._end("refused", "this member takes no connections");
    if (about.gone) {
      if (about.peer && isNamed) this._open(true);
    } else if (isNamed) link?.hear(type, data);
    else if (type === "offer") this.#anotherLink(data, about);
  }

  /** An offer for a link that this side does not have. @param {any} offer @param {Message} about */
  #anotherLink(offer, { peer, nth, round = 1 }) {
    const link = this._link;
    // It goes on with a link that this side, a reloaded page, does not have.
    if (round > 1) return this._say("answer", { switchboard: { peer, nth, gone: true } });
    // Both sides have replaced theirs, or it was said before this side did.
    if (link && (peer === link.id.peer ? nth < (link.id.nth ?? 1) : link.isFresh && !this._polite)) return;
    this._open(false, peer, nth);
    this._link?.hear("offer", offer);
  }

  /** @param {string} type @param {any} data @param {(error: any) => void} [failed] */
  _say(type, data, failed) {
    const settle = (/** @type {any} */ error) => {
      if (!error) return;
      this._problem = error;
      failed?.(error);
    };
    this._core.line.request({ type, to: this.userId, ...this._route, data }, settle, { answered: false, owner: this });
  }

  // -- media

  /** @param {string} state of the link */
  _media(state) {
    if (state === "connected") {
      this.#renewals = 0;
      this._recovery.stop();
      this._become(state);
      this._settled();
    } else if (state === "disconnected" || state === "failed") {
      // Where this side's network is gone, its socket is, too; the socket alone would notice by the next heartbeat.
      this._core.line.probe();
      this._trouble();
    }
  }

  /** The server says that they are gone, but the media flow: for a while that may be a lost session. */
  _leaves() {
    this._leaving = true;
    this._recovery.await(() => this._leaving && this._end("lost"));
  }

  /** From now on until it is connected, look after it. */
  _trouble() {
    if (this._leaving) return this._end("lost");
    // While it rings nothing can be connected.
    if (["ringing", "ended"].includes(this.state)) return;
    if (this.state === "connected") this._become("reconnecting");
    this._recovery.start();
  }

  /** Looks for another way. */
  _restart() {
    if (this._link?.round) this._link.restartIce();
  }

  /** From now on with these servers. @param {RTCConfiguration} rtc */
  _configure(rtc) {
    this._link?.pc.setConfiguration?.(rtc);
  }

  /** @param {RTCTrackEvent} event */
  _arrived({ track, streams: [stream] }) {
    if (stream) {
      const known = this.#streams.has(stream.id);
      const [main = stream.id] = this.#streams.add(stream.id);
      if (stream.id !== main) return known || this._emit("stream", stream);
    }
    // The app holds on to this stream: what an older link had in it goes.
    for (const old of this.remoteStream.getTracks()) if (old.readyState === "ended") this.remoteStream.removeTrack(old);
    this.remoteStream.addTrack(track);
    if (stream) stream.onremovetrack = (it) => this.remoteStream.removeTrack(it.track);
    this._emit("track", track);
  }

  get _mutedKinds() {
    return KINDS.filter((kind) => this.muted[kind]);
  }

  /** The other side has muted these. @param {any[]} kinds */
  _isMuted(kinds) {
    const [audio, video] = KINDS.map((kind) => kinds.includes(kind));
    if (audio === this.remoteMuted.audio && video === this.remoteMuted.video) return;
    this.remoteMuted = { audio, video };
    this._emit("mute", this.remoteMuted);
  }

  stats() {
    return this._core.told(this.#statistics.look());
  }

  /** @param {string} event */
  _listened(event) {
    if (event === "stats") this.#statistics.tick();
  }

  // -- the end

  /** @param {string} [detail] */
  close(detail) {
    this._finish("closed", undefined, undefined, detail);
  }

  _giveUp() {
    const why = this.state === "asking" ? "no-answer" : "failed";
    const advice = this._problem || why !== "failed" ? undefined : "a TURN server may help";
    this._finish(why, endOf(why, this.userId, undefined, { cause: this._problem, advice }), undefined, why);
  }

  /** Another link would fail in the same way. @param {SwitchboardError} error */
  _fail(error) {
    this._finish(error.code, error, undefined, error.code);
  }

  /** Ends it for both sides. @param {Api.ErrorCode} reason @param {any} [cause] @param {string} [detail] @param {string} [word] for the other side */
  _finish(reason, cause, detail, word) {
    if (this.state === "ended") return;
    // A user who was never told of it need not be told the end.
    if (!this._takeBack()) this._tellEnd(word ? [...String(word)].slice(0, LONGEST_WORD).join("") : undefined);
    this._end(reason, detail, cause);
  }

  /** Takes back all that was not sent yet. @returns whether nobody at the other end knows of it */
  _takeBack() {
    return (this._unsaid ||= this._core.line.withdraw(this));
  }

  /** Nobody else is told unless there is somebody who knows of it. @param {string} [_detail] */
  _tellEnd(_detail) {}

  _bye() {
    this._end("closed");
  }

  /** @param {Api.ErrorCode} reason @param {string} [detail] @param {any} [cause] */
  _end(reason, detail, cause) {
    if (this.state === "ended") return;
    this.reason = reason;
    this.detail = detail;
    this._problem = cause;
    this._core.forget(/** @type {any} */ (this));
    this._takeBack();
    for (const it of [this._recovery, this.#statistics, this._later]) it.stop();
    this._stopTracks();
    this._link?.bye();
    this._become("ended");
    this.#closeLink();
    this._refused(cause ?? endOf(reason, this.userId, detail));
  }

  /** @param {Api.PeerState} state */
  _become(state) {
    if (this.state === state || this.state === "ended") return;
    this.state = state;
    this._emit("state", state);
  }
}
