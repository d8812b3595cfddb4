/**
 * A room: a mesh of peers, one for each member (§7).
 *
 * Promises: who is a member has one peer, told to the app once, be it that somebody listens only later; after a lost
 * session the room is joined again, and media that still flow go on.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 * @import { Message } from "./platform.js"
 */
import { SwitchboardError } from "./errors.js";
import { kindsBefore } from "./expected.js";
import { badOption } from "./options.js";
import { Peer } from "./peer.js";
import { Sender } from "./sender.js";

/** Errors of `leave` that say that it is left. */
const GONE = ["not-in-room", "unknown", "not-sent", "closed", "unavailable"];

/** Members of a room by default, at most; of a room that is being joined the number is not known. */
const USUAL = 16;

/** @implements {Api.Room} */
export class Room extends Sender {
  /** @type {Map<string, string | undefined>} */ members = new Map();
  /** @type {Map<string, Peer>} */ peers = new Map();
  /** Resolves when it is joined for the first time. @type {Promise<Room>} */ _joined;
  /** @type {Api.Media | undefined} what it was joined with */ #media;
  /** The server has not been asked. */ #unsaid = true;
  /** The answer to `join` is awaited; that one is asked again in another session. */ #joining = true;
  #left = false;
  /** @type {WeakSet<Peer>} that the app has asked for again */ #retried = new WeakSet();
  /** @type {(error: any) => void} */ #refuse = () => {};
  #rooms;
  #mesh;

