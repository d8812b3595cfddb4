/**
 * Calls across a reload of this page: what is told when it is left, and how it gets back into them.
 *
 * Promises: leaving the page hangs up no call and rejects none. A call that goes on with the last one of this tab is taken
 * up without a question; one that rang here rings again.
 */

import { FRESH, keepCall, leftCall } from "./left-call.js";
import { displayName, learn, nameOf } from "./names.js";
import { say, unsay } from "./status.js";
import { words } from "./words.js";

/** @typedef {import("./call.js").CallControl} CallControl */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("../switchboard.js").Call} Call */

const TALKS = ["connecting", "connected", "reconnecting"];

export class Returning {
  #left = leftCall();
  /** @type {import("./status.js").Saying | null} */ #said = null;
  #call;
  #session;
  #acts;

  /**
   * @param {CallControl} call
   * @param {Session} session
   * @param {{ accept: (call: Call) => void, startCall: (userId: string) => void }} acts
   */
  constructor(call, session, acts) {
    this.#call = call;
    this.#session = session;
    this.#acts = acts;
  }

  /**
   * The page goes.
   * @param {string} me the user of this tab
   */
  leave(me) {
    const { call: own, ringing } = this.#call;
    if (own?.callId && TALKS.includes(own.state)) {
      const { callId, userId } = own;
      keepCall({ callId, userId, name: displayName(userId), me, at: Date.now() });
      // The other side is told that this one is gone, and asks to go on.
      this.#session.goAway("ends");
    } else if (!own && ringing.length > 0) this.#session.goAway("waits");
    else this.#session.leave();
  }

  /** @param {Call} ringing */
  rung(ringing) {
    const left = this.#left;
    if (left?.callId !== ringing.continues || left?.userId !== ringing.userId) return;
    this.#left = null;
    // After the rest of the page has heard of the call.
    if (Date.now() - left.at < FRESH) queueMicrotask(() => this.#acts.accept(ringing));
  }

  /** The person talks with somebody: the call before is history. */
  forget() {
    this.#left = null;
    unsay(this.#said);
  }

  /**
   * Says which call was left, and offers to call again.
   * @param {string} me
   */
  tell(me) {
    if (this.#left?.me !== me) return;
    const { userId, name } = this.#left;
    learn(userId, name);
    const remedy = { label: () => words("controls.call-again"), run: () => this.#acts.startCall(userId) };
    this.#said = say("calm", () => words("status.left-call", { who: nameOf(userId) }), { remedy });
  }
}
