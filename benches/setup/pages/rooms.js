/** A page of a room: `members` of them are in it from the beginning, and a page without any joins when it is told to. */
import { connect } from "/client/switchboard.js";

const query = new URLSearchParams(location.search);
const members = Number(query.get("members"));
const pictures = new Map();
let lab, me, room, wanted;

export async function start(it) {
  lab = it;
  await Promise.all(Array.from({ length: members }, (_, nth) => joined(`member-${members}-${nth}`)));
  if (members === 0) me = await connected("newcomer");
}

const connected = (userId) => connect({ url: `ws://127.0.0.1:${lab.port}/ws`, userId });
const joined = async (userId) => (await connected(userId)).join(`room-${members}`, { stream: lab.stream });

/** @param {number} size of the room, with this page @param {boolean} waitForStream before it joins */
async function enter(size, waitForStream) {
  wanted = size - 1;
  const options = { stream: lab.opens ? lab.opened : lab.stream, waitForStream };
  room = await me.join(`room-${wanted}`, options);
  room.on("peer", (peer) => peer.on("track", () => shows(peer)));
}
export { enter as call };

/** Each member's picture has a video of its own. */
function shows({ userId, remoteStream }) {
  if (pictures.has(userId)) return;
  const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, srcObject: remoteStream });
  pictures.set(userId, video);
  document.body.append(video);
  video.requestVideoFrameCallback(() => lab.sees(--wanted === 0));
}

export async function end() {
  await room.leave();
  for (const video of pictures.values()) video.remove();
  pictures.clear();
  room = undefined;
  lab.over();
}

export const idle = () => room === undefined;
