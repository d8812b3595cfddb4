/**
 * The client: a connected user, whom the app holds.
 *
 * Promises: whatever was taken is told what became of it; signaling is not media, so a call goes on without socket and
 * server; `close()` leaves no timer, socket, track or listener. Decides to whom each message of the server belongs;
 * leaves to those what it means.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Message } from "./platform.js"
 */
import { Call } from "./call.js";
import { Core } from "./core.js";
import { Emitter } from "./emitter.js";
import { SwitchboardError, refusal } from "./errors.js";
import { Peer } from "./peer.js";
import { People } from "./people.js";
import { Alarm } from "./platform.js";
import { Room } from "./room.js";

/** @implements {Api.Switchboard} */
export class Switchboard extends Emitter {
  sessionId = "";
  /** @type {Map<string, Room>} */ rooms = new Map();
  /** @type {Call | null} */ currentCall = null;
  #people = new People();
  /** @type {{ fulfill: (client: Switchboard) => void, reject: (error: any) => void } | null} */ #start = null;
  #startAlarm;
  #core;

  /** @param {Api.Options} options */
  constructor(options) {
    super((/** @type {any} */ error) => this.#failed(error));
    const owner = {
      registered: (/** @type {Message} */ it) => this.#registered(it),
      hear: (/** @type {Message} */ it) => this.#hear(it),
      caughtUp: () => this.#caughtUp(),
      becomes: (/** @type {string} */ state) => this._emit("state", state),
      networkChanged: () => this.#core.peers.forEach((peer) => peer._restart()),
      ended: (/** @type {SwitchboardError} */ error) => this.#over(error),
    };
    this.#core = new Core(options, owner, this._failed, (peer) => this.#forget(peer));
    this.#startAlarm = new Alarm(this.#core.platform);
  }

  get userId() {
    return this.#core.line.userId;
  }

  get state() {
    return this.#core.line.state;
  }

  get iceServers() {
    return this.#core.iceServers;
  }

  get people() {
    return this.#people.online;
  }

  get total() {
    return this.#people.total;
  }

  get watched() {
    return this.#people.watched;
  }

  get peers() {
    return new Set([...this.#core.peers].filter((it) => it._isDirect));
  }

  /** @param {number} [timeout] @returns {Promise<Switchboard>} */
  _begin(timeout = 30_000) {
    const { line } = this.#core;
    const late = () => line.end(line.problem ?? new SwitchboardError("unavailable", "the server was not reached in time"));
    return new Promise((fulfill, reject) => {
      this.#start = { fulfill, reject };
      this.#startAlarm.set(timeout, late);
      line.start();
    });
  }

  // -- what the app does

  /** @param {string} to @param {any} data @param {Api.SendOptions} [options] */
  send(to, data, { volatile, receipt = !volatile } = {}) {
    return this.#core.speak({ to, data, volatile, receipt });
  }

  /** @param {string} to @param {Api.CallOptions} [options] */
  call(to, { stream, data, media } = {}) {
    const ringing = this.currentCall;
    // Both call each other: that is one call.
    if (ringing?._rings && ringing.userId === to) return this.#core.told(this.#pickUp(ringing, { stream, data }));
    if (ringing) return this.#refuse("busy", "there is a call already");
    if (this.state === "closed") return this.#refuse("closed", "this client is closed");
    const call = (this.currentCall = this.#newCall(to, false, {}));
    return this.#reach(call, stream, () => call._request({ data, media: media ?? call._outgoing.media }));
  }

  /** @param {string} to @param {Api.PeerOptions} [options] */
  peer(to, { stream, data } = {}) {
    if (this.state === "closed") return this.#refuse("closed", "this client is closed");
    const peer = new Peer(this.#core, to, {}, false);
    peer.state = "asking";
    peer._await();
    return this.#reach(peer, stream, () => peer._invite(data));
  }

  /** @param {string} code @param {string} why @returns {Promise<any>} */
  #refuse(code, why) {
    return this.#core.told(Promise.reject(new SwitchboardError(code, why)));
  }

  /** @param {Call} call @param {{ stream?: Api.Media, data?: any }} options */
  async #pickUp(call, options) {
    await call.accept(options);
    if (call.state === "ended") throw new SwitchboardError(String(call.reason), `${call.userId}: ${call.reason}`);
    return call;
  }

  /** @template {Peer} T @param {T} peer @param {Api.Media | undefined} stream @param {() => void} ask */
  #reach(peer, stream, ask) {
    peer._unsaid = true;
    const there = new Promise((fulfill, reject) => {
      peer._settled = () => fulfill(peer);
      peer._refused = reject;
    });
    peer._outgoing.use(stream).then(
      () => peer.state === "ended" || ask(),
      (error) => peer._end("failed", undefined, error),
    );
    return /** @type {Promise<T>} */ (this.#core.told(there));
  }

  /** @param {string} name @param {Api.RoomOptions} [options] */
  join(name, options = {}) {
    if (this.state === "closed") return this.#refuse("closed", "this client is closed");
    const room = this.rooms.get(name) ?? new Room(this.#core, this.rooms, name, options);
    return room._joined;
  }

  /** @param {string[]} users */
  watch(users) {
    return this.#core.told(this.#watch(users));
  }

  /** @param {string[]} users */
  async #watch(users) {
    const added = this.#people.watch(users);
    try {
      const it = await this.#core.request({ type: "watch", users }, { lasting: true });
      this.#emitPresence(this.#people.change(it));
      return { online: /** @type {string[]} */ (it.online), offline: /** @type {string[]} */ (it.offline) };
    } catch (error) {
      this.#people.unwatch(added);
      throw error;
    }
  }

  /** @param {string[]} users */
  unwatch(users) {
    this.#people.unwatch(users);
    // With the session the watch has gone as well.
    const done = (/** @type {any} */ error) => {
      if (!["unknown", "not-sent"].includes(error.code)) throw error;
    };
    return this.#core.told(this.#core.request({ type: "unwatch", users }, { answered: false }).then(() => {}, done));
  }

  /** @param {{ after?: string, limit?: number }} [page] */
  list(page) {
    const answer = this.#core.request({ type: "list", ...page }, { lasting: true });
    return this.#core.told(answer.then(({ clients, names, total, next }) => ({ clients, names, total, next })));
  }

  close() {
    for (const peer of [...this.#core.peers]) peer.close();
    this.#core.line.end(new SwitchboardError("closed", "this client is closed"));
  }

  // -- what happens

  /** Before anything else of a new socket. @param {Message} it */
  #registered({ resumed, sessionId, iceServers, rooms }) {
    const lost = !resumed && this.sessionId !== "";
    this.sessionId = sessionId;
    this.#useIce(iceServers);
    if (resumed) this.rooms.forEach((room) => room._allowed(rooms));
    else this.#people.startOver();
    this.#start?.fulfill(this);
    this.#start = null;
    this.#startAlarm.stop();
    if (lost) this.#restore();
  }

  /** The session is another one: back into the rooms, the watches, the call. */
  #restore() {
    for (const room of this.rooms.values()) room._restore();
    const users = [...this.watched.keys()];
    if (users.length) this.watch(users);
    const call = this.currentCall;
    if (call && !call._rings && !call._waits) call._sessionLost();
    for (const peer of this.peers) peer._restore();
    this._emit("fresh");
  }

  /** All that the server has kept for this session has come. */
  #caughtUp() {
    const call = this.currentCall;
    if (call?._rings && call._session !== this.sessionId) call._end("lost");
  }

  /** @param {RTCIceServer[]} servers */
  #useIce(servers) {
    this.#core.iceServers = servers;
    for (const peer of this.#core.peers) {
      try {
        peer._configure(this.#core.rtc);
      } catch (error) {
        this._failed(error);
      }
    }
  }

  /** @param {Message} it */
  #hear(it) {
    const { type, from, room, data } = it;
    const call = this.currentCall;
    const mine = call?._isAbout(it.callId) ? call : null;
    if (type === "client-list") this.#emitPresence(this.#people.list(it));
    else if (type === "presence") this.#emitPresence(this.#people.change(it));
    else if (type === "ice-servers") this.#useIce(it.iceServers);
    else if (type === "call-request") this.#rung(it);
    else if (type === "call-accept") mine?._accepted(it);
    else if (type === "call-ended") {
      call?._crossed(it.callId);
      mine?._over(it);
    } else if (type.startsWith("call-peer")) mine?._isAway(type === "call-peer-away");
    else if (data?.switchboard?.is) this.#direct(from, data.switchboard);
    else if (room) this.rooms.get(room)?._hear(it);
    else if (type === "message") this._keep("message", { from, data });
    else if (type === "error") this._failed(refusal(it));
    else if (it.callId) mine?._hear(type, data);
    else this.#stray(type, from, data);
  }

  /** @param {Api.PresenceChange} change */
  #emitPresence(change) {
    this._emit("presence", change);
  }

