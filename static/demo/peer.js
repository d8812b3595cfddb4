/**
 * The media connection to the other person: one RTCPeerConnection with perfect negotiation.
 *
 * Promises: what is heard is taken strictly in order; candidates wait for the description they belong to; after `close`
 * nothing is sent and no event comes. The side that makes the first offer is the impolite one.
 *
 * Events: `stream` (detail: the other's MediaStream), `state` (detail: RTCPeerConnectionState), `trouble` (detail: Error).
 */

/**
 * @typedef {object} Plan
 * @property {RTCIceServer[]} iceServers
 * @property {boolean} offerer this side makes the first offer
 * @property {Promise<MediaStream>} stream what this side sends
 * @property {(type: "offer" | "answer" | "candidate", data: unknown) => void} send
 */

/** `?relay` in the page address: media goes through a TURN server or not at all, for trying one out. */
const iceTransportPolicy = new URLSearchParams(location.search).has("relay") ? "relay" : "all";

export class Peer extends EventTarget {
  #offerer;
  #stream;
  #send;
  /** @type {Promise<void>} what is heard and what is offered, one after the other */
  #work = Promise.resolve();
  /** @type {RTCIceCandidateInit[]} */
  #early = [];
  #ignoringOffer = false;
  #closed = false;

  /** @param {Plan} plan */
  constructor({ iceServers, offerer, stream, send }) {
    super();
    this.#offerer = offerer;
    this.#stream = stream;
    this.#send = send;
    this.connection = new RTCPeerConnection({ iceServers, iceTransportPolicy });
    this.connection.onnegotiationneeded = () => this.#enqueue(() => this.#offer());
    this.connection.onicecandidate = ({ candidate }) => candidate && this.#say("candidate", candidate.toJSON());
    this.connection.onconnectionstatechange = () => this.#emit("state", this.connection.connectionState);
    this.connection.ontrack = ({ streams, track }) => this.#emit("stream", streams[0] ?? new MediaStream([track]));
    if (offerer) this.#enqueue(() => this.#addTracks());
  }

  /**
   * @param {"offer" | "answer" | "candidate"} type
   * @param {any} data
   */
  hear(type, data) {
    this.#enqueue(() => (type === "candidate" ? this.#candidate(data) : this.#description(type, data)));
  }

  /**
   * Looks for a new way to the other person, after the old one broke. Only one side has to begin.
   * @param {RTCIceServer[]} iceServers those of now, as credentials expire
   */
  restart(iceServers) {
    if (this.#closed) return;
    this.connection.setConfiguration({ iceServers, iceTransportPolicy });
    if (this.#offerer) this.connection.restartIce();
  }

  close() {
    this.#closed = true;
    this.connection.close();
  }

  /** Adding tracks makes the browser ask for a negotiation. */
  async #addTracks() {
    const stream = await this.#stream;
    if (this.#closed || this.connection.getSenders().some((sender) => sender.track)) return;
    for (const track of stream.getTracks()) this.connection.addTrack(track, stream);
  }

  async #offer() {
    // Not stable: an offer of the other side came first; the browser asks again if ours is still needed.
    if (this.connection.signalingState !== "stable") return;
    await this.connection.setLocalDescription();
    this.#say("offer", this.connection.localDescription);
  }

  /**
   * @param {"offer" | "answer"} type
   * @param {any} data
   */
  async #description(type, data) {
    const collision = type === "offer" && this.connection.signalingState !== "stable";
    this.#ignoringOffer = collision && this.#offerer;
    if (this.#ignoringOffer) return;
    // The polite side's own offer is rolled back by this.
    await this.connection.setRemoteDescription({ type, sdp: String(data?.sdp ?? "") });
    for (const candidate of this.#early.splice(0)) this.hear("candidate", candidate);
    if (type === "answer") return;
    await this.#addTracks();
    await this.connection.setLocalDescription();
    this.#say("answer", this.connection.localDescription);
  }

  /** @param {RTCIceCandidateInit | null} candidate null: there are no more */
  async #candidate(candidate) {
    if (!candidate || this.#ignoringOffer) return;
    if (this.connection.remoteDescription) await this.connection.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  /** @param {() => Promise<void>} step */
  #enqueue(step) {
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : step()))
      .catch((failure) => this.#emit("trouble", failure));
  }

  /**
   * @param {"offer" | "answer" | "candidate"} type
   * @param {unknown} data
   */
  #say(type, data) {
    if (!this.#closed) this.#send(type, data);
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #emit(name, detail) {
    if (!this.#closed) this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
