/**
 * Counts unread messages while the chat is out of sight: below the fold of a phone, or in a tab in the background.
 * A button among the controls shows the count and leads to the chat.
 *
 * Promises: a message counts as read only when the end of its conversation was in the window of a visible tab.
 */

import { part } from "./dom.js";
import { words } from "./words.js";

/** @typedef {import("./chat.js").Chat} Chat */

const section = part("chat-heading", HTMLElement).closest("section");
const form = part("chat-form", HTMLFormElement);
const log = part("chat-log", HTMLElement);
const button = part("chat-open", HTMLButtonElement);
const count = part("chat-count", HTMLElement);
const spoken = part("chat-count-words", HTMLElement);

export class ChatCount {
  #chat;
  #pick;
  /** Whether the field below the last line is in the window. */ #inWindow = true;

  /**
   * @param {Chat} chat
   * @param {(key: string) => void} pick shows another conversation
   */
  constructor(chat, pick) {
    this.#chat = chat;
    this.#pick = pick;
    button.addEventListener("click", () => this.#open());
    document.addEventListener("visibilitychange", () => this.#tell());
    new IntersectionObserver((seen) => {
      this.#inWindow = seen.at(-1)?.isIntersecting ?? false;
      this.#tell();
    }).observe(form);
  }

  /** Messages of all conversations that were not read yet. */
  get total() {
    return [...this.#chat.unread.values()].reduce((sum, it) => sum + it, 0);
  }

  /** @param {boolean} onTheLine whether this page is in a call or in a room */
  render(onTheLine) {
    const { total } = this;
    button.hidden = !onTheLine;
    count.textContent = total > 0 ? String(total) : "";
    spoken.textContent = total > 0 ? words("people.unread", { count: total }) : "";
  }

  #tell() {
    this.#chat.setInView(this.#inWindow && !document.hidden);
  }

  /** Leads to the chat, and to another conversation where only that has unread messages. */
  #open() {
    const { partner, unread } = this.#chat;
    const other = [...unread].find(([, count]) => count > 0);
    if (other && !unread.get(partner)) this.#pick(other[0]);
    section?.scrollIntoView({ block: "end" });
    // Not the field: on a phone that would bring its keyboard.
    if (log.checkVisibility()) log.focus({ preventScroll: true });
  }
}
