/**
 * A call: a peer that rings (§6).
 *
 * Promises: its end is told to the app exactly once, with a reason; it outlives sockets, sessions and servers for as
 * long as its media do, and finds the other side again. Leaves to `calls` which ones there are.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Calls } from "./calls.js"
 * @import { Core } from "./core.js"
 * @import { Message } from "./platform.js"
 */
import { EarlyOffer } from "./early.js";
import { INTERVAL } from "./recovery.js";
import { Peer } from "./peer.js";

/** Between two questions whether the other side goes on, at most; ms. */
const LONGEST_PAUSE = 30_000;

/** @implements {Api.Call} */
export class Call extends Peer {
  away = false;
  /** The server knows of this call. */ _attached = true;
  /** The session in which it rang here. */ _session = "";
  /** @type {Set<string>} what the server has called it so far */ #names = new Set();
  /** @type {string | undefined} what the call is called that is to go on with this one */ #next;
  /** @type {Message | null} the other's call, which came while this one rang there */ #crossing = null;
  /** It was this side's session that was lost, so that the other's may be about to come back as well. */ #patient = false;
  /** @type {any} what this side gave along, said again when the call is to go on */ #given;
  #asks = 0;
  /** It is told when the other side is online again. */ #looking = false;
  /** The offer is made while it rings. */ _early = true;
  #offered = new EarlyOffer();
  /** @type {((answer: any) => void) | null} accepts, as soon as the other's early offer is answered */ #acceptBy = null;
  /** @type {Array<[string, any, any]>} what goes after the accept */ #held = [];
  #calls;

  /** @param {Core} core @param {string} userId @param {boolean} incoming @param {Message} it @param {Calls} calls */
  constructor(core, userId, incoming, it, calls) {
    super(core, userId, {}, incoming);
    this.#calls = calls;
    if (it.callId) this.#isCalled(it.callId);
    this._become("ringing");
    this.incoming = incoming;
    this.name = it.name;
    this.media = it.media;
    this.data = it.data;
    this.continues = it.continues;
  }

  get callId() {
    return /** @type {string | undefined} */ (this._route.callId);
  }

  get _isDirect() {
    return false;
  }

