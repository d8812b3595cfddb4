/**
 * The one call of this page, from ringing to hanging up.
 *
 * Promises: one call at a time; camera and microphone are given back when it ends; what belongs to an earlier call
 * changes nothing. Leaves to others: pictures on the screen, sounds, and words for other errors.
 *
 * Events: `change` (detail: {@link CallState}), `local` (detail: Media or null), `remote` (detail: MediaStream or null),
 * `trouble` (detail: Error of the media connection).
 */

import { Leg } from "./leg.js";
import { endWords, errorWords } from "./words.js";

/** @typedef {import("./signaling.js").Message} Message */
/** @typedef {import("./signaling.js").Signaling} Signaling */
/** @typedef {import("./media.js").Media} Media */
/**
 * @typedef {{ phase: "idle" }
 *   | { phase: "calling", peer: string, requestId: string, callId: string | null, away: boolean, cancelled: boolean }
 *   | { phase: "incoming", peer: string, callId: string }
 *   | { phase: "connecting", peer: string, callId: string, requestId: string, outgoing: boolean }
 *   | Connected
 *   | { phase: "ended", peer: string, words: string }} CallState
 *   `callId` of `calling`: null until it rings; `away`: the other's connection to the server is broken just now
 */
/**
 * @typedef {{ phase: "connected", peer: string, callId: string, outgoing: boolean, since: Date, away: boolean,
 *   shaky: boolean, detached: null | "me" | "peer" }} Connected
 *   `shaky`: the media stopped and may come back; `detached`: the server has ended the call because this side's
 *   connection to it was lost, or the other's, and only the media go on
 */

/** How long stopped media may take to come back, in ms. Without signaling nothing can bring them back but luck. */
const PATIENCE = 15_000;
const PATIENCE_DETACHED = 5_000;

export class Call extends EventTarget {
  /** @type {CallState} */ state = { phase: "idle" };
  /** @type {RTCIceServer[]} */ iceServers = [];
  #signaling;
  #openMedia;
  #nameOf;
  /** @type {Leg | null} */ #leg = null;
  /** @type {Message | null} somebody's call that came while our own request was under way */ #crossing = null;
  #patience = 0;

  /**
   * @param {Signaling} signaling
   * @param {() => Promise<Media>} openMedia
   * @param {import("./words.js").NameOf} nameOf
   */
  constructor(signaling, openMedia, nameOf) {
    super();
    this.#signaling = signaling;
    this.#openMedia = openMedia;
    this.#nameOf = nameOf;
  }

  /** @returns {RTCPeerConnection | null} */
  get peerConnection() {
    return this.#leg?.connection ?? null;
  }

  /** Whether picture and sound of this side are being sent, or would be. */
  get sends() {
    return this.#leg?.sends ?? { audio: true, video: true };
  }

  /** True while a new call can be made. */
  get free() {
    return this.state.phase === "idle" || this.state.phase === "ended";
  }

