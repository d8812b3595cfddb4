/** By the client library of switchboard. */
let lab, me, call;

export async function start(it, { from = "client", ...options } = {}) {
  lab = it;
  const { connect } = await import(`/${from}/switchboard.js`);
  me = await connect({ url: `ws://${location.hostname}:${lab.port}/ws`, userId: lab.name, ...options });
  me.on("state", (state) => state === "online" && lab.isOnline());
  me.on("call", (incoming) => {
    follow(incoming);
    // This page was reloaded, and goes on.
    if (incoming.continues && incoming.continues === sessionStorage.getItem("call")) lab.accept();
    else lab.rings();
  });
}

function follow(it) {
  call = it;
  it.on("track", () => lab.shows(it.remoteStream));
  it.on("state", (state) => state === "connected" && sessionStorage.setItem("call", it.callId));
  it.on("state", (state) => state === "ended" && (call === it) && ((call = undefined), lab.over()));
}

function begin(to) {
  me.call(to, { stream: lab.stream }).catch((error) => (lab.problem ||= String(error)));
  follow(me.currentCall);
}
export { begin as call };

export const accept = () => call.accept({ stream: lab.opens ? lab.opened : lab.stream });
export const end = () => call.hangUp();
/** The call of this session has a name, by which a page that is reloaded knows it. */
export const settled = () => {
  const known = call?.state === "connected" && call.callId !== sessionStorage.getItem("call");
  if (known) sessionStorage.setItem("call", call.callId);
  return known;
};
export const idle = () => call === undefined;
