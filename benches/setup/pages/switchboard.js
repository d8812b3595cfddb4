/** By the client library of switchboard. */
import { connect } from "/library/switchboard.js";

let lab, me, call;

export async function start(it) {
  lab = it;
  me = await connect({ url: `ws://127.0.0.1:${lab.port}/ws`, userId: lab.name });
  me.on("call", (incoming) => {
    follow(incoming);
    lab.rings();
  });
}

function follow(it) {
  call = it;
  it.on("track", () => lab.shows(it.remoteStream));
  it.on("state", (state) => state === "ended" && (call === it) && ((call = undefined), lab.over()));
}

function begin(to) {
  me.call(to, { stream: lab.stream }).catch((error) => (lab.problem ||= String(error)));
  follow(me.currentCall);
}
export { begin as call };

export const accept = () => call.accept({ stream: lab.stream });
export const end = () => call.hangUp();
export const idle = () => call === undefined;
