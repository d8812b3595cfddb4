/**
 * The buttons below the pictures: what one can do in a call, in a room, and after a call.
 */

import { closeDevices, openDevices } from "./devices.js";
import { part } from "./dom.js";
import { mayUseDevices } from "./media.js";
import { say } from "./status.js";
import { mainVideo } from "./tiles.js";
import { words } from "./words.js";

/** @typedef {import("./scene.js").Desk} Desk */
/** @typedef {import("./sending.js").Sending} Sending */

const stage = part("stage", HTMLElement);
const button = (/** @type {string} */ id) => part(id, HTMLButtonElement);
const mute = button("mute");
const camera = button("camera");
const share = button("share");
const devices = button("devices");
const float = button("float");
const fullScreen = button("full-screen");
const hangUp = button("hang-up");
const leave = button("leave");
const cancel = button("cancel");
const again = button("call-again");

export class Controls {
  /** @type {Sending | null} */ #sending = null;

  /** @param {{ hangUp: () => void, leave: () => void, callAgain: () => void }} acts */
  constructor({ hangUp: end, leave: out, callAgain }) {
    hangUp.addEventListener("click", end);
    cancel.addEventListener("click", end);
    leave.addEventListener("click", out);
    again.addEventListener("click", callAgain);
    mute.addEventListener("click", () => this.#sending?.toggle("audio"));
    camera.addEventListener("click", () => this.#sending?.toggle("video"));
    share.addEventListener("click", () => this.#share());
    devices.addEventListener("click", () => this.#sending && openDevices(this.#sending));
    float.addEventListener("click", floatOrBack);
    fullScreen.addEventListener("click", fillOrBack);
    document.addEventListener("fullscreenchange", renderFullScreen);
  }

  /**
   * @param {Desk} desk
   * @param {boolean} callable whether a call can be made now
   */
  render({ call, room }, callable) {
    const { state } = call;
    const inRoom = room.phase !== "out";
    const inCall = !inRoom && (state.phase === "connecting" || state.phase === "connected");
    const sending = inRoom ? room.sending : inCall ? call.sending : null;
    if (this.#sending && this.#sending !== sending) closeDevices();
    this.#sending = sending;
    mute.hidden = camera.hidden = !sending;
    devices.hidden = !sending || !mayUseDevices();
    share.hidden = !sending || !mayShareScreen();
    fullScreen.hidden = !sending || !document.fullscreenEnabled;
    float.hidden = !sending || !document.pictureInPictureEnabled || mainVideo() === null;
    hangUp.hidden = !inCall;
    leave.hidden = !inRoom;
    cancel.hidden = inRoom || state.phase !== "calling";
    again.hidden = inRoom || state.phase !== "ended" || state.peer === "";
    again.disabled = !callable;
    const { audio, video } = sending?.on ?? { audio: true, video: true };
    label(mute, words(audio ? "controls.mute" : "controls.unmute"), audio);
    label(camera, words(video ? "controls.camera-off" : "controls.camera-on"), video);
    label(share, words(sending?.screen ? "controls.unshare" : "controls.share"), !sending?.screen);
    renderFullScreen();
    if (inRoom || inCall) return;
    if (document.fullscreenElement === stage) document.exitFullscreen().catch(() => {});
  }

  async #share() {
    const sending = this.#sending;
    if (sending?.screen) return sending.unshareScreen();
    try {
      await sending?.shareScreen();
    } catch (failure) {
      // Closing the browser's question is no failure to report.
      if (failure instanceof DOMException && failure.name === "NotAllowedError") return;
      say("warning", () => words("controls.share-failed"), { code: String(failure) });
    }
  }
}

function mayShareScreen() {
  return Boolean(navigator.mediaDevices?.getDisplayMedia);
}

async function floatOrBack() {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await mainVideo()?.requestPictureInPicture();
  } catch (failure) {
    say("warning", () => words("controls.float-failed"), { code: String(failure) });
  }
}

async function fillOrBack() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await stage.requestFullscreen();
  } catch (failure) {
    say("warning", () => words("controls.full-screen-failed"), { code: String(failure) });
  }
}

function renderFullScreen() {
  const full = document.fullscreenElement === stage;
  label(fullScreen, words(full ? "controls.full-screen-off" : "controls.full-screen"), !full);
}

/**
 * @param {HTMLButtonElement} place
 * @param {string} text
 * @param {boolean} usual the state in which it need not stand out
 */
function label(place, text, usual) {
  const span = place.querySelector(".label");
  if (span && span.textContent !== text) span.textContent = text;
  place.dataset.usual = String(usual);
}
