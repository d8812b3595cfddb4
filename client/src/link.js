/**
 * A link: one RTCPeerConnection, with perfect negotiation.
 *
 * Promises: descriptions are dealt with one after the other; candidates wait for theirs; of two offers that cross, the
 * impolite side's counts; an offer or answer that a browser or the server refuses is rolled back on both sides, and
 * negotiation goes on, here or on another link. Leaves to its peer when to make one, when to restart ICE, and what the
 * media mean.
 *
 * @import { MediaConnection } from "./media-connection.js"
 * @import { Message } from "./platform.js"
 */
import { DtlsRoles } from "./dtls.js";
import { PASSING, SESSION_LOST, SwitchboardError, failure } from "./errors.js";
import { restartsToo } from "./ice.js";
import { Alarm } from "./platform.js";

/** When what could not be said because of a full queue is said again; ms. */
const AGAIN = 2000;
/** Descriptions that may fail in a row before the link is given up. */
const FAILURES = 2;
/** Offers that may be refused in a row before the next one waits for a change. */
const REFUSALS = 2;
/** Codes of an offer that nobody is there to hear. It is not at fault. */
const ABSENT = ["call-over", "not-your-call", "user-offline", "not-in-room", "closed", ...SESSION_LOST];

export class Link {
  /** How many descriptions it has seen. */ round = 0;
  /** @type {RTCDataChannel | undefined} */ #control;
  /** The other side has this library, and knows what is said over the control channel. */ #understands = false;
  #work = Promise.resolve();
  /** @type {any[]} candidates that came before their description */ #early = [];
  #ignoring = false;
  /** @type {Array<[string, any]>} */ #unsaid = [];
  #again;
  #roles = new DtlsRoles();
  /** In a row, by a browser. */ #failures = 0;
  /** In a row, by the server. */ #refusals = 0;

  #peer;

  /** @param {{ peer: string, nth?: number }} id names it on both sides @param {boolean} offerer @param {MediaConnection} peer that it belongs to */
  constructor(id, offerer, peer) {
    const { platform, rtc } = peer._core;
    this.id = id;
    this.#peer = peer;
    this.#again = new Alarm(platform);
    const RTCPeerConnection = platform("RTCPeerConnection");
    /** @type {RTCPeerConnection} */
    const pc = (this.pc = new RTCPeerConnection(rtc));
    pc.onnegotiationneeded = () => this.#enqueue(() => this.#needed());
    pc.onicecandidate = ({ candidate }) => candidate && this.#say("candidate", candidate.toJSON());
    pc.onconnectionstatechange = () => peer._media(pc.connectionState);
    pc.ontrack = (event) => peer._arrived(event);
    pc.ondatachannel = ({ channel }) => peer._hasChannel(channel);
    if (offerer) this.#equip();
  }

  /** Is it what this description or candidate belongs to? Clients without the library name no link. @param {Message} it */
  isNamed({ peer, nth = this.id.nth }) {
    return !peer || (peer === this.id.peer && nth === (this.id.nth ?? nth));
  }

  /** This side has made it, and the other one has not answered yet. */
  get isFresh() {
    return this.equipped && !this.pc.remoteDescription;
  }

  /** Has what this side sends; the answerer gets it between offer and answer, so that it need not offer as well. */
  get equipped() {
    return this.#control !== undefined;
  }

  #equip() {
    if (this.equipped) return;
    // Makes sure that there is something to connect, and says “bye” where the server cannot.
    const control = (this.#control = this.pc.createDataChannel("switchboard", { negotiated: true, id: 100 }));
    control.onopen = () => this.tellMuted();
    control.onmessage = ({ data }) => {
      // Another link may have taken its place by now.
      if (!this.#open) return;
      const [word, about = "", count] = String(data).split(" ");
      if (word === "muted") this.#peer._isMuted(about.split(","));
      else if (word === "sent" || word === "received") this.#peer._channels.hear(word, Number(about), Number(count));
      else this.#peer._bye();
    };
    this.#peer._equip(this.pc);
  }

  get #hasControl() {
    return this.#control?.readyState === "open";
  }

