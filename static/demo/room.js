/**
 * The room in which this page is, if it is in one: everybody's connection to everybody.
 *
 * Promises: one room at a time, also where the last one is still being left; what this side sends is given back on
 * leaving. Leaves to others: pictures, words.
 *
 * Events: `change`; `message` (detail: IncomingMessage); `left` (detail: {@link Leave}).
 */

import { learn } from "./names.js";
import { Sending } from "./sending.js";
import { switchesOf } from "./switches.js";

/** @typedef {import("../switchboard.js").Peer} Peer */
/** @typedef {import("../switchboard.js").Room} Room */
/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/** @typedef {import("./switches.js").Switches} Switches */
/** @typedef {{ name: string, error: any }} Leave `error`: null where this side has left */
/**
 * @typedef {{ peer: Peer, theirs: Switches, screen: MediaStream | null }} Guest
 *   a member of the room; its `peer` has ended where no connection could be set up, or it was lost
 */

/** Why a peer ends whose user leaves. */
const LEAVES = ["closed", "lost"];

export class RoomControl extends EventTarget {
  /** @type {"out" | "joining" | "in"} */ phase = "out";
  /** The room's; empty when out. */ name = "";
  /** @type {Room | null} */ room = null;
  /** @type {Sending | null} what this side sends */ sending = null;
  /** @type {Map<string, Guest>} the members, in the order in which they came */ guests = new Map();
  /** @type {Switchboard | null} */ #me = null;
  #ownName = "";
  #turn = 0;
  /** Until the client is done with the last room. */ #before = Promise.resolve();
  #wish;

  /** @param {() => "devices" | "generated"} wish what to send */
  constructor(wish) {
    super();
    this.#wish = wish;
  }

  /**
   * @param {Switchboard} me
   * @param {string} ownName
   */
  attach(me, ownName) {
    this.drop();
    this.#before = Promise.resolve();
    this.#me = me;
    this.#ownName = ownName;
  }

  /** @param {string} name */
  async join(name) {
    const me = this.#me;
    if (!me || this.phase !== "out") return;
    const turn = ++this.#turn;
    const sending = this.#openSending();
    Object.assign(this, { phase: "joining", name, sending });
    this.#changed();
    try {
      // A person who left while the browser was still asking for the camera is joining until the question is answered.
      await this.#before;
      if (turn !== this.#turn) return;
      const entering = me.join(name, { stream: () => sending.open(this.#wish()) });
      this.#before = entering.then((room) => (turn === this.#turn ? undefined : room.leave())).catch(() => {});
      const room = await entering;
      if (turn === this.#turn) this.#enter(room, turn);
    } catch (error) {
      if (turn === this.#turn) this.#out(error);
    }
  }

  leave() {
    if (this.phase === "out") return;
    const { room } = this;
    this.#out(null);
    if (room) this.#before = room.leave().catch(() => {});
  }

  /**
   * Tries again to connect to a member whose connection has failed.
   * @param {string} userId
   */
  retry(userId) {
    this.room?.retry(userId);
  }

  /** The client has ended, and with it the room. */
  drop() {
    if (this.phase !== "out") this.#out({ code: "closed" });
  }

  #openSending() {
    const sending = new Sending(this.#ownName, () => this.room);
    sending.addEventListener("change", () => this.#changed());
    return sending;
  }

  /**
   * @param {Room} room
   * @param {number} turn
   */
  #enter(room, turn) {
    this.room = room;
    this.phase = "in";
    this.sending?.tell();
    room.on("left", (reason) => turn === this.#turn && this.#out({ code: reason }));
    room.on("message", (message) => this.dispatchEvent(new CustomEvent("message", { detail: message })));
    room.on("member-joined", () => this.#learn(room));
    room.on("member-left", (userId) => {
      if (this.guests.get(userId)?.peer.state === "ended") this.guests.delete(userId);
      this.#changed();
    });
    room.on("peer", (peer) => turn === this.#turn && this.#welcome(peer));
    this.#learn(room);
  }

  /** @param {Room} room */
  #learn(room) {
    for (const [userId, name] of room.members) learn(userId, name);
    this.#changed();
  }

  /** @param {Peer} peer */
  #welcome(peer) {
    /** @type {Guest} */
    const guest = { peer, theirs: switchesOf(peer), screen: null };
    this.guests.set(peer.userId, guest);
    peer.on("mute", () => {
      guest.theirs = switchesOf(peer);
      this.#changed();
    });
    peer.on("stream", (stream) => this.#showScreen(guest, stream));
    peer.on("state", (state) => {
      if (state === "ended") guest.screen = null;
      if (state === "ended" && this.guests.get(peer.userId) === guest && this.#isGone(peer)) this.guests.delete(peer.userId);
      this.#changed();
    });
    this.#changed();
  }

  /**
   * A member whose connection has failed stays one.
   * @param {Peer} peer that has ended
   */
  #isGone({ userId, reason }) {
    return !this.room?.members.has(userId) || LEAVES.includes(String(reason));
  }

  /**
   * @param {Guest} guest
   * @param {MediaStream} stream beside the guest's camera
   */
  #showScreen(guest, stream) {
    guest.screen = stream;
    stream.addEventListener("removetrack", () => {
      if (guest.screen === stream && stream.getTracks().length === 0) guest.screen = null;
      this.#changed();
    });
    this.#changed();
  }

  /** @param {any} error why; null: this side wanted to */
  #out(error) {
    this.#turn++;
    const { name } = this;
    this.sending?.stop();
    this.guests.clear();
    Object.assign(this, { phase: "out", name: "", sending: null, room: null });
    this.dispatchEvent(new CustomEvent("left", { detail: { name, error } }));
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
