/**
 * The calls of this page: its own one, and those that ring here.
 *
 * Promises: what this side sends is given back when the call ends. Leaves to others: pictures, sounds, words.
 *
 * Events: `change`; `started` (detail: userId), when two begin to talk; `missed` (detail: {@link End}), when a call that
 * rang here has ended, and nobody took it.
 */

import { Sending } from "./sending.js";
import { switchesOf } from "./switches.js";

/** @typedef {import("../switchboard.js").Call} Call */
/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/**
 * @typedef {{ reason?: string, detail?: string, peer: string, outgoing: boolean, mine: boolean, connected: boolean, call: Call }} End
 *   `connected`: there had been picture and sound
 */
/**
 * @typedef {{ phase: "idle" }
 *   | { phase: "calling", peer: string, rings: boolean, away: boolean }
 *   | { phase: "incoming", peer: string, again: boolean }
 *   | { phase: "connecting", peer: string }
 *   | { phase: "connected", peer: string, since: Date, away: boolean, shaky: boolean }
 *   | { phase: "ended", peer: string, end: End }} CallState
 *   `rings`: at the other's; `away`: the other's connection to the server is broken just now; `again`: the other goes
 *   on with a call that this page, reloaded, has forgotten; `shaky`: the media have stopped and may come back
 */

/** Ends of a call that rang here, which the person at this page has brought about. */
const ANSWERED = ["rejected", "answered-elsewhere", "closed"];
const BOTH = { audio: true, video: true };

export class CallControl extends EventTarget {
  /** @type {Call | null} the own one: accepted here, or made here */ call = null;
  /** @type {Sending | null} what this side sends */ sending = null;
  /** @type {MediaStream | null} the other's */ screen = null;
  /** The other side's camera and microphone, as it says. */ theirs = BOTH;
  /** @type {Switchboard | null} */ #me = null;
  /** @type {End | null} */ #end = null;
  #wish;
  #ownName = "";
  #rings = false;
  /** @type {WeakSet<Call>} that this side has ended */ #mine = new WeakSet();
  /** @type {Set<Call>} that rang when another one was accepted: the server is about to end them */ #passed = new Set();
  /** @type {Date | null} */ #since = null;

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
    this.#me = me;
    this.#ownName = ownName;
    this.forget();
    me.on("call", (call) => {
      call.on("state", (state) => state === "ended" && this.#rangOut(call));
      this.#changed();
    });
  }

  /** Those that ring here, the oldest first. */
  get ringing() {
    const rings = (/** @type {Call} */ it) => it.incoming && it.state === "ringing" && it !== this.call;
    return [...(this.#me?.calls ?? [])].filter((it) => rings(it) && !this.#passed.has(it));
  }

  /** True while a new call can be made. */
  get free() {
    return this.call === null;
  }

  /** @returns {CallState} */
  get state() {
    const { call } = this;
    if (!call) {
      const [first] = this.ringing;
      if (first) return { phase: "incoming", peer: first.userId, again: first.continues !== undefined };
      return this.#end ? { phase: "ended", peer: this.#end.peer, end: this.#end } : { phase: "idle" };
    }
    const { userId: peer, away } = call;
    if (call.state === "ringing" && !call.incoming) return { phase: "calling", peer, rings: this.#rings, away };
    if (call.state !== "connected" && call.state !== "reconnecting") return { phase: "connecting", peer };
    return { phase: "connected", peer, since: this.#since ?? new Date(), away, shaky: call.state === "reconnecting" };
  }

  /** @param {string} userId */
  start(userId) {
    if (!this.free || !this.#me) return;
    const sending = this.#openSending();
    // How it ends, the call itself tells.
    this.#me.call(userId, { stream: () => sending.open(this.#wish()), media: BOTH }).catch(() => {});
    const call = [...this.#me.calls].find((it) => it.userId === userId);
    if (call) this.#begin(call, sending);
    this.#changed();
  }

  /**
   * Takes a call that rings. One that there is already is hung up: the person was told.
   * @param {Call | undefined} call
   */
  accept(call = this.ringing[0]) {
    if (!call || !this.ringing.includes(call)) return;
    this.hangUp();
    this.#passed = new Set(this.ringing);
    const sending = this.#openSending();
    this.#begin(call, sending);
    call.accept({ stream: () => sending.open(this.#wish()), replace: true }).catch(() => this.#ringOn(call));
    this.dispatchEvent(new CustomEvent("started", { detail: call.userId }));
    this.#changed();
  }

  /** @param {Call} call that could not be accepted */
  #ringOn(call) {
    if (call !== this.call || call.state !== "ringing") return;
    this.call = null;
    this.sending?.stop();
    this.sending = null;
    this.#passed.clear();
    this.#changed();
  }

  /** @param {Call | undefined} call one that rings */
  reject(call = this.ringing[0]) {
    if (!call) return;
    this.#mine.add(call);
    call.reject();
  }

  /** Ends the own call, whatever its state: cancels or hangs up. */
  hangUp() {
    if (!this.call) return;
    this.#mine.add(this.call);
    this.call.hangUp();
  }

  /** Forgets how the last call ended. */
  forget() {
    if (!this.#end) return;
    this.#end = null;
    this.#changed();
  }

  #openSending() {
    const sending = new Sending(this.#ownName, () => this.call);
    sending.addEventListener("change", () => this.#changed());
    return sending;
  }

  /**
   * @param {Call} call
   * @param {Sending | null} [sending]
   */
  #begin(call, sending = null) {
    this.call = call;
    this.sending = sending;
    this.screen = null;
    this.theirs = switchesOf(call);
    this.#rings = false;
    this.#since = null;
    call.on("mute", () => {
      if (call === this.call) this.theirs = switchesOf(call);
      this.#changed();
    });
    call.on("state", (state) => this.#follow(call, state));
    call.on("away", () => this.#changed());
    call.on("stream", (stream) => this.#showScreen(stream));
  }

  /**
   * @param {Call} call
   * @param {string} state
   */
  #follow(call, state) {
    if (call !== this.call) return;
    if (state === "ended") return this.#over(call);
    if (state === "ringing") this.#rings = true;
    if (state === "connecting" && !call.incoming) this.dispatchEvent(new CustomEvent("started", { detail: call.userId }));
    if (state === "connected") this.#since ??= new Date();
    this.#changed();
  }

  /** @param {MediaStream} stream beside the other's camera */
  #showScreen(stream) {
    this.screen = stream;
    stream.addEventListener("removetrack", () => {
      if (this.screen === stream && stream.getTracks().length === 0) this.screen = null;
      this.#changed();
    });
    this.#changed();
  }

  /** @param {Call} call the own one */
  #over(call) {
    this.#end = this.#endOf(call);
    this.call = this.screen = null;
    this.sending?.stop();
    this.sending = null;
    this.#passed.clear();
    this.#changed();
  }

  /** @param {Call} call that rang here, or was accepted */
  #rangOut(call) {
    if (call === this.call) return;
    const end = this.#endOf(call);
    const known = end.mine || this.#passed.delete(call) || ANSWERED.includes(String(end.reason));
    if (!this.call) this.#end = end;
    if (!known) this.dispatchEvent(new CustomEvent("missed", { detail: end }));
    this.#changed();
  }

  /**
   * @param {Call} call
   * @returns {End}
   */
  #endOf(call) {
    const { reason, detail, userId: peer, incoming } = call;
    // A client that is closed has ended its calls itself.
    const mine = this.#mine.has(call) || this.#me?.state === "closed";
    const connected = call === this.call && this.#since !== null;
    return { reason, detail, peer, outgoing: !incoming, mine, connected, call };
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
