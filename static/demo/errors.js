/**
 * Errors of the client in the status line.
 *
 * Promises: a call that has failed is told once, by the stage.
 */

import { nameOf } from "./names.js";
import { errorCode, errorWords, failureOf } from "./sentences.js";
import { say, unsay } from "./status.js";

/** @typedef {import("./call.js").CallControl} CallControl */
/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/** @typedef {import("../switchboard.js").SwitchboardError} SwitchboardError */

export class Errors {
  /** @type {import("./status.js").Saying | null} of a negotiation that failed, with which a call may end or not */ #failed = null;
  #call;

  /** @param {CallControl} call */
  constructor(call) {
    this.#call = call;
    call.addEventListener("change", () => this.#isOnStage() && unsay(this.#failed));
  }

  /** @param {Switchboard} me */
  attach(me) {
    me.on("error", (error) => this.#say(error));
  }

  /** @param {SwitchboardError} error */
  #say(error) {
    const failed = error.code === "failed";
    if (failed && this.#isOnStage()) return;
    const said = say("bad", () => errorWords(error, nameOf), { code: errorCode(error) });
    if (failed) this.#failed = said;
  }

  /** Whether the stage says that the last call has failed. */
  #isOnStage() {
    const { state } = this.#call;
    return state.phase === "ended" && failureOf(state.end) !== "";
  }
}
