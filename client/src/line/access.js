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
  /** When another one should be asked for. */ renewAt = Infinity;
  #source;

  /** @param {Api.Options["token"]} source */
  constructor(source) {
    this.#source = source;
  }

  /** Is one to be asked for before anything can be sent? */
  get lacking() {
    return this.#source !== undefined && this.token === undefined;
  }

  /** Can there be another one? */
  get renewable() {
    return typeof this.#source === "function";
  }

  /** Asks the app. @param {() => number} clock */
  async renew(clock) {
    const source = this.#source;
    this.expired();
    try {
      this.token = String(typeof source === "function" ? await source() : source);
    } catch (cause) {
      throw new SwitchboardError("bad-token", "the app's `token` has failed", { cause });
    }
    if (this.renewable) this.renewAt = clock() + Math.max(2000, lifetimeOf(this.token) * 0.9 - 2000);
  }

  expired() {
    this.token = undefined;
    this.renewAt = Infinity;
  }
}

/** How long a JWT is good for, in ms; unknown: Infinity. @param {string} token */
function lifetimeOf(token) {
  try {
    const { exp } = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return exp ? exp * 1000 - Date.now() : Infinity;
  } catch {
    return Infinity;
  }
}
