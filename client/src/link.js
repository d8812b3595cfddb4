/**
 * A link: one RTCPeerConnection, with perfect negotiation.
 *
 * Promises: descriptions are dealt with one after the other; candidates wait for theirs; of two offers that cross, the
 * impolite side's counts; what could not be said because too much waits for the other side is said again. Leaves to its
 * peer when to make one, when to mend it, and what the media mean.
 *
 * @import { Message, Platform } from "./platform.js"
 * @typedef {object} Ends what a link asks of its peer, and tells it
 * @property {Platform} platform
 * @property {RTCConfiguration} rtc
 * @property {() => boolean} polite gives way when two offers cross
 * @property {(pc: RTCPeerConnection) => void} equip adds tracks and channels
 * @property {(type: string, data: any, failed: (error: any) => void) => void} say
 * @property {(state: string) => void} media
 * @property {(event: RTCTrackEvent) => void} arrived
 * @property {(channel: RTCDataChannel) => void} hasChannel
 * @property {() => void} bye the other side has ended it, said over the media connection
 * @property {(error: any) => void} failed
 */
import { PASSING } from "./errors.js";
import { Alarm } from "./platform.js";

/** When what could not be said is said again; ms. */
const AGAIN = 2000;

export class Link {
  /** How many descriptions it has seen. */ round = 0;
  /** @type {RTCDataChannel | undefined} */ #control;
  #work = Promise.resolve();
  /** @type {any[]} candidates that came before their description */ #early = [];
  #ignoring = false;
  /** @type {Array<[string, any]>} */ #unsaid = [];
  #again;

  /** @param {string} id names it on both sides @param {boolean} offerer @param {Ends} ends */
  constructor(id, offerer, ends) {
    this.id = id;
    this.ends = ends;
    this.#again = new Alarm(ends.platform);
    const RTCPeerConnection = ends.platform("RTCPeerConnection");
    /** @type {RTCPeerConnection} */
    const pc = (this.pc = new RTCPeerConnection(ends.rtc));
    pc.onnegotiationneeded = () => this.offer();
    pc.onicecandidate = ({ candidate }) => candidate && this.#say("candidate", candidate.toJSON());
    pc.onconnectionstatechange = () => ends.media(pc.connectionState);
    pc.ontrack = (event) => ends.arrived(event);
    pc.ondatachannel = ({ channel }) => ends.hasChannel(channel);
    if (offerer) this.#equip();
  }

  /** Has what this side sends; the answerer gets it between offer and answer, so that it need not offer as well. */
  get equipped() {
    return this.#control !== undefined;
  }

  #equip() {
    if (this.equipped) return;
    // Makes sure that there is something to connect, and says “bye” where the server cannot.
    this.#control = this.pc.createDataChannel("switchboard", { negotiated: true, id: 100 });
    this.#control.onmessage = () => this.ends.bye();
    this.ends.equip(this.pc);
  }

  offer() {
    this.#enqueue(async () => {
      const { pc } = this;
      // An offer of the other side came first; the browser asks again if ours is still needed.
      if (pc.signalingState === "have-remote-offer") return;
      // One that waits for its answer may have been lost, and is said again as it is.
      if (pc.signalingState === "stable") {
        await pc.setLocalDescription();
        this.round++;
      }
      this.#unsaid = this.#unsaid.filter(([type]) => type === "candidate");
      this.#say("offer", pc.localDescription);
    });
  }

  /** @param {string} type @param {any} data */
  hear(type, data) {
    this.#enqueue(() => (type === "candidate" ? this.#candidate(data) : this.#description(type, data)));
  }

  /** @param {string} type @param {any} data */
  async #description(type, { sdp }) {
    const { pc } = this;
    if (type === "answer" && pc.signalingState !== "have-local-offer") return;
    this.#ignoring = type === "offer" && pc.signalingState !== "stable" && !this.ends.polite();
    if (this.#ignoring) return;
    // The polite side's own offer is rolled back by this.
    await pc.setRemoteDescription(/** @type {RTCSessionDescriptionInit} */ ({ type, sdp }));
    this.round++;
    for (const candidate of this.#early.splice(0)) await this.#candidate(candidate);
    if (type === "answer") return;
    this.#equip();
    await pc.setLocalDescription();
    this.#say("answer", pc.localDescription);
  }

  /** @param {any} candidate */
  async #candidate(candidate) {
    if (!candidate || this.#ignoring) return;
    if (this.pc.remoteDescription) await this.pc.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  /** One after the other. @param {() => Promise<void> | void} step */
  #enqueue(step) {
    const failed = (/** @type {any} */ error) => void (this.#open && this.ends.failed(error));
    this.#work = this.#work.then(() => (this.#open ? step() : undefined)).catch(failed);
  }

  get #open() {
    return this.pc.signalingState !== "closed";
  }

  /** @param {string} type @param {any} it */
  #say(type, it) {
    const { id, round } = this;
    this.#send(type, { ...(it.toJSON?.() ?? it), switchboard: { peer: id, round } });
  }

  /** @param {string} type @param {any} data */
  #send(type, data) {
    if (!this.#open) return;
    this.ends.say(type, data, ({ code }) => {
      if (!PASSING.includes(code) || !this.#open) return;
      this.#unsaid.push([type, data]);
      this.#again.set(AGAIN, () => this.#sayAgain());
    });
  }

  #sayAgain() {
    for (const [type, data] of this.#unsaid.splice(0)) {
      // A description that another one has followed would only confuse.
      if (type === "candidate") this.#send(type, data);
      else if (data.switchboard.round === this.round) this.#say(type, this.pc.localDescription);
    }
  }

  /** Tells the other side, over the media connection, that it is over. */
  bye() {
    if (this.#control?.readyState === "open") this.#control.send("bye");
  }

  close() {
    this.#again.stop();
    this.pc.close();
  }
}