  /** @param {string} peer */
  start(peer) {
    if (!this.free) return;
    const requestId = this.#signaling.nextId();
    const media = { audio: true, video: true };
    if (!this.#signaling.send({ type: "call-request", to: peer, media, id: requestId })) return;
    this.#crossing = null;
    this.#openLeg();
    this.#become({ phase: "calling", peer, requestId, callId: null, away: false, cancelled: false });
  }

  accept() {
    if (this.state.phase !== "incoming") return;
    const { peer, callId } = this.state;
    const requestId = this.#signaling.nextId();
    this.#signaling.send({ type: "call-accept", callId, id: requestId });
    this.#openLeg();
    this.#connect({ phase: "connecting", peer, callId, requestId, outgoing: false }, "answers");
  }

  reject() {
    if (this.state.phase !== "incoming") return;
    this.#tell("call-reject", this.state.callId);
    this.#endByMe("rejected");
  }

  /** Before the server has answered the request there is no call to cancel yet; it is cancelled with the answer. */
  cancel() {
    if (this.state.phase !== "calling") return;
    if (this.state.callId === null) return this.#become({ ...this.state, cancelled: true });
    this.#tell("call-cancel", this.state.callId);
    this.#endByMe("cancelled");
  }

  hangUp() {
    if (this.state.phase !== "connecting" && this.state.phase !== "connected") return;
    this.#tellHangUp();
    this.#endByMe("hangup");
  }

  /** The page goes or signs out: the other person need not wait for the server to find out. */
  quit() {
    if (this.state.phase === "calling" && this.state.callId) this.cancel();
    else this.hangUp();
  }

  /** @param {"audio" | "video"} kind */
  toggle(kind) {
    this.#leg?.toggle(kind);
    this.#become(this.state);
  }

  /** The connection to the server broke. Media that flow go on; nothing else can. */
  signalingLost() {
    if (this.state.phase === "connected") this.#detach("me");
    else if (!this.free) this.#end("The connection to the server was lost, and the call with it.");
  }

  /** This page is not signed in any more. */
  signalingOver() {
    if (!this.free) this.#end("The call ended because this page is signed out.");
  }

  /** @param {Message} message whatever the server said */
  hear(message) {
    switch (message.type) {
      case "call-request":
        return this.#rung(message);
      case "call-ringing":
        return this.#ringing(message);
      case "call-accept":
        return this.#accepted(message);
      case "call-ended":
        return this.#ended(message);
      case "call-peer-away":
      case "call-peer-back":
        return this.#peerAway(message);
      case "offer":
      case "answer":
      case "candidate":
        return this.#relayed(message.type, message);
      case "error":
        return this.#refused(message);
    }
  }

  /** @param {Message} request */
  #rung(request) {
    const { state } = this;
    if (state.phase === "calling") {
      // Both called at once: the server's answer to our own request tells what becomes of the two.
      this.#crossing = request;
      return;
    }
    if (state.phase === "connected" && state.detached && state.peer === request.from) this.#end("");
    if (!this.free) {
      this.#signaling.send({ type: "call-reject", callId: request.callId, detail: "in a call" });
      return;
    }
    this.#become({ phase: "incoming", peer: request.from, callId: request.callId });
  }

