/**
 * A browser for the library that is made of numbers: its clock stands still until a test moves it, and its sockets say
 * what a test makes them say.
 */
import { connect } from "../../client/src/index.js";

/** Lets everything run that is waiting for nothing but its turn. */
export async function settle() {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}

class Clock {
  now = 1000;
  #timers = new Map();
  #last = 0;

  setTimeout = (run, ms) => {
    this.#timers.set(++this.#last, { run, at: this.now + ms });
    return this.#last;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  get running() {
    return this.#timers.size;
  }

  /** Moves on; every timer that falls due runs at its time. */
  async advance(ms) {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.now = Math.max(this.now, due[1].at);
      due[1].run();
      await settle();
    }
    this.now = until;
    await settle();
  }

  /** Moves on as a machine does that sleeps: no timer runs before the end. */
  async sleep(ms) {
    this.now += ms;
    await this.advance(0);
  }
}

/** Counts who listens. */
export class Target extends EventTarget {
  listeners = 0;
  addEventListener(...all) {
    this.listeners++;
    super.addEventListener(...all);
  }
  removeEventListener(...all) {
    this.listeners--;
    super.removeEventListener(...all);
  }
  fires(event) {
    this.dispatchEvent(new Event(event));
  }
}

/** The server's end of a socket, too. */
export class Socket {
  readyState = 0;
  sent = [];
  closedWith = null;

  constructor(url, protocols) {
    this.url = new URL(url);
    this.protocols = protocols;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code) {
    this.readyState = 3;
    this.closedWith = code;
  }

  says(...messages) {
    this.readyState = 1;
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
  }

