/** By PeerJS. */
let lab, peer, call;

export async function start(it) {
  lab = it;
  peer = new window.Peer(lab.name, { host: "127.0.0.1", port: lab.port, path: "/", config: { iceServers: [] } });
  peer.on("error", (error) => (lab.problem ||= String(error)));
  peer.on("call", (incoming) => {
    follow(incoming);
    lab.rings();
  });
  await new Promise((done) => peer.on("open", done));
}

function follow(it) {
  call = it;
  it.on("stream", (stream) => lab.shows(stream));
  it.on("close", () => call === it && ((call = undefined), lab.over()));
}

function begin(to) {
  follow(peer.call(to, lab.stream));
}
export { begin as call };

export const accept = async () => call.answer(await lab.opened());
export const end = () => call.close();
export const idle = () => call === undefined;
