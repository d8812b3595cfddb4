/**
 * The access token: asked for at first, again a little before it expires, and again when the server says that it has.
 *
 * Leaves to the line what a token is sent with, and when.
 *
 * @import * as Api from "../../../static/switchboard.js"
 */
import { SwitchboardError } from "../errors.js";

export class Access {
  /** @type {string | undefined} */ token;
  /** Failures of the app to give one, in a row. */ failures = 0;
  /** When another one is asked for. */ renewAt = Infinity;
  #source;

  /** @param {Api.Options["token"]} source */
  constructor(source) {
    this.#source = source ?? undefined;
  }

  /** Is one to be asked for before anything can be sent? */
  get lacking() {
    return this.#source !== undefined && this.token === undefined;
  }

  /** Can there be another one? */
  get renewable() {
    return typeof this.#source === "function";
  }

  /** Asks the app for one. @returns {Promise<string>} */
  async ask() {
    const source = this.#source;
    this.renewAt = Infinity;
    this.failures++;
    let token;
    try {
      token = await (typeof source === "function" ? source() : source);
    } catch (cause) {
      throw new SwitchboardError("bad-token", "the app's `token` has failed", { cause });
    }
    if (!token) throw new SwitchboardError("bad-token", "the app's `token` gave none");
    this.failures = 0;
    return String(token);
  }

  /** From now on this one. @param {string | undefined} token @param {number} now @param {number} [left] how long it is good for, ms */
  use(token, now, left = lifetimeOf(String(token))) {
    this.token = token;
    if (this.renewable) this.renewAt = now + (left > SHORT ? left * 0.9 - 2000 : RETRY);
  }

  expired() {
    this.token = undefined;
  }
}

/** Below this a token seems to have expired, which may be a wrong clock: the server says how long it is good for; ms. */
const SHORT = 5000;
/** Between two attempts to get another one; ms. */
const RETRY = 30_000;

/** How long a JWT is good for, in ms; unknown: Infinity. @param {string} token */
function lifetimeOf(token) {
  try {
    const { exp } = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return exp ? exp * 1000 - Date.now() : Infinity;
  } catch {
    return Infinity;
  }
}