  closes(code, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  registers(more = {}) {
    this.says({
      type: "registered", userId: this.url.searchParams.get("userId") ?? "guest-1", sessionId: "s1", resumed: false,
      received: 0, resumeToken: "T", resumeWindow: 30_000, heartbeat: 25_000,
      limits: { frame: 65_536, rate: 100, burst: 500 }, iceServers: [], calls: [], rooms: [], features: [],
      protocol: 1, server: "fake", ...more,
    });
  }

  /** Everything that was written but signs of life. */
  get said() {
    return this.sent.filter(({ type }) => type !== "ping");
  }

  /** The last message of this type. */
  last(type) {
    return this.sent.findLast((it) => it.type === type);
  }
}

class Track {
  static #made = 0;
  /** Tells it from every other one, as two that are alike are equal to `deepEqual`. */
  id = `track ${++Track.#made}`;
  readyState = "live";
  enabled = true;
  constructor(kind) {
    this.kind = kind;
  }
  stop() {
    this.readyState = "ended";
  }
}

export class Stream {
  id = "stream";
  #tracks;
  constructor(tracks = []) {
    if (tracks.some((it) => !it?.stop)) throw new TypeError("that is no track");
    this.#tracks = [...tracks];
  }
  static of(...kinds) {
    return new Stream(kinds.map((kind) => new Track(kind)));
  }
  getTracks() {
    return [...this.#tracks];
  }
  addTrack(track) {
    if (!this.#tracks.includes(track)) this.#tracks.push(track);
  }
  removeTrack(track) {
    this.#tracks = this.#tracks.filter((it) => it !== track);
  }
}

class DataChannel {
  readyState = "connecting";
  bufferedAmount = 0;
  sent = [];
  constructor(label, options, id) {
    Object.assign(this, { label, options, id: options?.id ?? id });
  }
  send(data) {
    this.sent.push(data);
  }
  close() {
    this.readyState = "closing";
  }
  opens() {
    this.readyState = "open";
    this.onopen?.();
  }
  /** Both sides have closed it. */
  closes() {
    this.readyState = "closed";
    this.onclose?.();
  }
  /** All has been written that waited. */
  drains() {
    this.bufferedAmount = 0;
    this.onbufferedamountlow?.();
  }
}

/** Has an m-line from its first offer on, by whose number both sides know it after an answer. */
class Transceiver {
  mid = null;
  line = -1;
  currentDirection = null;
  stopped = false;
  #direction = "sendrecv";
  #need;

  /** `kind`: of one that has no track yet. */
  constructor(kind, track, streams, need) {
    this.#need = need;
    this.receiver = { track: { kind } };
    this.sender = {
      track,
      streams,
      setStreams(...all) {
        this.streams = all;
      },
      async replaceTrack(other) {
        this.track = other;
      },
    };
  }
  /** As the other side's offer makes it. */
  static offered(kind, line, need) {
    const it = new Transceiver(kind, null, [], need);
    it.#direction = "recvonly";
    return Object.assign(it, { line, mid: String(line) });
  }
  get direction() {
    return this.#direction;
  }
  set direction(direction) {
    if (direction !== this.#direction) this.#need();
    this.#direction = direction;
  }
  stop() {
    this.stopped = true;
    this.#need();
  }
}

/** Negotiates like a browser as far as the library can tell, and connects when a test says so. */
export class PeerConnection {
  signalingState = "stable";
  connectionState = "new";
  localDescription = null;
  remoteDescription = null;
  channels = [];
  transceivers = [];
  /** M-lines of the description. */
  lines = 0;
  candidates = [];
  restarts = 0;
  /** The other side sends through every m-line, too. */
  takes = false;
  /** Characters that each m-line adds to a description. */
  weight = 0;
  #needed = false;
  #agreed = [null, null];
  static #made = 0;
  /** In what it says of itself. */
  name = `<${++PeerConnection.#made}>`;

  constructor(config) {
    this.config = config;
  }
  #need = () => {
    if (this.#needed) return;
    this.#needed = true;
    this.#ask();
  };
  #ask() {
    queueMicrotask(() => {
      if (this.signalingState === "stable" && this.#needed) this.onnegotiationneeded?.();
    });
  }
  createDataChannel(label, options) {
    this.#need();
    const channel = new DataChannel(label, options, this.channels.length);
    this.channels.push(channel);
    return channel;
  }
  addTrack(track, stream) {
    const free = this.transceivers.find((it) => it.receiver.track.kind === track.kind && it.sender.track === null && !it.currentDirection);
    if (!free) return this.addTransceiver(track, { streams: [stream] }).sender;
    // As Chromium does.
    if (free.stopped) throw new Error("The existing transceiver is stopping");
    Object.assign(free.sender, { track, streams: [stream] });
    free.direction = "sendrecv";
    return free.sender;
  }
  /** As in a browser, no m-line of the other side's is used for it. */
  addTransceiver(what, { streams }) {
    this.#need();
    const transceiver = new Transceiver(what.kind ?? what, what.kind ? what : null, streams, this.#need);
    this.transceivers.push(transceiver);
    return transceiver;
  }
  removeTrack(sender) {
    sender.track = null;
    const transceiver = this.transceivers.find((it) => it.sender === sender);
    transceiver.direction = transceiver.direction === "sendrecv" ? "recvonly" : "inactive";
  }
  /** Of what is sent, or was. */
  get senders() {
    return this.transceivers.filter(({ stopped }) => !stopped).map(({ sender }) => sender);
  }
  getTransceivers() {
    return this.transceivers;
  }
  async setLocalDescription({ type } = {}) {
    if (type === "rollback") return this.#rollBack();
    type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.#needed = false;
    this.#number();
    const live = this.transceivers.filter(({ stopped }) => !stopped).length;
    const sdp = `${type} of ${String(this.lines).padStart(3)} by ${this.name}${"x".repeat(this.weight * live)}`;
    this.localDescription = { type, sdp };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    if (type === "answer") this.#agree();
  }
  async setRemoteDescription({ type, sdp }) {
    if (type === "rollback") return this.#rollBack();
    this.remoteDescription = { type, sdp };
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
    // An offer of a test may have m-lines of its own, as in "offer with audio video".
    const kinds = type === "offer" ? (/ with (.*)/.exec(sdp)?.[1].split(" ") ?? []) : [];
    if (this.transceivers.length === 0) this.transceivers = kinds.map((kind, line) => Transceiver.offered(kind, line, this.#need));
    if (type === "answer") this.#agree();
  }
  /** Gives each new transceiver an m-line: one that both sides know to be free, or a further one. */
  #number() {
    for (const it of this.transceivers.filter(({ stopped, line }) => !stopped && line < 0)) {
      const taken = this.transceivers.map(({ line }) => line);
      it.line = 0;
      while (taken.includes(it.line)) it.line++;
    }
    this.lines = Math.max(this.lines, ...this.transceivers.map(({ line }) => line + 1));
  }
  #agree() {
    this.#agreed = [this.localDescription, this.remoteDescription];
    // For ever: one that was stopped without an m-line (webrtc-pc, section 4.7.3).
    const isStuck = ({ stopped, line }) => stopped && line < 0;
    if (this.transceivers.some(isStuck)) this.#need();
    for (const it of this.transceivers) {
      if (isStuck(it)) continue;
      it.mid = String(it.line);
      const agreed = { sendrecv: "sendonly", recvonly: "inactive" }[it.direction] ?? it.direction;
      it.currentDirection = it.stopped ? "stopped" : this.takes ? it.direction : agreed;
    }
    this.transceivers = this.transceivers.filter((it) => !it.stopped || isStuck(it));
  }
  #rollBack() {
    const own = this.signalingState === "have-local-offer";
    [this.localDescription, this.remoteDescription] = this.#agreed;
    this.signalingState = "stable";
    for (const it of this.transceivers) if (it.mid === null) it.line = -1;
    this.#needed ||= own;
    this.#ask();
  }
  async addIceCandidate(candidate) {
    if (!this.remoteDescription) throw new Error("no description yet");
    this.candidates.push(candidate);
  }
  restartIce() {
    this.restarts++;
    this.#need();
  }
  setConfiguration(config) {
    this.config = config;
  }
  async getStats() {
    return new Map();
  }
  close() {
    this.signalingState = "closed";
    this.connectionState = "closed";
  }
  becomes(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

/** Asked by HTTP; nobody answers unless a test does. */
class Question {
  constructor(url, signal, fulfill, fails) {
    Object.assign(this, { url: new URL(url), signal, fails });
    this.answers = (text) => fulfill(new Response(typeof text === "string" ? text : JSON.stringify(text)));
    signal.addEventListener("abort", () => fails(signal.reason));
  }
}

/** A page with one client in it. */
export class Page {
  clock = new Clock();
  sockets = [];
  connections = [];
  /** Requests by HTTP. */ questions = [];
  window = new Target();
  document = Object.assign(new Target(), { visibilityState: "visible" });
  /** What `Math.random` gives. */
  chance = 0.5;
  events = [];
  #listening = new Map();

  /** `through`: another `connect` than that of the source; `network`: a `navigator.connection`. */
  constructor({ through = connect, network, ...options } = {}) {
    const page = this;
    this.through = through;
    this.options = {
      url: "https://signal.example",
      userId: "11",
      platform: {
        WebSocket: class extends Socket {
          constructor(...all) {
            super(...all);
            page.sockets.push(this);
          }
        },
        RTCPeerConnection: class extends PeerConnection {
          constructor(...all) {
            super(...all);
            page.connections.push(this);
          }
        },
        fetch: (url, { signal }) => new Promise((fulfill, reject) => page.questions.push(new Question(url, signal, fulfill, reject))),
        MediaStream: Stream,
        performance: { now: () => this.clock.now },
        setTimeout: this.clock.setTimeout,
        clearTimeout: this.clock.clearTimeout,
        Math: { random: () => this.chance },
        window: this.window,
        document: this.document,
        navigator: { connection: network },
      },
      ...options,
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get connection() {
    return this.connections.at(-1);
  }

  /** Calls `connect`, whatever comes of it. */
  begins() {
    this.connected = this.through(this.options).then((me) => {
      this.me = me;
      for (const event of ["state", "presence", "call", "message", "peer", "error", "close", "fresh"]) {
        this.#listening.set(event, me.on(event, (detail) => this.events.push([event, detail])));
      }
      return me;
    });
    this.connected.catch(() => {});
  }

  /** A client that is connected. */
  static async connected(options, registered) {
    const page = new Page(options);
    page.begins();
    await settle();
    page.socket.registers(registered);
    page.socket.says({ type: "pong" });
    await settle();
    return page;
  }

  hearsNoMore(event) {
    this.#listening.get(event)();
  }

  /** What came of an event. */
  heard(event) {
    return this.events.filter(([name]) => name === event).map(([, detail]) => detail);
  }
}

/** How a promise stands: `pending`, `fulfilled`, or the code of its error. */
export async function fate(promise) {
  let fate = "pending";
  promise.then(() => (fate = "fulfilled"), (error) => (fate = error.code ?? String(error)));
  await settle();
  return fate;
}
