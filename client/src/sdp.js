/** What the library reads in descriptions (SDP, RFC 8866). */

/** Names a certificate. @param {string | undefined} sdp */
export const fingerprintIn = (sdp) => /^a=fingerprint:(.*)$/m.exec(sdp ?? "")?.[1] ?? "";

/** Names an ICE session. @param {string | undefined} sdp */
export const ufragIn = (sdp) => /^a=ice-ufrag:(.*)$/m.exec(sdp ?? "")?.[1] ?? "";

/** @param {string | undefined} sdp */
export const isOfFirefox = (sdp) => /^o=mozilla/m.test(sdp ?? "");
