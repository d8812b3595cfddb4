/**
 * What a call holds on this side: camera and microphone, and the media connection to the other person.
 *
 * Promises: everything is given back by `close`, also a camera that is still being opened; no event comes after it.
 *
 * Events: `local` (detail: Media), `remote` (detail: MediaStream), `state` (detail: RTCPeerConnectionState),
 * `trouble` (detail: Error).
 */

import { Peer } from "./peer.js";

/** @typedef {import("./media.js").Media} Media */

export class Leg extends EventTarget {
  /** Whether picture and sound of this side are being sent. */
  sends = { audio: true, video: true };
  #media;
  #closed = false;
  /** @type {Peer | null} */ #peer = null;

  /** @param {() => Promise<Media>} openMedia */
  constructor(openMedia) {
    super();
    this.#media = openMedia();
    this.#media.then((media) => {
      this.#applySends(media);
      this.#emit("local", media);
    });
  }

  /** @returns {RTCPeerConnection | null} */
  get connection() {
    return this.#peer?.connection ?? null;
  }

  /** @param {Omit<import("./peer.js").Plan, "stream">} plan */
  connect(plan) {
    const peer = new Peer({ ...plan, stream: this.#media.then(({ stream }) => stream) });
    peer.addEventListener("stream", (event) => this.#emit("remote", detail(event)));
    peer.addEventListener("state", (event) => this.#emit("state", detail(event)));
    peer.addEventListener("trouble", (event) => this.#emit("trouble", detail(event)));
    this.#peer = peer;
  }

  /**
   * @param {"offer" | "answer" | "candidate"} type
   * @param {unknown} data
   */
  hear(type, data) {
    this.#peer?.hear(type, data);
  }

  /** @param {RTCIceServer[]} iceServers */
  restart(iceServers) {
    this.#peer?.restart(iceServers);
  }

  /** @param {"audio" | "video"} kind */
  toggle(kind) {
    this.sends[kind] = !this.sends[kind];
    this.#media.then((media) => this.#applySends(media));
  }

  close() {
    this.#closed = true;
    this.#peer?.close();
    this.#media.then((media) => media.stop());
  }

  /** @param {Media} media */
  #applySends({ stream }) {
    for (const track of stream.getAudioTracks()) track.enabled = this.sends.audio;
    for (const track of stream.getVideoTracks()) track.enabled = this.sends.video;
  }

  /**
   * @param {string} name
   * @param {unknown} what
   */
  #emit(name, what) {
    if (!this.#closed) this.dispatchEvent(new CustomEvent(name, { detail: what }));
  }
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
