/**
 * The call on the screen: pictures, the state in words, the buttons, the dialog that rings.
 */

import { part } from "./dom.js";
import { avatar } from "./people.js";
import { ring } from "./sound.js";

/** @typedef {import("./call.js").Call} Call */
/** @typedef {import("./call.js").CallState} CallState */
/** @typedef {import("./call.js").Connected} Connected */
/** @typedef {import("./media.js").Media} Media */
/** @typedef {import("./words.js").NameOf} NameOf */

const stage = part("stage", HTMLElement);
const stateWord = part("call-state", HTMLElement);
const sentence = part("call-words", HTMLElement);
const duration = part("call-duration", HTMLElement);
const portrait = part("portrait", HTMLElement);
const remoteVideo = part("remote-video", HTMLVideoElement);
const localTile = part("local-tile", HTMLElement);
const localVideo = part("local-video", HTMLVideoElement);
const localNote = part("local-note", HTMLElement);
const dialog = part("incoming", HTMLDialogElement);
const dialogTitle = part("incoming-title", HTMLElement);
const dialogPortrait = part("incoming-portrait", HTMLElement);
const buttons = {
  cancel: part("cancel", HTMLButtonElement),
  mute: part("mute", HTMLButtonElement),
  camera: part("camera", HTMLButtonElement),
  hangUp: part("hang-up", HTMLButtonElement),
  again: part("call-again", HTMLButtonElement),
};

export class Stage {
  #call;
  #nameOf;
  /** @type {Media | null} */ #media = null;
  /** @type {CallState["phase"]} */ #shown = "idle";

