/**
 * Calls, rooms, data channels and messages over a switchboard server.
 *
 * Types and their meaning: switchboard.d.ts; a guide: docs/client.md; the wire: docs/protocol.md, whose sections are
 * named by “§” in these files. From the app downwards: switchboard (the client) · calls (those that there are) · call,
 * room, peer (somebody at the other end) · sender (tracks, as peers and rooms take them) · blocked, strangers (users who
 * are kept away, or answered sparingly) · link, dtls, mending, channels, channel, outgoing (one RTCPeerConnection, its
 * upkeep, and what goes through it) · line/ (one session over as many sockets as it takes) · errors, emitter, options,
 * platform, stats, people (leaves). A module of its own, which uses only what apps can: media (devices).
 *
 * @import * as Api from "../../static/switchboard.js"
 */
import { failure } from "./errors.js";
import { optionsOf } from "./options.js";
import { Switchboard } from "./switchboard.js";

export { SwitchboardError } from "./errors.js";

/** @param {Api.Options} [options] @returns {Promise<Api.Switchboard>} */
export const connect = async (options) => {
  try {
    return await new Switchboard(optionsOf(options))._begin();
  } catch (cause) {
    throw failure("connect", cause);
  }
};
