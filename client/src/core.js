/**
 * Common to calls, peers and rooms: the line, the browser, who there is, and where failures go.
 *
 * Promises: the app does not get at it. Decides nothing: the client does.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Message, Platform } from "./platform.js"
 * @import { How, Settle } from "./line/outbox.js"
 * @import { Call } from "./call.js"
 * @import { Peer } from "./peer.js"
 */
import { Outcome, SESSION_LOST, SwitchboardError } from "./errors.js";
import { Line } from "./line/line.js";
import { lack, platformOf } from "./platform.js";
import { Strangers } from "./strangers.js";

/** Answers to the end of a call that is over already, or will be. */
const OVER = ["call-over", "not-your-call", "unavailable", "closed", ...SESSION_LOST];
/** Calls that have ended, at most. */
const REMEMBERED = 20;

export class Core {
  /** @type {RTCIceServer[]} of the server */ iceServers = [];
  /** @type {Set<Peer>} that have not ended: calls, members of rooms, and those without ringing */ peers = new Set();
  /** @type {Set<MediaStreamTrack>} that `close()` has to stop */ sent = new Set();
  /** Calls that the app here has ended, the latest only. A user who has not heard of the end must not ring to go on. */
  ended = /** @type {string[]} */ ([]);
  /** @type {Call | null} whose request has no answer yet, be it that the call has ended */ asked = null;
  /** @type {(() => void) | null} the next request, which waits for that answer */ held = null;
  /** @type {WeakMap<MediaStreamTrack, Set<object>>} the calls and rooms in which it is muted: one track may be sent in several */ #mutedIn = new WeakMap();
  #names = 0;

  /**
   * @param {Api.Options} options
   * @param {Omit<import("./line/line.js").Owner, "failed">} owner
   * @param {(error: any) => void} failed what nobody waits for
   * @param {(peer: Peer) => void} forget one that has ended
   */
  constructor(options, owner, failed, forget) {
    this.options = options;
    this.platform = platformOf(options);
    this.failed = failed;
    this.forget = forget;
    this.line = new Line(options, this.platform, { ...owner, failed });
    this.strangers = new Strangers(this.line, this.platform);
  }

  /** Fails where this browser, worker or program has no WebRTC. */
  needsMedia() {
    const missing = lack(this.platform);
    if (missing) throw missing;
  }

  /** @returns {RTCConfiguration} */
  get rtc() {
    const { rtc } = this.options;
    // One transport from the first offer on, so that candidates are gathered, and relays allocated, once and not for each m-line.
    return { bundlePolicy: "max-bundle", ...rtc, iceServers: [...this.iceServers, ...(rtc?.iceServers ?? [])] };
  }

  /** Another page, or this one reloaded, makes other ones. @returns {string} */
  newName() {
    return `${this.platform("Math").random().toString(36).slice(2)}${++this.#names}`;
  }

  /** @template T @param {Promise<T>} promise for the app */
  told(promise) {
    return Outcome.of(promise, this.failed);
  }

  /** Says something and gives its answer. @param {Message} message @param {How} [how] @returns {Promise<Message>} */
  request(message, how) {
    const answer = new Promise((fulfill, reject) => {
      this.line.request(message, (error, it) => (error ? reject(error) : fulfill(it)), how);
    });
    return this.told(answer);
  }

  /** @param {MediaStreamTrack} track */
  sends(track) {
    for (const it of this.sent) if (it.readyState === "ended") this.sent.delete(it);
    this.sent.add(track);
  }

  /** @param {object} owner @param {MediaStreamTrack} track */
  mutes(owner, track) {
    this.#mutedIn.set(track, (this.#mutedIn.get(track) ?? new Set()).add(owner));
    track.enabled = false;
  }

  /** Has this one muted it? @param {object} owner @param {MediaStreamTrack} track */
  muted(owner, track) {
    return this.#mutedIn.get(track)?.has(owner);
  }

  /** @param {object} owner @param {MediaStreamTrack} track @returns whether nobody mutes it now */
  unmutes(owner, track) {
    const by = this.#mutedIn.get(track);
    by?.delete(owner);
    return !by?.size;
  }

  /** Chat; resolves when the other has it, or, without `receipt`, when the server has. @param {Message} message @param {number} [concerned] members of a room */
  speak(message, concerned) {
    const { receipt } = message;
    const verdict = this.request({ type: "message", ...message, receipt: receipt || undefined }, { answered: receipt, chat: true, concerned });
    return this.told(verdict.then(judge));
  }

  /** Between the libraries, about a peer without ringing. @param {string} to @param {string} peer @param {string} is @param {any} [data] */
  word(to, peer, is, data, /** @type {Settle} */ settle = () => {}, /** @type {How} */ how = {}) {
    this.line.request(wordOf(to, peer, is, data), settle, { answered: false, ...how });
  }

  /** Ends a peer that is none of the app's. @param {string} to @param {string} peer @param {string} [detail] */
  refuse(to, peer, detail) {
    this.strangers.answer(wordOf(to, peer, "close", detail));
  }

  /** @param {string} callId */
  hungUp(callId) {
    this.ended = [...this.ended.slice(-REMEMBERED), callId];
  }

  /** About a call. @param {string} type @param {string} callId @param {string} [detail] */
  tell(type, callId, detail) {
    const settle = (/** @type {any} */ error, /** @type {Message} */ it) => {
      // It is another call's name by now, after both have called.
      if (it.type === "call-ended") this.line.owner.hear(it);
      else if (!error || OVER.includes(error.code)) return;
      else if (detail) this.tell(type, callId);
      else this.failed(error);
    };
    this.line.request({ type, callId, detail }, settle);
  }
}

/** @param {string} to @param {string} peer @param {string} is @param {any} data */
const wordOf = (to, peer, is, data) => ({ type: "message", to, data: { switchboard: { peer, is, data } } });

/** @param {Message} verdict */
function judge({ type, to }) {
  if (type === "undelivered") throw new SwitchboardError(type, `${to} was never sent it`, { to });
  if (type === "relayed") throw new SwitchboardError("unknown", `${to} has not confirmed it`, { to });
}
