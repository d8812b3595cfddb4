/**
 * The one call of this page, from ringing to hanging up.
 *
 * Promises: what this side sends is given back when the call ends. Leaves to others: pictures, sounds, words.
 *
 * Events: `change`; `started` (detail: userId), when two begin to talk.
 */

import { Sending } from "./sending.js";
import { exchangeSwitches } from "./switches.js";

/** @typedef {import("../switchboard.js").Call} Call */
/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/** @typedef {{ reason?: string, detail?: string, peer: string, outgoing: boolean, mine: boolean }} End */
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

const BOTH = { audio: true, video: true };

export class CallControl extends EventTarget {
  /** @type {Call | null} */ call = null;
  /** @type {Sending | null} what this side sends */ sending = null;
  /** @type {MediaStream | null} the other's */ screen = null;
  /** What the other side says to have switched on. */ theirs = BOTH;
  /** @type {Switchboard | null} */ #me = null;
  /** @type {End | null} */ #end = null;
  #tellSwitches = () => {};
  #wish;
  #ownName = "";
  #rings = false;
  #mine = false;
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
      this.#begin(call);
      this.#changed();
    });
  }

  /** True while a new call can be made. */
  get free() {
    return this.call === null;
  }

  /** @returns {CallState} */
  get state() {
    const { call } = this;
    if (!call) return this.#end ? { phase: "ended", peer: this.#end.peer, end: this.#end } : { phase: "idle" };
    const { userId: peer, away } = call;
    if (call.state === "ringing") {
      if (!call.incoming) return { phase: "calling", peer, rings: this.#rings, away };
      if (!this.sending) return { phase: "incoming", peer, again: call.continues !== undefined };
    }
    if (call.state !== "connected" && call.state !== "reconnecting") return { phase: "connecting", peer };
    return { phase: "connected", peer, since: this.#since ?? new Date(), away, shaky: call.state === "reconnecting" };
  }

  /** @param {string} userId */
  start(userId) {
    if (!this.free || !this.#me) return;
    const sending = this.#openSending();
    // How it ends, the call itself tells.
    this.#me.call(userId, { stream: () => sending.open(this.#wish()), media: BOTH }).catch(() => {});
    const { currentCall } = this.#me;
    if (currentCall) this.#begin(currentCall, sending);
    this.#changed();
  }

  accept() {
    const { call } = this;
    if (!call?.incoming || this.sending) return;
    const sending = this.#openSending();
    this.sending = sending;
    call.accept({ stream: () => sending.open(this.#wish()) }).catch(() => {});
    this.dispatchEvent(new CustomEvent("started", { detail: call.userId }));
    this.#changed();
  }

  /** Ends it, whatever its state: rejects, cancels or hangs up. */
  hangUp() {
    this.#mine = true;
    this.call?.hangUp();
  }

  /** Forgets how the last call ended. */
  forget() {
    if (!this.#end) return;
    this.#end = null;
    this.#changed();
  }

  #openSending() {
    const sending = new Sending(this.#ownName, () => (this.call ? [this.call] : []));
    sending.addEventListener("change", () => {
      this.#tellSwitches();
      this.#changed();
    });
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
    this.theirs = BOTH;
    this.#rings = this.#mine = false;
    this.#since = null;
    this.#tellSwitches = exchangeSwitches(call, () => this.sending?.on ?? BOTH, (theirs) => {
      this.theirs = theirs;
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

  /** @param {Call} call */
  #over({ reason, detail, userId: peer, incoming }) {
    // A client that is closed has ended its calls itself.
    const mine = this.#mine || this.#me?.state === "closed";
    this.#end = { reason, detail, peer, outgoing: !incoming, mine };
    this.call = this.screen = null;
    this.sending?.stop();
    this.sending = null;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
