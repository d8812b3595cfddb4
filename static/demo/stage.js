/**
 * The stage: pictures, the state in words, the dialog that rings.
 */

import { avatar } from "./avatar.js";
import { part } from "./dom.js";
import { sceneOf } from "./scene.js";
import { ring } from "./sound.js";
import { arrange } from "./tiles.js";
import { words } from "./words.js";

/** @typedef {import("./scene.js").Desk} Desk */
/** @typedef {import("./scene.js").Scene} Scene */

const stage = part("stage", HTMLElement);
const pill = part("call-state", HTMLElement);
const sentence = part("call-words", HTMLElement);
const duration = part("call-duration", HTMLElement);
const resting = part("resting", HTMLElement);
const portrait = part("portrait", HTMLElement);
const cancel = part("cancel", HTMLButtonElement);
const dialog = part("incoming", HTMLDialogElement);
const dialogTitle = part("incoming-title", HTMLElement);
const dialogNote = part("incoming-note", HTMLElement);
const dialogPortrait = part("incoming-portrait", HTMLElement);

export class Stage {
  /** @type {string} */ #shown = "idle";
  /** @type {Date | null} */ #since = null;

  /** @param {{ accept: () => void, reject: () => void }} answers */
  constructor({ accept, reject }) {
    part("accept", HTMLButtonElement).addEventListener("click", accept);
    part("reject", HTMLButtonElement).addEventListener("click", reject);
    // Escape closes the dialog: a no. The event comes late, when the next call may have opened it again.
    dialog.addEventListener("close", () => !dialog.open && reject());
    setInterval(() => this.#renderDuration(), 1000);
  }

  /** @param {Desk} desk */
  render(desk) {
    const scene = sceneOf(desk);
    document.body.dataset.stage = stage.dataset.state = pill.dataset.state = scene.state;
    pill.textContent = words(`state.${scene.state}`);
    if (sentence.textContent !== scene.sentence) sentence.textContent = scene.sentence;
    resting.hidden = scene.state !== "idle";
    arrange(scene.layout, scene.pictures);
    this.#renderPortrait(scene, desk);
    this.#since = scene.since;
    this.#renderDuration();
    this.#renderDialog(desk);
    this.#renderRing(desk);
    if (scene.state !== this.#shown) this.#keepFocus(scene);
    this.#shown = scene.state;
  }

  /**
   * A button that went away or does nothing now must not take the focus with it. Who is elsewhere stays there.
   * @param {Scene} scene
   */
  #keepFocus({ state }) {
    const focused = document.activeElement;
    const kept = focused instanceof HTMLElement && focused !== document.body;
    if (kept && focused.checkVisibility() && !focused.matches(":disabled")) return;
    if (state === "calling") cancel.focus();
    else sentence.focus({ preventScroll: true });
  }

  /**
   * @param {Scene} scene
   * @param {Desk} desk
   */
  #renderPortrait({ portrait: userId }, { nameOf }) {
    portrait.hidden = userId === "";
    if (portrait.dataset.user === userId) return;
    portrait.dataset.user = userId;
    portrait.replaceChildren(avatar(nameOf(userId), userId));
  }

  #renderDuration() {
    duration.hidden = this.#since === null;
    if (this.#since === null) return;
    const total = Math.floor((Date.now() - this.#since.getTime()) / 1000);
    duration.textContent = `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
  }

  /** @param {Desk} desk */
  #renderDialog({ call: { state }, room, nameOf }) {
    if (state.phase !== "incoming") return dialog.open ? dialog.close() : undefined;
    const who = nameOf(state.peer);
    dialogTitle.textContent = words(state.again ? "incoming.again" : "incoming.title", { who });
    dialogNote.textContent = room.phase === "out" ? "" : words("incoming.leaves", { room: room.name });
    if (dialogPortrait.dataset.user !== state.peer || !dialog.open) {
      dialogPortrait.dataset.user = state.peer;
      dialogPortrait.replaceChildren(avatar(who, state.peer));
    }
    if (!dialog.open) open(document.activeElement);
  }

  /** @param {Desk} desk */
  #renderRing({ call: { state } }) {
    const kind = state.phase === "incoming" ? "incoming" : state.phase === "calling" && state.rings ? "calling" : "silent";
    if (stage.dataset.ring === kind) return;
    stage.dataset.ring = kind;
    ring(kind);
  }
}

/**
 * The first key goes to "Accept", except where somebody is writing: there a space would be an answer.
 * @param {Element | null} focused
 */
function open(focused) {
  dialog.showModal();
  if (focused?.matches("input, textarea, select")) dialogTitle.focus();
}