  /** @param {string} callId */
  #isCalled(callId) {
    this._route = { callId };
    this.#names.add(callId);
    this.#next = undefined;
  }

  // -- ringing

  /** @param {Message} request */
  _request(request) {
    const core = this._core;
    // A call that has ended is cancelled by the name that its answer tells; before that every other one is busy.
    if (core.asked && !core.asked._unsaid) return void (core.held = () => this.state === "ended" || this._request(request));
    core.asked = this;
    this._unsaid = false;
    this.#given = request.data;
    const settle = (/** @type {any} */ error, /** @type {Message} */ it) => {
      const { held } = core;
      core.asked = core.held = null;
      if (error) this.#failedToRing(error);
      else if (it.type === "call-ended") this._over(it);
      else if (this.state === "ended") core.tell("call-cancel", it.callId);
      else if (it.type === "call-accept") this._accepted(it);
      else {
        if (this.state !== "ringing") this.#next = it.callId;
        else {
          this.#isCalled(it.callId);
          this._emit("state", "ringing");
          if (this._early && this._ringsThere) this._open(true);
        }
        this._isAway(it.away === true);
      }
      held?.();
    };
    core.line.request({ type: "call-request", to: this.userId, ...request }, settle, { owner: this, opens: true });
  }

  /** @param {any} error */
  #failedToRing(error) {
    if (this.state === "ended") return;
    const lost = error.code === "unknown";
    // Rung or not: that session's calls have ended with it.
    if (lost) this.#crossing = null;
    const ringing = this.state === "ringing";
    if (ringing && !lost) this._end(error.code, undefined, error);
    else if (ringing || this.#crossing) this._end("lost");
    else this.#askLater();
  }

  /** Is this about this call? @param {string | undefined} callId */
  _isAbout(callId) {
    return callId !== undefined && (callId === this.callId || callId === this.#next);
  }

  /** Is this the name of this call, or of the other's call that crosses it? @param {string} callId */
  _knows(callId) {
    return this._isAbout(callId) || this.#crossing?.callId === callId;
  }

  /** Rings here. */
  get _rings() {
    return this.incoming && this.state === "ringing";
  }

  /** Rings there, or is about to. */
  get _ringsThere() {
    return !this.incoming && this.state === "ringing";
  }

  /** The same, and nobody there can lose it. */
  get _waits() {
    return this._ringsThere && !this.callId;
  }

  /** The one of which a user has at most one. */
  get _isOwn() {
    return !this._rings || this._accepting !== null;
  }

  /** Does this request belong to this call? @param {Message} it @param {string} session */
  _claims(it, session) {
    if (it.from !== this.userId || this.state === "ended") return false;
    if (this._rings) {
      if (it.callId === this.callId) this._session = session;
      return it.callId === this.callId;
    }
    if (this.state !== "ringing" && this._link && this.#names.has(it.continues)) {
      this._accepted({ callId: it.callId, offerer: false });
      this.#answer();
      return true;
    }
    // Both have called, or asked whether it goes on: the answer to the own request tells what becomes of it.
    const crosses = this.state === "ringing" || this._core.asked === this;
    if (crosses) this.#crossing = it;
    return crosses;
  }

  /** The other's call is over. @param {string} callId */
  _crossed(callId) {
    if (this.#crossing?.callId === callId) this.#crossing = null;
  }

  // -- media, while it rings

  /** @param {string} type @param {any} data */
  _hear(type, data) {
    if (this.state === "ringing") this.#offered.keep(type, data);
    else super._hear(type, data);
  }

  /** Answers an offer that came while it rang. @returns whether there is one */
  #takeEarlyOffer() {
    const { link } = this.#offered;
    if (!link) return false;
    this._open(false, link.peer, link.nth);
    this.#offered.giveTo(this._link);
    return true;
  }

  _changed() {
    if (this._ringsThere && this._link) this._link.offerAnew();
    else super._changed();
  }

  _restart() {
    if (this._ringsThere) this._link?.offerAnew();
    else super._restart();
  }

  /** @param {string} type @param {any} data @param {(error: any) => void} [failed] */
  _say(type, data, failed) {
    const accept = this.#acceptBy;
    if (!accept) return super._say(type, data, failed);
    if (type !== "answer") return void this.#held.push([type, data, failed]);
    // Without a description it could not be answered: the other side offers once more.
    this.#acceptBy = null;
    accept(data.sdp && data);
    for (const it of this.#held.splice(0)) super._say(...it);
  }

  // -- accepted

  /** @param {Api.AcceptOptions & { data?: any, replace?: boolean }} [options] */
  accept(options) {
    const { data, replace } = options ?? {};
    const ready = () => this.#calls.mayAccept(this, replace);
    const answer = () => {
      this.#calls.accepts(this);
      this.#answer(data);
    };
    return this._accept(this._rings, options, answer, ready);
  }

  /** @param {any} [data] */
  #answer(data = this.#given) {
    this.#given = data;
    this.#acceptBy = (answer) => this.#sayAccept(data, answer);
    if (this.#takeEarlyOffer()) return;
    this.#acceptBy = null;
    this.#sayAccept(data, this.continues && !this._link ? { switchboard: { gone: true } } : undefined);
  }

  /** @param {any} data @param {any} [answer] */
  #sayAccept(data, answer) {
    const { callId } = this;
    const again = () => this._attached && this.callId === callId && this.#sayAccept(data, answer);
    const settle = (/** @type {any} */ error) => {
      // The answer alone may fit.
      if (answer && error?.code === "too-large") this.#sayAccept(data);
      else this._notAccepted(error, again);
    };
    this._core.line.request({ type: "call-accept", callId, data, answer }, settle, { answered: false, owner: this });
  }

  /** The other side is there, or there again. @param {Message} it */
  _accepted(it) {
    const first = this.state === "ringing";
    // Of two who call each other, the second one is told only here what the first gave along.
    const { data, media, name } = { ...this.#crossing, ...it };
    this.#isCalled(it.callId);
    this._attached = true;
    this.#crossing = null;
    this.#patient = false;
    this.#asks = 0;
    this._later.stop();
    this.#looksFor(false);
    this._isAway(false);
    this._polite = !it.offerer;
    this.data = data ?? this.data;
    this.media = media ?? this.media;
    this.name = name ?? this.name;
    if (first) this._become("connecting");
    if (it.offerer) return this.#connects(it.answer);
    this._settled();
    if (first && !this.#takeEarlyOffer()) this._await();
  }

  /** The other side has accepted. @param {any} answer to an offer that was made while it rang */
  #connects(answer) {
    const link = this._link;
    // A page that was reloaded goes on without the link that it had.
    if (answer?.switchboard?.gone) return this._open(true);
    if (link && !link.pc.remoteDescription) this._trouble();
    if (!answer || !link?.isNamed(answer.switchboard ?? {})) return this._resync();
    link.hear("answer", answer);
    this._settled();
  }

  /** The app has the call as soon as it is accepted and an offer is on its way: one that is too large ends it before. */
  _offered() {
    if (this.state !== "ringing") this._settled();
  }

  /** @param {boolean} away */
  _isAway(away) {
    if (this.away === away) return;
    this.away = away;
    this._emit("away", away);
  }

  // -- the end

  /** @param {string} [detail] */
  close(detail) {
    const ringing = this.state === "ringing";
    for (const name of this.#names) this._core.hungUp(name);
    this._finish(ringing ? (this.incoming ? "rejected" : "cancelled") : "hangup", undefined, detail, detail);
  }

  hangUp = this.close;
  reject = this.close;

  /** @param {string} [detail] */
  _tellEnd(detail) {
    const callId = this.#next ?? this.callId;
    if (callId) this._core.tell("call-hangup", callId, detail);
  }

  _bye() {
    this._finish("hangup");
  }

  /** The server has ended this call, or not begun it. @param {Message} it */
  _over({ reason, detail, callId }) {
    // Nobody has heard the question whether it goes on.
    if (reason === "lost" || (reason === "no-answer" && !this._attached)) return this.#detach(detail);
    if (callId || this.state === "ringing") return this._end(reason, detail);
    // The answer to a question whether it goes on; as long as the media do, or may again, it may.
    const hope = this.state === "connected" || (this.#patient && reason === "offline");
    if (hope && !this.#crossing) this.#detach(detail);
    else this._end("lost");
  }

  /** This side's session is another one. */
  _sessionLost() {
    this.#patient = true;
    this.#asks = 0;
    this.#looking = false;
    this.#detach();
  }

  /** The session of one side is lost, and the call with it; the media are not (§6, going on after `lost`). */
  #detach(detail = "") {
    if (!["connected", "reconnecting"].includes(this.state)) return this._end("lost", detail);
    this._attached = false;
    this.#next = undefined;
    this.#looksFor(true);
    this.#askLater();
  }

  /** Whether it is told when the other side is online again. @param {boolean} looks */
  #looksFor(looks) {
    if (looks === this.#looking) return;
    if (looks) this.#calls.watch(this.userId);
    else this.#calls.unwatch(this.userId);
    this.#looking = looks;
  }

  /** The other side is online: asks whether it goes on. */
  _isBack() {
    if (this.#looking) this.#ask();
  }

  /** The smaller name asks; the other does if it hears nothing. */
  #askLater() {
    const turn = this._core.line.userId < this.userId ? 0 : INTERVAL;
    const wait = Math.min(LONGEST_PAUSE, this.#asks && 1000 * 2 ** this.#asks) + turn;
    this.#asks++;
    this._later.set(wait, () => this.#ask());
  }

  #ask() {
    if (this._attached || this.#next || this._core.asked === this) return;
    this._request({ continues: this.callId, media: this._kinds, data: this.#given });
  }

  /** @param {Api.ErrorCode} reason @param {string} [detail] @param {any} [cause] */
  _end(reason, detail, cause) {
    if (this.state === "ended") return;
    const crossing = this.#crossing;
    this.#looksFor(false);
    super._end(reason, detail, cause);
    // Busy because the other's call came first, refused, taken back before it could be, or given up by the other's call.
    if (crossing && (this._unsaid || cause || ["busy", "lost"].includes(reason))) this.#calls.rung(crossing);
  }
}
