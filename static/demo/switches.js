/**
 * Tells the other side whether picture and sound are on, over a data channel, and hears the same of it: a picture that
 * is switched off comes as a black one, and this side would not know why.
 */

/** @typedef {{ audio: boolean, video: boolean }} Switches */
/** @typedef {import("../switchboard.js").Channel} Channel */

const LABEL = "switches";

/**
 * @param {Pick<import("../switchboard.js").Peer, "on" | "state" | "dataChannel">} peer
 * @param {() => Switches} own
 * @param {(theirs: Switches) => void} heard
 * @returns {() => void} tells the other side again
 */
export function exchangeSwitches(peer, own, heard) {
  /** @type {Channel | null} */
  let channel = null;
  // A channel that ends has nothing to tell any more.
  const tell = () => void channel?.send(JSON.stringify(own())).catch(() => {});
  const open = () => {
    // It ends with its media connection, of which there may be another one by now.
    if (peer.state !== "connected" || (channel && channel.state !== "closed")) return;
    channel = peer.dataChannel(LABEL);
    channel.on("message", (data) => heard(switchesIn(data)));
    tell();
  };
  peer.on("state", open);
  open();
  return tell;
}

/**
 * Whatever another page may have sent.
 * @param {unknown} data
 * @returns {Switches}
 */
function switchesIn(data) {
  try {
    const { audio, video } = JSON.parse(String(data));
    return { audio: audio !== false, video: video !== false };
  } catch {
    return { audio: true, video: true };
  }
}
