/**
 * The dialog that rings: a card for each call, at most three.
 *
 * Promises: while nothing else goes on it is in front of everything, and the first key is an answer; in a call, or put
 * aside, it leaves the page usable and takes no focus. A card stays the same element as long as its call rings.
 */

import { avatar } from "./avatar.js";
import { make, part } from "./dom.js";
import { displayName } from "./names.js";
import { wish } from "./wish.js";
import { language, words } from "./words.js";

/** @typedef {import("../switchboard.js").Call} Call */
/** @typedef {import("./scene.js").Desk} Desk */
/** @typedef {{ accept: (call: Call) => void, reject: (call: Call) => void, block: (call: Call) => void }} Acts */

const dialog = part("incoming", HTMLDialogElement);
const title = part("incoming-title", HTMLElement);
const note = part("incoming-note", HTMLElement);
const list = part("incoming-calls", HTMLUListElement);
const aside = part("incoming-aside", HTMLButtonElement);

export class Ringing {
  /** @type {Map<Call, HTMLLIElement>} */ #cards = new Map();
  /** @type {WeakMap<HTMLLIElement, string>} what stands in them */ #filled = new WeakMap();
  /** The person wants to go on with something else. */ #aside = false;
  #acts;

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts;
    // Escape is a no to the call that has the focus, or to the first.
    dialog.addEventListener("cancel", (event) => {
      if (!event.cancelable) return;
      event.preventDefault();
      this.#rejectFocused();
    });
    // Closed all the same by the browser. The event comes late, when the next call may have opened it again.
    dialog.addEventListener("close", () => !dialog.open && this.#rejectFocused());
    aside.addEventListener("click", () => {
      this.#aside = true;
      this.#show("aside");
    });
  }

  /** @param {Desk} desk */
  render(desk) {
    const calls = desk.call.ringing;
    const focused = this.#cardWithFocus();
    for (const [call, card] of this.#cards) {
      if (calls.includes(call)) continue;
      this.#cards.delete(call);
      card.remove();
    }
    if (calls.length === 0) {
      this.#aside = false;
      return this.#show("closed");
    }
    const many = calls.length > 1;
    const { userId, continues } = calls[0];
    const one = words(continues === undefined ? "incoming.title" : "incoming.again", { who: desk.nameOf(userId) });
    setText(title, many ? words("incoming.many", { count: calls.length }) : one);
    const leaves = desk.room.phase === "out" ? "" : words("incoming.leaves", { room: desk.room.name });
    setText(note, [leaves, wish() === "generated" ? words("incoming.generated") : ""].filter(Boolean).join(" "));
    dialog.dataset.many = String(many);
    for (const call of calls) this.#fill(this.#cards.get(call) ?? this.#make(call), call, many, desk);
    this.#show(this.#aside || desk.call.call ? "aside" : "modal");
    // The button that was pressed has gone: the next key must not be an answer to somebody else.
    if (focused && !focused.isConnected) title.focus();
  }

  /**
   * @param {"modal" | "aside" | "closed"} how
   */
  #show(how) {
    aside.hidden = how !== "modal";
    if (dialog.dataset.how === how && dialog.open === (how !== "closed")) return;
    dialog.dataset.how = how;
    const focused = document.activeElement;
    if (dialog.open) dialog.close();
    // Without `show()`, which would take the focus.
    if (how === "aside") dialog.open = true;
    if (how !== "modal") return;
    dialog.showModal();
    // Except where somebody is writing: there a space would be an answer.
    if (focused?.matches("input, textarea, select")) title.focus();
    else /** @type {HTMLElement | null} */ (list.querySelector("button.primary"))?.focus();
  }

  /** @param {Call} call */
  #make(call) {
    const { userId } = call;
    const card = make("li", { className: "ringing", "data-testid": `ringing-${userId}` });
    const act = (/** @type {keyof Acts} */ name, /** @type {string} */ className) => {
      const button = make("button", { type: "button", className, "data-testid": name });
      button.addEventListener("click", () => this.#acts[name](call));
      return button;
    };
    card.append(make("div", { className: "portrait" }), make("bdi", { className: "who" }));
    card.append(make("div", { className: "answers" }, act("reject", "danger"), act("accept", "primary")));
    card.append(act("block", "small quiet"));
    this.#cards.set(call, card);
    list.append(card);
    return card;
  }

  /**
   * @param {HTMLLIElement} card
   * @param {Call} call
   * @param {boolean} many
   * @param {Desk} desk
   */
  #fill(card, { userId, continues }, many, { call, nameOf }) {
    const who = nameOf(userId);
    const replaces = call.call !== null;
    const state = [who, language(), many, replaces].join("\n");
    if (this.#filled.get(card) === state) return;
    this.#filled.set(card, state);
    const [portrait, name, answers, block] = /** @type {HTMLElement[]} */ ([...card.children]);
    portrait.replaceChildren(avatar(displayName(userId), userId));
    name.textContent = continues === undefined ? who : words("incoming.again", { who });
    name.hidden = !many;
    const texts = [words("controls.reject"), words(replaces ? "incoming.replace" : "controls.accept"), words("people.block")];
    [...answers.children, block].forEach((button, nth) => {
      button.textContent = texts[nth];
      button.setAttribute("aria-label", words("incoming.act", { act: texts[nth], who }));
    });
  }

  #cardWithFocus() {
    return [...this.#cards.values()].find((card) => card.contains(document.activeElement));
  }

  #rejectFocused() {
    const focused = this.#cardWithFocus();
    const calls = [...this.#cards.keys()];
    const call = calls.find((it) => this.#cards.get(it) === focused) ?? calls[0];
    if (call) this.#acts.reject(call);
  }
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 */
function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
