/**
 * Calls, rooms, data channels and messages over a switchboard server.
 *
 * Types: static/switchboard.d.ts. Guide: docs/client.md. Wire: docs/protocol.md, whose sections are named by “§” in these
 * files. The modules, from the app downwards:
 *
 * - switchboard: the client. core: state that calls, peers and rooms share
 * - calls, call, room, peer: calls, rooms, and users at the other end
 * - sender: tracks that a peer or a room sends; expected: m-lines for those that are still to come
 * - media-connection: the media connection to one user. link: one RTCPeerConnection of it, with dtls; recovery: ICE
 *   restarts; channels, channel: data channels; stats: its statistics
 * - blocked, strangers: users who are kept away, or who get few answers
 * - line/: one session with the server, over one socket after the other
 * - errors, emitter, options, platform, people: used by the others
 *
 * media (devices) is a module of its own, and uses only what apps can.
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
