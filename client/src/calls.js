/**
 * The calls of this user (§6): at most one of its own, and those that ring here besides it.
 *
 * Promises: each call of the server belongs to one call here; accepting one ends the own one first; after a resume both
 * sides agree on the calls that live. Leaves to a call what its messages mean.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Blocked } from "./blocked.js"
 * @import { Core } from "./core.js"
 * @import { Message } from "./platform.js"
 * @import { People } from "./people.js"
 */
import { Call } from "./call.js";
import { SwitchboardError, endOf } from "./errors.js";
import { kindsBefore } from "./expected.js";
import { NO_WEBRTC, lack } from "./platform.js";

export class Calls {
  /** Name of the session. */ #session = "";
  /** @type {string[]} calls that lived at the server when this session was resumed */ #living = [];
  /** @type {Array<[Call, string]>} calls that did not, and what they were called */ #missing = [];
  #core;
  #people;
  #blocked;
  #heard;

  /** @param {Core} core @param {Blocked} blocked @param {People} people @param {(call: Call) => void} heard tells the app of a call that rings here */
  constructor(core, blocked, people, heard) {
    this.#core = core;
    this.#people = people;
    this.#blocked = blocked;
    this.#heard = heard;
  }

  /** All that have not ended, the oldest first. @returns {Set<Call>} */
  get all() {
    return new Set(/** @type {Call[]} */ ([...this.#core.peers].filter((it) => it instanceof Call)));
  }

  /** The own one: accepted, being accepted, or called by this side. */
  get own() {
    return this.#find((it) => it._isOwn);
  }

  /** The own one, or else the first that rings here. @returns {Call | null} */
  get current() {
    return this.own ?? this.#find(() => true);
  }

  /** @param {(call: Call) => unknown} wanted */
  #find(wanted) {
    return [...this.all].find(wanted) ?? null;
  }

  /** Calls a user, or accepts that user's call if it rings here: the two are one call. @param {string} to @param {Api.CallOptions} options @returns {Promise<any>} */
  call(to, { stream, data, media, early = true, waitForStream = true }) {
    this.#core.needsMedia();
    const ringing = this.#find((it) => it._rings && it.userId === to);
    if (ringing) return pickUp(ringing, { stream, data, media, waitForStream });
    if (this.own) throw new SwitchboardError("busy", "there is a call already");
    const call = this.#make(to, false, {});
    call._early = early;
    const kinds = kindsBefore(stream, waitForStream, media);
    return call._reach(stream, () => call._request({ data, media: media ?? call._kinds }), kinds);
  }

  /** @param {string} user @param {boolean} incoming @param {Message} it */
  #make(user, incoming, it) {
    return new Call(this.#core, user, incoming, it, this);
  }

  /** Fails where this call may not become the own one. @param {Call} call @param {boolean} [replace] */
  mayAccept(call, replace) {
    const own = this.#find((it) => it !== call && it._isOwn);
    if (replace || !own || own._ringsThere) return;
    throw new SwitchboardError("busy", "there is a call already: hang up first, or accept with `replace`", { to: own.userId });
  }

  /** This call becomes the own one: any other gives way. @param {Call} call */
  accepts(call) {
    for (const it of this.all) if (it !== call && it._isOwn) it.close();
  }

  // -- what happens

  /** @param {Message} it */
  hear(it) {
    const { type, callId } = it;
    const mine = this.#find((call) => call._isAbout(callId));
    if (type === "call-request") this.rung(it);
    else if (type === "call-accept") mine?._accepted(it);
    else if (type === "call-ended") {
      for (const call of this.all) call._crossed(callId);
      mine?._over(it);
    } else if (type.startsWith("call-peer")) mine?._isAway(type === "call-peer-away");
    else (mine ?? this.#find((call) => call._ringsThere && call._knows(callId)))?._hear(type, it.data);
  }

  /** Somebody calls. @param {Message} it */
  rung(it) {
    const { from, callId, continues } = it;
    if (this.#core.line.state === "closed") return;
    for (const call of this.all) if (call._claims(it, this.#session)) return;
    if (this.#core.ended.includes(continues)) return this.#refuse(callId, "it has ended");
    if (this.#blocked.has(from)) return this.#refuse(callId);
    if (lack(this.#core.platform)) return this.#refuse(callId, NO_WEBRTC);
    // The server lets a user call once at a time: an older call of theirs has ended there.
    for (const call of this.all) if (call.userId === from && (call._rings || !call._attached)) call._end("lost");
    const call = this.#make(from, true, it);
    call._session = this.#session;
    this.#heard(call);
  }

  /** @param {string} callId @param {string} [detail] */
  #refuse(callId, detail) {
    this.#core.strangers.answer({ type: "call-reject", callId, detail });
  }

  /** No call of this user rings here any more. @param {string} user */
  block(user) {
    for (const call of this.all) if (call._rings && call.userId === user) call.close();
  }

  /** These are online. @param {string[]} [users] */
  online(users = []) {
    for (const call of this.all) if (users.includes(call.userId)) call._isBack();
  }

  /** A call is to go on with this user. @param {string} user */
  watch(user) {
    this.#core.line.request({ type: "watch", users: [user] }, (_, { online }) => this.online(online), { lasting: true });
  }

  /** @param {string} user */
  unwatch(user) {
    if (!this.#people.watched.has(user)) this.#core.line.request({ type: "unwatch", users: [user] }, () => {}, { answered: false });
  }

  // -- sessions

  /** @param {Message} it */
  registered({ resumed, sessionId, calls = null }) {
    this.#session = sessionId;
    this.#living = resumed && calls ? calls : [];
    const known = [...this.all].filter((it) => it._attached && it.callId);
    const gone = known.filter((it) => resumed && calls && !calls.includes(it.callId));
    this.#missing = gone.map((it) => [it, String(it.callId)]);
  }

  /** The session is another one. */
  sessionLost() {
    for (const call of this.all) if (!call._rings && !call._waits) call._sessionLost();
  }

  /** All that the server has kept for this session has come. */
  caughtUp() {
    for (const call of this.all) if (call._rings && call._session !== this.#session) call._end("lost");
    for (const [call, callId] of this.#missing.splice(0)) if (call.callId === callId) call._over({ reason: "lost", callId });
    // A call that is unknown here would keep this user busy.
    for (const callId of this.#living.splice(0)) if (!this.#find((it) => it._knows(callId))) this.#core.tell("call-hangup", callId);
  }
}

/** @param {Call} call @param {Api.AcceptOptions & { data?: any }} options */
async function pickUp(call, options) {
  await call.accept(options).catch((error) => {
    // It goes on without its stream.
    if (["ringing", "ended"].includes(call.state)) throw error;
    call._core.failed(error);
  });
  if (call.state === "ended") throw endOf(call.reason, call.userId, call.detail);
  return call;
}