  /** @param {Core} core @param {Map<string, Room>} rooms of the client @param {string} name @param {Api.RoomOptions} options */
  constructor(core, rooms, name, { stream, media, mesh = true, waitForStream = true }) {
    super(core);
    if (mesh) core.needsMedia();
    this.#media = stream;
    this.name = name;
    this.#rooms = rooms;
    this.#mesh = mesh;
    rooms.set(name, this);
    const left = new Promise((_, reject) => (this.#refuse = reject));
    this._joined = core.told(Promise.race([left, this.#begin(stream, kindsBefore(stream, waitForStream, media))]));
  }

  /** The app joins once more: fails where that asks for something else. @param {Api.RoomOptions} options */
  _isAlike({ stream = this.#media, mesh = this.#mesh }) {
    const other = stream !== this.#media ? "stream" : mesh !== this.#mesh && "mesh";
    if (other) throw badOption(`room ${this.name} is joined with another \`${other}\``);
  }

  /** @param {any} data @param {{ volatile?: boolean }} [options] */
  send(data, options) {
    return this._core.speak({ room: this.name, data, volatile: options?.volatile, receipt: false }, this._size);
  }

  /** @param {string} user @returns {Peer | null} */
  retry(user) {
    if (this.#left || !this.members.has(user)) return null;
    const known = this.peers.get(user);
    if (known) return known;
    this.#meet(user, false);
    const peer = this.peers.get(user) ?? null;
    if (peer) this.#retried.add(peer);
    return peer;
  }

  leave() {
    return this._core.told(this.#leave());
  }

  /** @param {Api.Media} [media] @param {Partial<Api.Muted>} [kinds] that are negotiated before it is there @returns {Promise<Room>} */
  async #begin(media, kinds) {
    try {
      const given = this._use(media, kinds);
      if (kinds) given.catch(this._core.failed);
      else await given;
      if (!this.#left) await this.#join();
    } catch (error) {
      this._stop(/** @type {any} */ (error).code, error);
      throw error;
    }
    return this;
  }

  async #join() {
    const first = this.#unsaid;
    this.#unsaid = false;
    this.#joining = true;
    const it = await this._core.request({ type: "join", room: this.name }, { lasting: true, owner: this, opens: true, concerned: Math.max(USUAL, this._size) });
    this.#joining = false;
    if (this.#left) return;
    const before = this.members;
    this.members = new Map(it.members.map((/** @type {string} */ user) => [user, it.names[user]]));
    for (const user of before.keys()) if (!this.members.has(user)) this.#isGone(user);
    for (const user of this.members.keys()) {
      // The newcomer sends the offers.
      this.#meet(user, false);
      if (!first && !before.has(user)) this._emit("member-joined", user);
    }
  }

  /** The session is another one: back in. */
  _restore() {
    if (!this.#joining) this.#join().catch((error) => this._stop(error.code, error));
  }

  /** The token allows no rooms but these. While it is being joined, that was about an earlier membership. */
  _allowed(rooms = /** @type {string[]} */ ([])) {
    if (!this.#joining && !rooms.includes(this.name)) this._stop("not-permitted");
  }

  /** Members, this one included. */
  get _size() {
    return this.members.size + 1;
  }

  /** Takes no connection, so that the other side need not wait for one. @param {string} user @param {Message} [link] that it offers */
  #decline(user, link) {
    const switchboard = { peer: link?.peer, nth: link?.nth, declined: true };
    this._core.line.request({ type: "answer", to: user, room: this.name, data: { switchboard } }, () => {}, { answered: false, owner: this });
  }

  /** @param {string} user @param {boolean} polite */
  #meet(user, polite) {
    // A newcomer will offer if it has a mesh.
    if (!this.#mesh) return polite || this.#decline(user);
    const known = this.peers.get(user);
    if (known) {
      known._leaving = false;
      known._polite = polite;
      if (!polite) known._resync();
      return;
    }
    const peer = new Peer(this._core, user, { room: this.name }, polite);
    peer._follow(this);
    this.peers.set(user, peer);
    this._keep("peer", peer);
    // The app may have ended it just now.
    if (peer.state === "ended") return;
    if (polite) peer._await();
    else peer._open(true);
  }

  /** @param {string} user */
  #isGone(user) {
    const peer = this.peers.get(user);
    this.members.delete(user);
    // A member that only lost a session comes back, and the media go on until then.
    if (peer?.state === "connected") peer._leaves();
    else peer?._end("lost");
    this._emit("member-left", user);
  }

  /** @param {Message} it */
  _hear({ type, userId, name, from, data }) {
    if (type === "message") this._keep("message", { from, room: this.name, data });
    else if (type === "room-left") this._allowed();
    else if (type === "member-left") this.#isGone(userId);
    else if (type === "member-joined") {
      this.members.set(userId, name);
      this.#meet(userId, true);
      this._emit(type, userId);
    } else {
      if (type === "offer" && !this.#mesh) return this.#decline(from, data?.switchboard);
      if (type === "offer" && !this.peers.has(from)) this.#meet(from, true);
      const peer = this.peers.get(from);
      // Both sides try again at the same moment, so neither is the newcomer.
      if (type === "offer" && peer?._link?.isFresh && this.#retried.has(peer)) peer._polite = this._core.line.userId > from;
      peer?._hear(type, data);
    }
  }

  async #leave() {
    if (this.#left) return;
    const unsaid = this.#unsaid || this._core.line.withdraw(this);
    this._stop("closed");
    if (unsaid) return;
    try {
      await this._core.request({ type: "leave", room: this.name }, { concerned: this._size });
    } catch (error) {
      if (!GONE.includes(/** @type {any} */ (error).code)) throw error;
    }
  }

  /** @param {Api.ErrorCode} reason @param {unknown} [error] */
  _stop(reason, error = new SwitchboardError(reason, `room ${this.name} has been left`)) {
    if (this.#left) return;
    this.#left = true;
    this.#rooms.delete(this.name);
    for (const peer of this.peers.values()) peer._end(reason);
    this._stopTracks();
    this.#refuse(error);
    this._emit("left", reason);
  }

  /** @param {Peer} peer that has ended */
  _forget(peer) {
    if (this.peers.get(peer.userId) === peer) this.peers.delete(peer.userId);
  }
}
