/**
 * Somebody at the other end: a member of a room, a connection without ringing, and what a call is on top of.
 *
 * Promises: nothing is answered before the app accepts; the media are mended for as long as there is hope; the app
 * keeps one object, one stream and its channels, whatever happens below. Leaves to the link how two sides agree, to the
 * client who speaks to whom.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 * @import { Message } from "./platform.js"
 * @import { How, Settle } from "./line/outbox.js"
 */
import { Channels } from "./channels.js";
import { PASSING, SESSION_LOST, SwitchboardError, endOf, failure } from "./errors.js";
import { Link } from "./link.js";
import { Mending } from "./mending.js";
import { Alarm } from "./platform.js";
import { Sender } from "./sender.js";
import { Statistics } from "./stats.js";

/** Links that may fail one after the other before the peer is given up. */
const RENEWALS = 3;
/** Characters of a word to the end; the server takes no longer one. */
const LONGEST_WORD = 128;

/** @type {Api.Kind[]} */
const KINDS = ["audio", "video"];

/** @implements {Api.Peer} */
export class Peer extends Sender {
  state = /** @type {Api.PeerState} */ ("connecting");
  /** @type {Api.ErrorCode | undefined} */ reason;
  /** @type {string | undefined} */ detail;
  /** @type {any} */ data;
  /** @type {Api.Muted} */ remoteMuted = { audio: false, video: false };
  /** Nobody at the other end knows of it. */ _unsaid = false;
  /** The server says that they are gone; the media know better. */ _leaving = false;
  /** @type {Link | null} */ _link = null;
  _settled = () => {};
  /** @type {(error: SwitchboardError) => void} */ _refused = () => {};
  #channels;
  /** @type {unknown} the last thing that could not be said */ #problem;
  /** @type {Promise<void> | null} */ _accepting = null;
  /** @type {Set<string>} the main one first */ #streams = new Set();
  #mending;
  #statistics;
  /** Counts its links, where all have its own name. */ #nth = 0;
  /** How often a link was replaced since one was connected. */ #renewals = 0;

