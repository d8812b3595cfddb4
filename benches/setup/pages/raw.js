/** The limit: RTCPeerConnection, with the offer delivered while it rings. Signaling by hand, over plain messages. */
import { connect } from "/client/switchboard.js";

let lab, me, pc, other, offer;
let early = [];

export async function start(it) {
  lab = it;
  me = await connect({ url: `ws://127.0.0.1:${lab.port}/ws`, userId: `raw-${lab.name}` });
  me.on("message", ({ from, data }) => hear(from, data));
}

const say = (data) => me.send(other, data, { receipt: false });

function open() {
  pc = new RTCPeerConnection();
  pc.onicecandidate = ({ candidate }) => candidate && say({ candidate });
  pc.ontrack = ({ streams: [stream] }) => lab.shows(stream);
  for (const track of lab.stream.getTracks()) pc.addTrack(track, lab.stream);
}

async function begin(to) {
  // Names of its own, as it shares the server with the pages of switchboard.
  other = `raw-${to}`;
  open();
  await pc.setLocalDescription();
  say({ offer: pc.localDescription });
}
export { begin as call };

async function hear(from, data) {
  if (data.offer) {
    other = from;
    offer = data.offer;
    lab.rings();
  } else if (data.answer) {
    await pc.setRemoteDescription(data.answer);
  } else if (data.candidate) {
    if (pc?.remoteDescription) await pc.addIceCandidate(data.candidate);
    else early.push(data.candidate);
  } else close();
}

export async function accept() {
  await lab.opened();
  open();
  await pc.setRemoteDescription(offer);
  for (const it of early.splice(0)) await pc.addIceCandidate(it);
  await pc.setLocalDescription();
  say({ answer: pc.localDescription });
}

function close() {
  pc?.close();
  pc = offer = undefined;
  early = [];
  lab.over();
}

export function end() {
  say({ over: true });
  close();
}

export const idle = () => pc === undefined;
