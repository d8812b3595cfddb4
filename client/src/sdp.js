/** What the library reads in descriptions (SDP, RFC 8866). */

/** The value of the first attribute with this name. @param {string | undefined} sdp @param {string} name */
export const attribute = (sdp, name) => new RegExp(`^a=${name}:(.*)$`, "m").exec(sdp ?? "")?.[1];
