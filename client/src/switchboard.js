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
import { Blocked } from "./blocked.js";
import { Calls } from "./calls.js";
import { Core } from "./core.js";
import { Emitter } from "./emitter.js";
import { SwitchboardError, failure, refusal } from "./errors.js";
import { Peer } from "./peer.js";
import { People } from "./people.js";
import { Alarm, NO_WEBRTC, lack } from "./platform.js";
import { Room } from "./room.js";

/** Questions for a peer that wait for the app, at most: in all, and of one user. */
const ASKING = 100;
const ASKING_OF_ONE = 10;
/** Users in a page of a list, at most. */
const LIST = 1000;

/** @implements {Api.Switchboard} */
export class Switchboard extends Emitter {
  sessionId = "";
  /** @type {Map<string, Room>} */ rooms = new Map();
  #people = new People();
  /** @type {{ fulfill: (client: Switchboard) => void, reject: (error: any) => void } | null} */ #start = null;
  #startAlarm;
  /** Starts the timeout of `connect` anew. */ #patience = () => {};
  /** Does not listen to the app's signal any more. */ #unlisten = () => {};
  #core;
  #calls;
  #blocked;

  /** @param {Api.Options} options */
  constructor(options) {
    super((/** @type {any} */ error) => this.#failed(error));
    const owner = {
      atStake: () => this.#atStake(),
      registered: (/** @type {Message} */ it) => this.#registered(it),
      hear: (/** @type {Message} */ it) => this.#hear(it),
      caughtUp: () => this.#calls.caughtUp(),
      becomes: (/** @type {string} */ state) => this._emit("state", state),
      networkChanged: () => this.#core.peers.forEach((peer) => peer._restart()),
      // The timeout of `connect` does not count the time in which the page does not run.
      sleeps: (/** @type {boolean} */ asleep) => (asleep ? this.#startAlarm.stop() : this.#patience()),
      ended: (/** @type {SwitchboardError} */ error) => this.#over(error),
    };
    this.#core = new Core(options, owner, this._failed, (peer) => this.#forget(peer));
    this.#startAlarm = new Alarm(this.#core.platform);
    this.#blocked = new Blocked(this.#core, (user) => this.#drop(user));
    this.#calls = new Calls(this.#core, this.#blocked, this.#people, (call) => this._keep("call", call));
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

  get calls() {
    return this.#calls.all;
  }

  get currentCall() {
    return this.#calls.current;
  }

  get peers() {
    return new Set([...this.#core.peers].filter((it) => it._isDirect));
  }

  get blocked() {
    return this.#blocked.users;
  }

  get strangers() {
    const { answered, dropped } = this.#core.strangers;
    return { answered, dropped };
  }

  /** @returns {Promise<Switchboard>} */
  async _begin() {
    const { line } = this.#core;
    const { timeout, signal } = line.options;
    const late = () => line.end(line.problem ?? new SwitchboardError("unavailable", line.obstacle));
    this.#patience = () => this.#start && this.#startAlarm.set(timeout ?? 30_000, late);
    const begun = new Promise((fulfill, reject) => (this.#start = { fulfill, reject }));
    // Before there is a timer: it throws where that is no signal.
    if (signal) this.#follow(signal);
    this.#patience();
    // A view of the app that is taken down in the same tick opens no socket.
    if (signal) await null;
    if (this.state !== "closed") line.start();
    return begun;
  }

  /** @param {AbortSignal} signal by which the app gives up, or closes */
  #follow(signal) {
    const abort = () => this.#close(new SwitchboardError("aborted", "the `signal` of `connect` was aborted", { cause: signal.reason }));
    this.#unlisten = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  }

  // -- what the app does

  /** @param {string} to @param {any} data @param {Api.SendOptions} [options] */
  send(to, data, options) {
    const { volatile, receipt = !volatile } = options ?? {};
    return this.#core.speak({ to, data, volatile, receipt });
  }

  /** @param {string} to @param {Api.CallOptions} [options] */
  call(to, options) {
    return this.#begin(() => this.#calls.call(to, options ?? {}));
  }

  /** @param {string} to @param {Api.PeerOptions} [options] */
  peer(to, options) {
    return this.#begin(() => {
      this.#core.needsMedia();
      const peer = new Peer(this.#core, to, {}, false);
      peer.state = "asking";
      peer._await();
      return peer._reach(options?.stream, () => peer._invite(options?.data));
    });
  }

  /** Runs it unless this client is closed. @template T @param {() => Promise<T>} run @returns {Promise<T>} */
  #begin(run) {
    const begun = new Promise((fulfill) => {
      if (this.state === "closed") throw new SwitchboardError("closed", "this client is closed");
      fulfill(run());
    });
    return this.#core.told(/** @type {Promise<T>} */ (begun));
  }

  /** @param {string} name @param {Api.RoomOptions} [options] */
  join(name, options) {
    return this.#begin(() => {
      const room = this.rooms.get(name);
      room?._isAlike(options ?? {});
      return (room ?? new Room(this.#core, this.rooms, name, options ?? {}))._joined;
    });
  }

  /** @param {string | string[]} users */
  watch(users) {
    return this.#core.told(this.#watch([users].flat()));
  }

  /** @param {string[]} users */
  async #watch(users) {
    const added = this.#people.watch(users);
    try {
      const it = await this.#core.request({ type: "watch", users }, { lasting: true });
      this._emit("presence", this.#people.change(it));
      return { online: /** @type {string[]} */ (it.online), offline: /** @type {string[]} */ (it.offline) };
    } catch (error) {
      this.#people.unwatch(added);
      throw error;
    }
  }

  /** @param {string | string[]} list */
  unwatch(list) {
    const users = [list].flat();
    this.#people.unwatch(users);
    // With the session the watch has gone as well.
    const done = (/** @type {any} */ error) => {
      if (!["unknown", "not-sent"].includes(error.code)) throw error;
    };
    return this.#core.told(this.#core.request({ type: "unwatch", users }, { answered: false }).then(() => {}, done));
  }

  /** @param {{ after?: string, limit?: number }} [page] */
  list(page) {
    const answer = this.#core.request({ type: "list", ...page }, { lasting: true, concerned: page?.limit ?? LIST });
    return this.#core.told(answer.then(({ clients, names, total, next }) => ({ clients, names, total, next })));
  }

  /** @param {string | string[]} users */
  block(users) {
    return this.#core.told(this.#blocked.block(users));
  }

  /** @param {string | string[]} users */
  unblock(users) {
    return this.#core.told(this.#blocked.unblock(users));
  }

  close() {
    this.#close(new SwitchboardError("closed", "this client is closed"));
  }

  /** @param {SwitchboardError} error */
  #close(error) {
    for (const peer of [...this.#core.peers]) peer.close();
    this.#core.line.end(error);
  }

  // -- what happens

  /** Before anything else of a new socket. @param {Message} it */
  #registered(it) {
    const { resumed, sessionId, iceServers, rooms } = it;
    const lost = !resumed && this.sessionId !== "";
    this.sessionId = sessionId;
    this.#useIce(iceServers);
    if (resumed) this.rooms.forEach((room) => room._allowed(rooms));
    else this.#people.startOver();
    this.#start?.fulfill(this);
    this.#start = null;
    this.#startAlarm.stop();
    this.#calls.registered(it);
    if (lost) this.#restore();
    else this.#core.peers.forEach((peer) => peer._recovery.hurry());
  }

  /** Another token may take rooms and watches away, and bring a list: units of the rate that this costs (§4). */
  #atStake() {
    const rooms = [...this.rooms.values()].map((it) => 1 + Math.floor(it._size / 8));
    return rooms.reduce((sum, it) => sum + it, Math.floor(this.watched.size / 8) + Math.floor(Math.min(LIST, this.total + 1) / 32));
  }

  /** The session is another one: back into the rooms, the watches, the call; the blocks first. */
  #restore() {
    this.#blocked.restore();
    for (const room of this.rooms.values()) room._restore();
    const users = [...this.watched.keys()];
    if (users.length) this.watch(users);
    this.#calls.sessionLost();
    for (const peer of this.peers) peer._restore();
    this._emit("fresh");
  }

  /** @param {RTCIceServer[]} servers */
  #useIce(servers) {
    this.#core.iceServers = servers;
    for (const peer of this.#core.peers) {
      try {
        peer._configure(this.#core.rtc);
      } catch (error) {
        this._failed(failure("setConfiguration", error));
      }
    }
  }

  /** @param {Message} it */
  #hear(it) {
    const { type, from, room, data, callId } = it;
    if (this.#blocked.drops(it)) return;
    if (type === "client-list") this.#hasChanged(this.#people.list(it));
    else if (type === "presence") this.#hasChanged(this.#people.change(it));
    else if (type === "ice-servers") this.#useIce(it.iceServers);
    else if (type.startsWith("call-")) this.#calls.hear(it);
    else if (data?.switchboard?.is) this.#direct(from, data.switchboard);
    else if (room) this.rooms.get(room)?._hear(it);
    else if (type === "message") this._keep("message", { from, data });
    else if (type === "error") this._failed(refusal(it));
    else if (callId) this.#calls.hear(it);
    else this.#stray(type, from, data);
  }

  /** @param {Api.PresenceChange} change of those who are online */
  #hasChanged(change) {
    this.#calls.online(change.online);
    this._emit("presence", change);
  }

  /** Of a peer, if there is one of this name; otherwise this page, reloaded, has forgotten it. @param {string} type @param {string} from @param {any} data */
  #stray(type, from, data) {
    const id = data?.switchboard?.peer;
    const peer = this.#find(from, id);
    if (peer) peer._hear(type, data);
    else if (id && type === "offer") this.#core.refuse(from, id);
  }

  /** Handles what the library of another user says about a peer. @param {string} from @param {Message} it */
  #direct(from, { peer: id, is, data }) {
    const known = this.#find(from, id);
    if (known) return known._told(is, data);
    if (is === "accept") this.#core.refuse(from, id);
    if (is !== "invite") return;
    if (lack(this.#core.platform)) return this.#core.refuse(from, id, NO_WEBRTC);
    const asking = [...this.peers].filter((it) => it._asksHere);
    const theirs = asking.filter((it) => it.userId === from);
    if (asking.length >= ASKING || theirs.length >= ASKING_OF_ONE) return void this.#core.strangers.dropped++;
    const peer = new Peer(this.#core, from, {}, true, id);
    peer.state = "asking";
    peer.data = data;
    peer._await();
    if (this._listens("peer")) this._emit("peer", peer);
    else peer.close("nobody listens");
  }

  /** Nothing asks here any more for this user. @param {string} user */
  #drop(user) {
    this.#calls.block(user);
    for (const peer of this.peers) if (peer._asksHere && peer.userId === user) peer._end("closed");
  }

  /** @param {Peer} peer that has ended */
  #forget(peer) {
    this.#core.peers.delete(peer);
    this.rooms.get(peer._route.room)?._forget(peer);
  }

  /** @param {SwitchboardError} error */
  #over(error) {
    this.#startAlarm.stop();
    this.#unlisten();
    for (const room of this.rooms.values()) room._stop(error.code, error);
    for (const peer of this.#core.peers) peer._end(error.code, undefined, error);
    for (const track of this.#core.sent) track.stop();
    this.#core.sent.clear();
    if (this.#start) this.#start.reject(error);
    else this._emit("close", error);
    this.#start = null;
  }

  /** @param {any} cause */
  #failed(cause) {
    const error = failure("the library", cause);
    if (this.#start) this.#core.line.end(error);
    else if (this._listens("error")) this._emit("error", error);
    else console.error(error);
  }

  /** @param {string} from @param {string} id */
  #find(from, id) {
    return [...this.#core.peers].find((it) => it.userId === from && it._id === id);
  }
}
