/**
 * Whether the other side has picture and sound on: a picture that is switched off comes as a black one.
 */

/** @typedef {{ audio: boolean, video: boolean }} Switches */

/**
 * @param {Pick<import("../switchboard.js").Peer, "remoteMuted">} peer
 * @returns {Switches}
 */
export function switchesOf({ remoteMuted: { audio, video } }) {
  return { audio: !audio, video: !video };
}
