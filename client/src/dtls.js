/**
 * DTLS roles in answers.
 *
 * Promises: as long as the DTLS association is the same, an answer names the role that was agreed on first (RFC 8842
 * §5.3). Firefox answers `a=setup:active` although it is passive, and other browsers fail to apply that.
 */
import { fingerprintIn } from "./sdp.js";

/** @param {string | undefined} role */
const opposite = (role) => (role === "active" ? "passive" : "active");

export class DtlsRoles {
  /** @type {string | undefined} role of this side */ #own;
  /** Of the other side's certificate: another one means another association, with roles of its own. */ #fingerprint = "";

  /**
   * An answer, with the roles that were agreed on. @param {string} sdp @param {boolean} isOwn whether this side answers
   * @param {string | undefined} remote the other side's description, in which its certificate stands
   */
  kept(sdp, isOwn, remote) {
    if (!this.#own || fingerprintIn(remote) !== this.#fingerprint) return sdp;
    return sdp.replace(/^a=setup:(active|passive)/gm, `a=setup:${isOwn ? this.#own : opposite(this.#own)}`);
  }

  /** This answer was applied. @param {string | undefined} sdp @param {boolean} isOwn @param {string | undefined} remote */
  agree(sdp, isOwn, remote) {
    const fingerprint = fingerprintIn(remote);
    const role = /^a=setup:(active|passive)/m.exec(sdp ?? "")?.[1];
    if (!role || (this.#own && fingerprint === this.#fingerprint)) return;
    this.#own = isOwn ? role : opposite(role);
    this.#fingerprint = fingerprint;
  }
}