  /**
   * @param {Call} call
   * @param {NameOf} nameOf
   * @param {(userId: string) => void} callAgain
   */
  constructor(call, nameOf, callAgain) {
    this.#call = call;
    this.#nameOf = nameOf;
    part("accept", HTMLButtonElement).addEventListener("click", () => call.accept());
    part("reject", HTMLButtonElement).addEventListener("click", () => call.reject());
    // Escape closes the dialog: a no. The event comes late, when the next call may have opened it again.
    dialog.addEventListener("close", () => !dialog.open && call.reject());
    buttons.cancel.addEventListener("click", () => call.cancel());
    buttons.hangUp.addEventListener("click", () => call.hangUp());
    buttons.mute.addEventListener("click", () => call.toggle("audio"));
    buttons.camera.addEventListener("click", () => call.toggle("video"));
    buttons.again.addEventListener("click", () => call.state.phase === "ended" && callAgain(call.state.peer));
    setInterval(() => this.#renderDuration(), 1000);
    this.render();
  }

  /** @param {boolean} callable whether a call can be made now */
  setCallable(callable) {
    buttons.again.disabled = !callable;
  }

  /** @param {Media | null} media what this side sends */
  showLocal(media) {
    this.#media = media;
    localVideo.srcObject = media?.stream ?? null;
    this.render();
  }

  /** @param {MediaStream | null} stream what the other side sends */
  showRemote(stream) {
    remoteVideo.srcObject = stream;
  }

  render() {
    const { state } = this.#call;
    stage.dataset.state = stateWord.dataset.state = state.phase;
    stateWord.textContent = stateWords(state);
    const words = this.#sentence(state);
    if (sentence.textContent !== words) sentence.textContent = words;
    remoteVideo.hidden = state.phase !== "connected";
    this.#renderPortrait(state);
    this.#renderButtons(state);
    this.#renderLocal();
    this.#renderDuration();
    this.#renderDialog(state);
    this.#renderRing(state);
    if (state.phase !== this.#shown) this.#keepFocus(state);
    this.#shown = state.phase;
  }

  /**
   * A button that went away or does nothing now must not take the focus with it. Who is elsewhere stays there.
   * @param {CallState} state
   */
  #keepFocus({ phase }) {
    const focused = document.activeElement;
    const kept = focused instanceof HTMLElement && focused !== document.body;
    if (kept && focused.checkVisibility() && !focused.matches(":disabled")) return;
    if (phase === "calling") buttons.cancel.focus();
    else sentence.focus();
  }

  /** @param {CallState} state */
  #sentence(state) {
    switch (state.phase) {
      case "idle":
        return "Pick somebody to call, or wait to be called.";
      case "calling":
        return callingWords(state, this.#nameOf(state.peer));
      case "incoming":
        return `${this.#nameOf(state.peer)} is calling.`;
      case "connecting":
        return this.#media ? `Connecting with ${this.#nameOf(state.peer)}…` : "Opening camera and microphone…";
      case "connected":
        return connectedWords(state, this.#nameOf(state.peer));
      case "ended":
        return state.words;
    }
  }

  /** @param {CallState} state */
  #renderPortrait(state) {
    const peer = "peer" in state ? state.peer : "";
    portrait.hidden = state.phase === "connected" || peer === "";
    if (portrait.dataset.user === peer) return;
    portrait.dataset.user = peer;
    portrait.replaceChildren(avatar(this.#nameOf(peer), peer));
  }

  /** @param {CallState} state */
  #renderButtons(state) {
    const talking = state.phase === "connecting" || state.phase === "connected";
    const { audio, video } = this.#call.sends;
    buttons.cancel.hidden = state.phase !== "calling";
    buttons.hangUp.hidden = !talking;
    buttons.mute.hidden = buttons.camera.hidden = !talking;
    buttons.again.hidden = state.phase !== "ended" || state.peer === "";
    label(buttons.mute, audio ? "Mute" : "Unmute", audio);
    label(buttons.camera, video ? "Camera off" : "Camera on", video);
  }

  #renderLocal() {
    const { audio, video } = this.#call.sends;
    localTile.hidden = this.#media === null;
    localTile.dataset.camera = video ? "on" : "off";
    const off = [video ? "" : "camera off", audio ? "" : "muted"].filter(Boolean);
    localNote.textContent = off.join(" · ") || (this.#media?.generatedPicture ? "generated" : "");
  }

  #renderDuration() {
    const { state } = this.#call;
    duration.hidden = state.phase !== "connected";
    if (state.phase !== "connected") return;
    const total = Math.floor((Date.now() - state.since.getTime()) / 1000);
    duration.textContent = `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
  }

  /** @param {CallState} state */
  #renderDialog(state) {
    if (state.phase !== "incoming") return dialog.open ? dialog.close() : undefined;
    const who = this.#nameOf(state.peer);
    dialogTitle.textContent = `${who} is calling`;
    dialogPortrait.replaceChildren(avatar(who, state.peer));
    if (!dialog.open) dialog.showModal();
  }

  /** @param {CallState} state */
  #renderRing(state) {
    const kind = state.phase === "incoming" ? "incoming" : state.phase === "calling" && state.callId ? "calling" : "silent";
    if (stage.dataset.ring === kind) return;
    stage.dataset.ring = kind;
    ring(kind);
  }
}

/** @param {CallState} state */
function stateWords(state) {
  switch (state.phase) {
    case "calling":
      return state.callId ? "ringing" : "calling";
    case "incoming":
      return "ringing";
    case "connected":
      return "in call";
    default:
      return state.phase;
  }
}

/**
 * @param {CallState & { phase: "calling" }} state
 * @param {string} who
 */
function callingWords({ callId, away, cancelled }, who) {
  if (cancelled) return "Cancelling…";
  if (away) return `Ringing. The connection of ${who} is broken just now and may come back.`;
  return callId ? `Ringing at ${who}…` : `Calling ${who}…`;
}

/**
 * @param {Connected} state
 * @param {string} who
 */
function connectedWords({ shaky, away, detached }, who) {
  if (detached) {
    const whose = detached === "me" ? "Your connection" : `The connection of ${who}`;
    const ended = `${whose} to the server was lost, and for the server this call has ended.`;
    return shaky ? `${ended} Now picture and sound have stopped, too.` : `${ended} Picture and sound go on until you hang up.`;
  }
  if (shaky) return `Picture and sound from ${who} have stopped. Waiting for them to come back…`;
  if (away) return `${who} has lost the connection to the server and may come back. Picture and sound go on.`;
  return `You are talking with ${who}.`;
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} words
 * @param {boolean} sending
 */
function label(button, words, sending) {
  const place = button.querySelector(".label");
  if (place && place.textContent !== words) place.textContent = words;
  button.dataset.sending = String(sending);
}

// The browser refuses sound before the first touch of the page; the first touch makes up for it.
document.addEventListener("click", () => remoteVideo.srcObject && remoteVideo.paused && remoteVideo.play().catch(() => {}));