  tellMuted() {
    this.tell(`muted ${this.#peer._mutedKinds}`);
  }

  /** Over the control channel. @param {string} words @returns whether they could be said, to somebody who understands them */
  tell(words) {
    const can = this.#understands && this.#hasControl;
    if (can) this.#control?.send(words);
    return can;
  }

  // -- offers and answers

  offer() {
    this.#enqueue(() => this.#offer());
  }

  /** The browser asks, also after each rollback, and again when it is stable. */
  async #needed() {
    if (this.pc.signalingState === "stable" && this.#refusals < REFUSALS) await this.#offer();
  }

  async #offer() {
    const { pc } = this;
    // An offer of the other side came first; the browser asks again if ours is still needed.
    if (pc.signalingState === "have-remote-offer") return;
    // One that waits for its answer may have been lost, and is said again as it is.
    if (pc.signalingState === "stable") {
      await pc.setLocalDescription();
      this.round = pc.remoteDescription ? this.round + 1 : 1;
    }
    this.#unsaid = this.#unsaid.filter(([type]) => type === "candidate");
    const refusals = this.#refusals;
    this.#say("offer", pc.localDescription);
    if (this.#open && refusals === this.#refusals) this.#peer._offered();
  }

  /** An offer that waits for its answer is replaced: something else is sent now, or this side is reached in another way. */
  offerAnew() {
    this.#enqueue(async () => {
      if (await this.#rollBack()) await this.#offer();
    });
  }

  /** The app sends something else now. */
  changed() {
    if (this.#refusals < REFUSALS) return;
    this.#refusals = 0;
    this.offer();
  }

  restartIce() {
    this.pc.restartIce();
    // It waits for an answer that may never come, or the browser does not ask again.
    if (this.pc.signalingState === "have-local-offer" || this.#refusals) this.offer();
  }

  /** @param {string} type @param {any} data */
  hear(type, data) {
    if (type === "candidate") this.#enqueue(() => this.#candidate(data), (error) => this.#peer._failed(failure("adding a candidate", error)));
    else if (type === "answer") this.#enqueue(() => this.#answered(data));
    else this.#enqueue(() => this.#offered(data), (error) => this.#recover(error, "theirs"));
  }

  /** @param {any} answer */
  async #answered({ sdp, switchboard }) {
    const { pc } = this;
    if (pc.signalingState !== "have-local-offer") return;
    if (switchboard?.refused) return this.#recover(new SwitchboardError("failed", "the other side refused the offer"), "offer");
    this.#told(switchboard ?? {});
    await this.#apply("answer", this.#roles.kept(sdp, false, sdp));
    this.#roles.agree(sdp, false, sdp);
    this.#agreed();
  }

  /** @param {any} offer */
  async #offered({ sdp, switchboard }) {
    const { pc } = this;
    this.#ignoring = pc.signalingState !== "stable" && !this.#peer._polite;
    if (this.#ignoring) return;
    this.#told(switchboard ?? {});
    const before = pc.remoteDescription?.sdp ?? sdp;
    // The polite side's own offer is rolled back by this.
    await this.#apply("offer", sdp);
    this.#equip();
    await pc.setLocalDescription();
    this.#say("answer", pc.localDescription);
    const answer = pc.localDescription?.sdp;
    this.#roles.agree(answer, true, sdp);
    this.#agreed();
    if (restartsToo(before, sdp, answer)) this.restartIce();
  }

  /** A description says first what is muted. From then on the channel does, as the two may overtake each other. @param {Message} about */
  #told({ muted }) {
    if (this.#hasControl) return;
    this.#understands = Boolean(muted);
    this.#peer._isMuted([muted].flat());
  }

  /** @param {RTCSdpType} type @param {string} sdp */
  async #apply(type, sdp) {
    await this.pc.setRemoteDescription({ type, sdp });
    this.round++;
    for (const candidate of this.#early.splice(0)) await this.#candidate(candidate);
  }

  #agreed() {
    this.#failures = this.#refusals = 0;
    this.#peer._revive();
  }

  /** @param {any} candidate */
  async #candidate(candidate) {
    if (!candidate || this.#ignoring) return;
    if (this.pc.remoteDescription) await this.pc.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  /** One after the other. @param {() => Promise<void> | void} step @param {(error: any) => Promise<void> | void} [failed] */
  #enqueue(step, failed = (error) => this.#recover(error)) {
    const run = () => (this.#open ? step() : undefined);
    this.#work = this.#work.then(run).catch((error) => (this.#open ? failed(error) : undefined));
  }

  get #open() {
    return this.pc.signalingState !== "closed";
  }

  // -- what fails

  /**
   * A description could not be made or applied. An answer that has failed is asked for again by the same offer: the other
   * side has agreed to its m-lines. @param {any} error @param {"offer" | "theirs"} [failed] `offer`: this side's, which the other side refused; `theirs`: the other side's offer @returns {Promise<void>}
   */
  async #recover(error, failed) {
    this.#peer._failed(failure("negotiating", error));
    if (++this.#failures >= FAILURES) return this.#peer._renew(error);
    const again = !failed && this.pc.signalingState === "have-local-offer";
    if (!again && !(await this.#rollBack())) return;
    if (failed !== "theirs") return this.#offer().catch((again) => this.#recover(again));
    // Its candidates that still come belong to nothing.
    this.#ignoring = true;
    this.#early = [];
    this.#say("answer", { refused: true });
  }

  /** Back to what both sides have agreed on; where the browser cannot, to another link. @returns whether it could */
  async #rollBack() {
    const { pc } = this;
    const description = { type: /** @type {const} */ ("rollback") };
    try {
      if (pc.signalingState === "have-local-offer") await pc.setLocalDescription(description);
      else if (pc.signalingState === "have-remote-offer") await pc.setRemoteDescription(description);
      return true;
    } catch (error) {
      this.#peer._renew(error);
      return false;
    }
  }

  /** The server does not take it, now or ever. @param {string} type @param {any} error */
  #refused(type, error) {
    if (type === "candidate" || ABSENT.includes(error.code)) return;
    // Nothing can be smaller than the first one.
    if (!this.pc.remoteDescription) return this.#peer._fail(error);
    // The other side waits for an answer that will not come.
    if (type === "answer") return this.#peer._renew(error);
    this.#refusals++;
    this.#enqueue(async () => {
      if (this.pc.signalingState !== "have-local-offer" || !(await this.#rollBack())) return;
      this.#peer._failed(error);
      this.#peer._takeBackTracks();
      // Its other purposes go on without the part that made it too large.
      if (this.#refusals < REFUSALS) await this.#offer();
    });
  }

  /** @param {string} type @param {any} it */
  #say(type, it) {
    const { id, round } = this;
    const { refused, ...data } = it.toJSON?.() ?? it;
    if (type === "answer" && data.sdp) data.sdp = this.#roles.kept(data.sdp, true, this.pc.remoteDescription?.sdp);
    const about = data.sdp && { muted: this.#peer._mutedKinds };
    this.#send(type, { ...data, switchboard: { ...id, round, refused, ...about } });
  }

  /** @param {string} type @param {any} data */
  #send(type, data) {
    if (!this.#open) return;
    this.#peer._say(type, data, (error) => {
      if (!this.#open) return;
      if (!PASSING.includes(error.code)) return this.#refused(type, error);
      this.#unsaid.push([type, data]);
      this.#again.set(AGAIN, () => this.#sayAgain());
    });
  }

  #sayAgain() {
    for (const [type, data] of this.#unsaid.splice(0)) {
      const { refused, round } = data.switchboard;
      if (type === "candidate" || refused) this.#send(type, data);
      // A description that another one has followed would only confuse.
      else if (round === this.round) this.#say(type, this.pc.localDescription);
    }
  }

  /** Tells the other side, over the media connection, that it is over. */
  bye() {
    if (this.#hasControl) this.#control?.send("bye");
  }

  close() {
    this.#again.stop();
    this.pc.close();
  }
}