  /** @param {Core} core @param {string} userId @param {Message} route goes with all that is said */
  constructor(core, userId, route, polite = true, id = core.newName()) {
    super(core);
    this.#mending = new Mending({
      platform: core.platform,
      polite: () => this._polite,
      state: () => this.connection?.connectionState,
      restart: () => this._restart(),
      giveUp: () => this._giveUp(),
    });
    this._later = new Alarm(core.platform);
    this.#statistics = new Statistics(core.platform, () => this.connection);
    this.#channels = new Channels(core);
    this.userId = userId;
    this._route = route;
    this._polite = polite;
    this._id = id;
    const MediaStream = core.platform("MediaStream");
    this.remoteStream = /** @type {MediaStream} */ (new MediaStream());
    core.peers.add(this);
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

  /** @param {string} label @param {RTCDataChannelInit} [options] */
  dataChannel(label, options) {
    const channel = this.#channels.find(label) ?? this.#channels.add(label, options);
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
  #hasChannel(rtc) {
    const known = this.#channels.find(rtc.label);
    const channel = known ?? this.#channels.add(rtc.label);
    channel._attach(rtc);
    if (!known) this._emit("channel", channel);
  }

  // -- signaling

  /** Has a name of its own at the other side, not one of a call or a room. */
  get _isDirect() {
    return !this._route.room;
  }

  /** @param {boolean} offerer @param {string} [peer] the name of the link @param {number} [nth] of this name */
  _open(offerer, peer = this._isDirect ? this._id : this._core.newName(), nth = this._isDirect ? this.#nth + 1 : undefined) {
    // Channels that were made before there was any link wait for this one.
    if (this._link) this.#closeLink();
    this.#streams.clear();
    this.#nth = nth ?? this.#nth;
    try {
      this.#connect({ peer, nth }, offerer);
    } catch (cause) {
      const error = failure("RTCPeerConnection", cause);
      return this._finish(error.code, error);
    }
    this._trouble();
  }

  /** @param {{ peer: string, nth?: number }} id @param {boolean} offerer */
  #connect(id, offerer) {
    this._link = new Link(id, offerer, {
      platform: this._core.platform,
      rtc: this._core.rtc,
      polite: () => this._polite,
      equip: (pc) => {
        this._outgoing.equip(pc);
        this.#channels.equip(pc);
      },
      say: (type, data, failed) => this._say(type, data, failed),
      muted: () => KINDS.filter((kind) => this.muted[kind]),
      isMuted: (kinds) => this.#isMuted(kinds),
      offered: () => this._offered(),
      agreed: () => this._outgoing.revive(),
      takeBack: () => this._outgoing.takeBack(),
      renew: (cause) => this.#renew(cause),
      giveUp: (error) => this._finish(error.code, error, undefined, error.code),
      media: (state) => this.#media(state),
      arrived: (event) => this.#arrived(event),
      hasChannel: (rtc) => this.#hasChannel(rtc),
      bye: () => this._bye(),
      failed: this._failed,
    });
  }

  #closeLink() {
    this._outgoing.strip();
    this._link?.close();
    this._link = null;
    this.#channels.end();
  }

  /** Negotiation has failed for good on this link. The impolite side makes another one. @param {any} cause */
  #renew(cause) {
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

  /** The same in another session, without ringing. An offer of the polite side might be ignored, so it asks for one. */
  _restore() {
    if (this.state === "asking") return;
    if (this._polite) this.#sayAccept();
    else this._resync();
  }

  /** @param {string} type @param {any} data */
  _hear(type, data) {
    const about = data?.switchboard ?? {};
    const link = this._link;
    // Nothing is answered before the app accepts.
    if (["ringing", "asking", "ended"].includes(this.state)) return;
    const isNamed = link?.isNamed(about);
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
      this.#problem = error;
      failed?.(error);
    };
    this._core.line.request({ type, to: this.userId, ...this._route, data }, settle, { answered: false, owner: this });
  }

  // -- media

  /** @param {string} state of the link */
  #media(state) {
    if (state === "connected") {
      this.#renewals = 0;
      this.#mending.stop();
      this._become(state);
      this._settled();
    } else if (state === "disconnected" || state === "failed") this._trouble();
  }

  /** The server says that they are gone, but the media flow: for a while that may be a lost session. */
  _leaves() {
    this._leaving = true;
    this.#mending.await(() => this._leaving && this._end("lost"));
  }

  /** From now on until it is connected, look after it. */
  _trouble() {
    if (this._leaving) return this._end("lost");
    // While it rings nothing can be connected.
    if (["ringing", "ended"].includes(this.state)) return;
    if (this.state === "connected") this._become("reconnecting");
    this.#mending.start();
  }

  /** Looks for another way. */
  _restart() {
    if (this._link?.round) this._link.restartIce();
  }

  /** From now on with these servers. @param {RTCConfiguration} rtc */
  _configure(rtc) {
    this._link?.pc.setConfiguration?.(rtc);
  }

  _giveUp() {
    const why = this.state === "asking" ? "no-answer" : "failed";
    const advice = this.#problem || why !== "failed" ? undefined : "a TURN server may help";
    this._finish(why, endOf(why, this.userId, undefined, { cause: this.#problem, advice }), undefined, why);
  }

  /** @param {RTCTrackEvent} event */
  #arrived({ track, streams: [stream] }) {
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

  /** The other side has muted these. @param {any[]} kinds */
  #isMuted(kinds) {
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
    const wanted = () => this.state !== "ended" && this._listens("stats");
    if (event === "stats") this.#statistics.tick(wanted, (stats) => this._emit("stats", stats), this._failed);
  }

  // -- without ringing

  /** Asks the other side. @param {Api.Media | undefined} stream @param {() => void} ask @returns {Promise<this>} */
  _reach(stream, ask) {
    this._unsaid = true;
    const there = new Promise((fulfill, reject) => {
      this._settled = () => fulfill(this);
      this._refused = reject;
    });
    this._outgoing.use(stream).then(
      () => this.state === "ended" || ask(),
      (error) => this._end("failed", undefined, error),
    );
    return this._core.told(there);
  }

  /** Somebody asks, and the app has not accepted. */
  get _asksHere() {
    return this.state === "asking" && this._polite;
  }

  /** @param {any} data */
  _invite(data) {
    // Once it was accepted, it must have arrived.
    const settle = (/** @type {any} */ error) => error && this.state === "asking" && this._end(error.code, undefined, error);
    this._unsaid = false;
    this.#word("invite", data, settle, { opens: true });
  }

  /** @param {{ stream?: Api.Media }} [options] */
  accept(options) {
    return this._accept(this._asksHere, options?.stream, () => this.#sayAccept());
  }

  #sayAccept() {
    this.#word("accept", undefined, (error) => this._notAccepted(error, () => this.#sayAccept()));
  }

  /** What accepts has not gone through: later, or never. @param {any} error @param {() => void} again */
  _notAccepted(error, again) {
    // With the session the call has ended, and peers are restored.
    if (!error || SESSION_LOST.includes(error.code)) return;
    if (PASSING.includes(error.code)) this._later.set(error.retryAfter ?? 2000, again);
    // Once connected it goes on, whatever became of that.
    else if (this.state === "connecting" && !this._link?.round) this._finish(error.code, error);
  }

  /**
   * Once is enough, and late is nothing.
   * @param {boolean} may @param {Api.Media | undefined} stream @param {() => void} answer
   * @param {() => void} [ready] throws where it cannot be accepted now, before the stream is asked for and after
   */
  _accept(may, stream, answer, ready = () => {}) {
    if (!may) return this._core.told(Promise.resolve());
    this._accepting ??= this.#takeUp(stream, answer, ready).finally(() => (this._accepting = null));
    return this._core.told(this._accepting);
  }

  /** @param {Api.Media | undefined} stream @param {() => void} answer @param {() => void} ready */
  async #takeUp(stream, answer, ready) {
    const { state } = this;
    ready();
    await this._outgoing.use(stream);
    if (this.state !== state) return;
    ready();
    this._become("connecting");
    this._await();
    answer();
    if (this.#problem) throw this.#problem;
  }

  /** The other side's word must come within the patience, too. */
  _await() {
    this.#mending.await(() => this._link ?? this._giveUp());
  }

  /** @param {string} is @param {any} [data] @param {Settle} [settle] @param {How} [how] */
  #word(is, data, settle, how) {
    this._core.word(this.userId, this._id, is, data, settle, { owner: this, ...how });
  }

  /** What the library of the other side says. @param {string} is @param {any} data */
  _told(is, data) {
    // Only who was asked may accept: a stranger must not make this side reveal its addresses.
    if (is === "accept" && !this._polite) {
      if (this.state === "asking") this._become("connecting");
      this._resync();
    } else if (is === "close") this._end(this.state === "asking" ? "refused" : "closed", data);
  }

  // -- the end

  /** @param {string} [detail] */
  close(detail) {
    this._finish("closed", undefined, undefined, detail);
  }

  /** Ends it for both sides. @param {Api.ErrorCode} reason @param {any} [cause] @param {string} [detail] @param {string} [word] for the other side */
  _finish(reason, cause, detail, word) {
    if (this.state === "ended") return;
    // Who was never told need not be told the end.
    if (!this._takeBack()) this._tellEnd(word ? [...String(word)].slice(0, LONGEST_WORD).join("") : undefined);
    this._end(reason, detail, cause);
  }

  /** What is not said yet is left unsaid. @returns whether nobody at the other end knows of it */
  _takeBack() {
    return (this._unsaid ||= this._core.line.withdraw(this));
  }

  /** @param {string} [detail] */
  _tellEnd(detail) {
    if (this._asksHere) this._core.refuse(this.userId, this._id, detail);
    else if (this._isDirect) this._core.word(this.userId, this._id, "close", detail);
  }

  _bye() {
    this._end("closed");
  }

  /** @param {Api.ErrorCode} reason @param {string} [detail] @param {any} [cause] */
  _end(reason, detail, cause) {
    if (this.state === "ended") return;
    this.reason = reason;
    this.detail = detail;
    this.#problem = cause;
    this._core.forget(this);
    this._takeBack();
    for (const it of [this.#mending, this.#statistics, this._later]) it.stop();
    this._outgoing.stop();
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