  /** Of a peer, if there is one of this name; otherwise this page, reloaded, has forgotten it. @param {string} type @param {string} from @param {any} data */
  #stray(type, from, data) {
    const id = data?.switchboard?.peer;
    const peer = this.#find(from, id);
    if (peer) peer._hear(type, data);
    else if (id && type === "offer") this.#core.word(from, id, "close");
  }

  /** Somebody calls. @param {Message} it */
  #rung(it) {
    const call = this.currentCall;
    if (this.state === "closed" || call?._claims(it, this.sessionId)) return;
    if (this.#core.ended.includes(it.continues)) return this.#core.tell("call-reject", it.callId, "it has ended");
    if (call && (call._attached || call.userId !== it.from)) return this.#core.tell("call-reject", it.callId, "in a call");
    call?._end("lost");
    this.currentCall = this.#newCall(it.from, true, it);
    this.currentCall._session = this.sessionId;
    this._keep("call", this.currentCall);
  }

  /** @param {string} user @param {boolean} incoming @param {Message} it */
  #newCall(user, incoming, it) {
    return new Call(this.#core, user, incoming, it, (crossing) => this.#rung(crossing));
  }

  /** What the library of another user says about a peer. @param {string} from @param {Message} it */
  #direct(from, { peer: id, is, data }) {
    const known = this.#find(from, id);
    if (known) return known._told(is, data);
    if (is === "accept") this.#core.word(from, id, "close");
    if (is !== "invite") return;
    const peer = new Peer(this.#core, from, {}, true, id);
    peer.state = "asking";
    peer.data = data;
    peer._await();
    if (this._listens("peer")) this._emit("peer", peer);
    else peer.close("nobody listens");
  }

  /** @param {Peer} peer that has ended */
  #forget(peer) {
    this.#core.peers.delete(peer);
    if (this.currentCall === peer) this.currentCall = null;
    this.rooms.get(peer._route.room)?._forget(peer);
  }

  /** @param {SwitchboardError} error */
  #over(error) {
    this.#startAlarm.stop();
    for (const room of this.rooms.values()) room._stop(error.code);
    for (const peer of this.#core.peers) peer._end(error.code);
    for (const track of this.#core.sent) track.stop();
    this.#core.sent.clear();
    if (this.#start) this.#start.reject(error);
    else this._emit("close", error);
    this.#start = null;
  }

  /** @param {any} error */
  #failed(error) {
    if (this.#start) this.#core.line.end(error);
    else if (this._listens("error")) this._emit("error", error);
    else console.error(error);
  }

  /** @param {string} from @param {string} id */
  #find(from, id) {
    return [...this.#core.peers].find((it) => it.userId === from && it._id === id);
  }
}