  /** @param {Message} ringing */
  #ringing({ ref, callId, away }) {
    if (this.state.phase !== "calling" || this.state.requestId !== ref) return;
    this.#become({ ...this.state, callId, away: away === true });
    if (this.state.cancelled) this.cancel();
  }

  /** @param {Message} accept */
  #accepted({ ref, callId, from, offerer }) {
    const { state } = this;
    if (state.phase !== "calling" || (state.callId !== callId && state.requestId !== ref)) return;
    const { requestId, cancelled } = state;
    const role = offerer ? "offers" : "answers";
    this.#connect({ phase: "connecting", peer: from, callId, requestId, outgoing: true }, role);
    if (cancelled) this.hangUp();
  }

  /** @param {Message} ended */
  #ended(ended) {
    if (ended.callId && ended.callId === this.#crossing?.callId) this.#crossing = null;
    const { state } = this;
    if (state.phase === "idle" || state.phase === "ended" || !belongs(ended, state)) return;
    if (state.phase === "connected" && ended.reason === "lost") return this.#detach("peer");
    const crossing = this.#crossing;
    const outgoing = state.phase === "calling" || (state.phase !== "incoming" && state.outgoing);
    const sides = { peer: state.peer, me: this.#signaling.userId, outgoing };
    this.#end(endWords(ended, sides, this.#nameOf));
    // Busy because somebody's call reached us first: that one rings now.
    if (ended.reason === "busy" && crossing) this.#rung(crossing);
  }

  /** @param {Message} message */
  #peerAway({ type, callId }) {
    const { state } = this;
    if ((state.phase !== "calling" && state.phase !== "connected") || state.callId !== callId) return;
    this.#become({ ...state, away: type === "call-peer-away" });
  }

  /**
   * @param {"offer" | "answer" | "candidate"} type
   * @param {Message} message
   */
  #relayed(type, { from, callId, data }) {
    if (this.state.phase !== "connecting" && this.state.phase !== "connected") return;
    if (from !== this.state.peer || (callId ?? this.state.callId) !== this.state.callId) return;
    this.#leg?.hear(type, data);
  }

  /** @param {Message} error */
  #refused(error) {
    const { state } = this;
    if (state.phase !== "calling" && state.phase !== "connecting") return;
    if (error.ref !== state.requestId) return;
    this.#tellHangUp();
    this.#end(errorWords(error, this.#nameOf));
  }

  #openLeg() {
    const leg = new Leg(this.#openMedia);
    leg.addEventListener("local", (event) => this.#emit("local", detail(event)));
    leg.addEventListener("remote", (event) => this.#emit("remote", detail(event)));
    leg.addEventListener("trouble", (event) => this.#emit("trouble", detail(event)));
    leg.addEventListener("state", (event) => this.#mediaState(detail(event)));
    this.#leg = leg;
  }

  /**
   * @param {CallState & { phase: "connecting" }} state
   * @param {"offers" | "answers"} role
   */
  #connect(state, role) {
    const { peer: to, callId } = state;
    this.#leg?.connect({
      iceServers: this.iceServers,
      offerer: role === "offers",
      send: (type, data) => this.#attached && this.#signaling.send({ type, to, callId, data }),
    });
    this.#become(state);
  }

  /** @param {RTCPeerConnectionState} media */
  #mediaState(media) {
    if (media === "connected") this.#mediaFlow();
    else if (media === "disconnected") this.#mediaStopped();
    else if (media === "failed") this.#mediaFailed();
  }

  #mediaFlow() {
    clearTimeout(this.#patience);
    const { state } = this;
    if (state.phase === "connected") return this.#become({ ...state, shaky: false });
    if (state.phase !== "connecting") return;
    const { peer, callId, outgoing } = state;
    const since = new Date();
    this.#become({ phase: "connected", peer, callId, outgoing, since, away: false, shaky: false, detached: null });
  }

  #mediaStopped() {
    if (this.state.phase !== "connected") return;
    this.#become({ ...this.state, shaky: true });
    if (this.state.detached) this.#giveUpAfter(PATIENCE_DETACHED);
  }

  #mediaFailed() {
    if (this.state.phase === "connected" && !this.state.detached) {
      this.#become({ ...this.state, shaky: true });
      this.#leg?.restart(this.iceServers);
      this.#giveUpAfter(PATIENCE);
    } else {
      this.#giveUp();
    }
  }

  /** @param {number} milliseconds */
  #giveUpAfter(milliseconds) {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#giveUp(), milliseconds);
  }

  #giveUp() {
    if (this.state.phase !== "connecting" && this.state.phase !== "connected") return;
    const who = this.#nameOf(this.state.peer);
    const never = this.state.phase === "connecting";
    this.#tellHangUp("no media");
    this.#end(never ? `No way for picture and sound was found to ${who}.` : `Picture and sound from ${who} are gone.`);
  }

  /** @param {"me" | "peer"} lost whose connection to the server it was */
  #detach(lost) {
    if (this.state.phase !== "connected" || this.state.detached) return;
    this.#become({ ...this.state, detached: lost });
    if (this.state.shaky) this.#giveUpAfter(PATIENCE_DETACHED);
  }

  /** The server still knows this call. */
  get #attached() {
    return this.state.phase === "connecting" || (this.state.phase === "connected" && !this.state.detached);
  }

  /** @param {string} [why] */
  #tellHangUp(why) {
    if (this.#attached && "callId" in this.state && this.state.callId) this.#tell("call-hangup", this.state.callId, why);
  }

  /**
   * @param {"call-reject" | "call-cancel" | "call-hangup"} type
   * @param {string} callId
   * @param {string} [why]
   */
  #tell(type, callId, why) {
    this.#signaling.send(why ? { type, callId, detail: why } : { type, callId });
  }

  /** @param {"rejected" | "cancelled" | "hangup"} reason */
  #endByMe(reason) {
    const me = this.#signaling.userId;
    const peer = "peer" in this.state ? this.state.peer : "";
    this.#end(endWords({ type: "call-ended", by: me, reason }, { peer, me, outgoing: true }, this.#nameOf));
  }

  /** @param {string} words */
  #end(words) {
    clearTimeout(this.#patience);
    this.#crossing = null;
    const peer = "peer" in this.state ? this.state.peer : "";
    this.#leg?.close();
    this.#leg = null;
    this.#emit("local", null);
    this.#emit("remote", null);
    this.#become({ phase: "ended", peer, words });
  }

  /** @param {CallState} state */
  #become(state) {
    this.state = state;
    this.#emit("change", state);
  }

  /**
   * @param {string} name
   * @param {unknown} what
   */
  #emit(name, what) {
    this.dispatchEvent(new CustomEvent(name, { detail: what }));
  }
}

/**
 * Whether the server speaks of this call, by its id or, where there is none yet, by our request.
 * @param {Message} ended
 * @param {{ callId: string | null, requestId?: string }} state
 */
function belongs({ callId, ref }, { callId: current, requestId }) {
  return callId ? callId === current : ref !== undefined && ref === requestId;
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
