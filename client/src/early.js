/**
 * The offer and the candidates of the other side of a call that came while it rang (protocol.md §6, early offers).
 *
 * Promises: keeps the latest offer and what belongs to it, and no more than that; reveals nothing, because nothing is
 * done with it before the app accepts.
 *
 * @import { Link } from "./link.js"
 */

/** Candidates that are kept; no browser has as many. */
const CANDIDATES = 100;

export class EarlyOffer {
  /** @type {any} */ #offer;
  /** @type {any[]} */ #candidates = [];

  /** @param {string} type @param {any} data */
  keep(type, data) {
    if (type === "offer" && data?.sdp) {
      this.#offer = data;
      // Those of an older offer belong to nothing.
      this.#candidates = [];
    } else if (type === "candidate" && this.#candidates.length < CANDIDATES) this.#candidates.push(data);
  }

  /** The name that the other side gives to the link of its offer; undefined where there is no offer. */
  get link() {
    return this.#offer && (this.#offer.switchboard ?? {});
  }

  /** Once. @param {Link | null} link of that name */
  giveTo(link) {
    link?.hear("offer", this.#offer);
    for (const it of this.#candidates) if (link?.isNamed(it?.switchboard ?? {})) link.hear("candidate", it);
    this.#offer = undefined;
    this.#candidates = [];
  }
}
