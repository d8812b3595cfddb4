/** A wire that a test speaks on, recorded as the page's own is. */
import { Tape } from "../../static/demo/tape.js";

/** The browser's end of a socket, as far as a tape can tell. */
export class Socket extends EventTarget {
  readyState = 0;
  written = [];

  constructor(url, protocols) {
    super();
    Object.assign(this, { url, protocols });
  }
  send(data) {
    if (this.readyState === 0) throw new Error("not open yet");
    this.written.push(data);
  }
  opens() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  hears(message) {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  says(message) {
    this.send(typeof message === "string" ? message : JSON.stringify(message));
  }
  ends(code, reason = "") {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason, wasClean: code !== 1006 }));
  }
}

/** A tape on a browser that is made of this socket. */
export function newTape(bounds = {}) {
  return new Tape({ platform: { WebSocket: Socket }, ...bounds });
}

/** A socket of a client that counts, up to the server's first word. */
export function connected(tape, registered = {}, received = 0) {
  const socket = new tape.WebSocket(`ws://host/ws?userId=11&received=${received}`, ["switchboard.v1"]);
  socket.opens();
  socket.hears({
    type: "registered",
    userId: "11",
    resumed: false,
    received: 0,
    resumeToken: "secret",
    iceServers: [],
    ...registered,
  });
  return socket;
}
