/**
 * The stage: pictures, the state in words, the sound of what rings.
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

export class Stage {
  /** @type {string} */ #shown = "idle";
  /** @type {Date | null} */ #since = null;

  /** The sound that rings, and for which call. */ #rung = "";

  constructor() {
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
    this.#renderRing(desk);
    if (scene.state !== this.#shown) this.#keepFocus(scene);
    this.#shown = scene.state;
  }

  /**
   * A button that went away or does nothing now must not take the focus with it. A focus elsewhere stays there.
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
  #renderRing({ call: { call, ringing, state } }) {
    const calling = state.phase === "calling" && state.rings;
    const here = ringing.length === 0 ? "silent" : call === null ? "incoming" : "waiting";
    const kind = calling ? "calling" : here;
    // Each newcomer rings anew, as every ring has an end.
    const rung = [kind, kind === "calling" ? "" : ringing.at(-1)?.callId].join(" ");
    if (this.#rung === rung) return;
    this.#rung = rung;
    ring(kind);
  }
}
