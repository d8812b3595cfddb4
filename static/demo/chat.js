/**
 * Text chat: one conversation for each person and each room, of which one is shown.
 *
 * Promises: a line says what became of it as soon as that is known, also when it cannot be known any more; what comes in
 * a conversation that is not shown is counted, and so is what comes while the chat is out of sight.
 *
 * Event: `unread`, whenever a conversation begins or what is unread changes.
 */

import { avatar } from "./avatar.js";
import { keepAtEnd, keepAtEndWhenResized, make, part, timeOfDay } from "./dom.js";
import { displayName, isolated, isRoom, nameOf, roomKey, SERVER } from "./names.js";
import { errorWords } from "./sentences.js";
import { language, words } from "./words.js";

/** @typedef {import("../switchboard.js").IncomingMessage} IncomingMessage */
/** @typedef {import("../switchboard.js").SwitchboardError} SwitchboardError */
/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/** @typedef {import("./room.js").RoomControl} RoomControl */
/**
 * @typedef {object} Entry
 * @property {string} from empty: this page
 * @property {string} text
 * @property {Date} at
 * @property {"sending" | "sent" | "delivered" | "failed"} fate of what this page has sent
 * @property {boolean} [missed] no message, but a call that nobody took
 * @property {SwitchboardError | null} error
 */

const KEPT = 500;
/** How many ticks a fate is worth. */
const TICKS = { sending: "", sent: "✓", delivered: "✓✓", failed: "!" };

const log = part("chat-log", HTMLElement);
const lines = part("chat-lines", HTMLElement);
const empty = part("chat-empty", HTMLElement);
const form = part("chat-form", HTMLFormElement);
const field = part("chat-input", HTMLInputElement);
const sendButton = part("chat-send", HTMLButtonElement);
const heading = part("chat-heading", HTMLElement);
const sign = part("chat-avatar", HTMLElement);

export class Chat extends EventTarget {
  /** The key of the conversation that is shown; empty: none. */ partner = "";
  /** @type {Map<string, number>} of each conversation that there is */ unread = new Map();
  /** @type {Map<string, Entry[]>} */ #threads = new Map();
  /** @type {Map<string, string>} what is half written, by conversation */ #drafts = new Map();
  /** @type {Map<Entry, HTMLElement>} those that are shown */ #lines = new Map();
  /** @type {Switchboard | null} */ #me = null;
  #room;
  /** Whether a new line would be seen where it is. */ #inView = true;

  /** @param {RoomControl} room */
  constructor(room) {
    super();
    this.#room = room;
    room.addEventListener("message", (event) => this.#received(/** @type {CustomEvent} */ (event).detail));
    form.addEventListener("submit", (event) => this.#submit(event));
    keepAtEndWhenResized(log);
  }

  /** @param {Switchboard} me */
  attach(me) {
    if (this.#me && this.#me.userId !== me.userId) this.#forget();
    this.#me = me;
    me.on("message", (message) => this.#received(message));
    this.render();
  }

  /**
   * Shows this conversation, but never under the fingers of somebody who is writing in another.
   * @param {string} key
   */
  offer(key) {
    if (document.activeElement !== field && field.value.trim() === "") return this.show(key);
    if (this.unread.has(key)) return;
    this.unread.set(key, 0);
    this.#tellUnread();
  }

  /**
   * A half-written line stays with its conversation.
   * @param {string} key
   */
  show(key) {
    if (key !== this.partner) {
      this.#drafts.set(this.partner, field.value);
      field.value = this.#drafts.get(key) ?? "";
    }
    this.partner = key;
    if (this.unread.has(key) || isRoom(key)) this.unread.set(key, 0);
    this.#renderLog();
    this.render();
    this.#tellUnread();
  }

  focus() {
    field.focus();
  }

  /** Told by {@link ChatCount}. @param {boolean} inView whether a new line would be seen where it is */
  setInView(inView) {
    this.#inView = inView;
    if (!inView || !this.unread.get(this.partner)) return;
    this.unread.set(this.partner, 0);
    this.#tellUnread();
  }

  /** Renders everything that depends on the connection, the partner and the language. */
  render() {
    const { partner } = this;
    const { phase, name } = this.#room;
    const inRoom = !isRoom(partner) || (phase === "in" && roomKey(name) === partner);
    const closed = !this.#me || this.#me.state === "closed";
    field.disabled = sendButton.disabled = closed || partner === "" || partner === SERVER || !inRoom;
    field.placeholder = partner ? words("chat.write", { who: nameOf(partner) }) : words("chat.pick");
    heading.textContent = partner ? nameOf(partner) : words("chat.heading");
    sign.replaceChildren(...(partner ? [avatar(displayName(partner), partner)] : []));
    empty.textContent = words(partner ? "chat.empty" : "chat.nobody");
    empty.hidden = (this.#threads.get(partner)?.length ?? 0) > 0;
    for (const [entry, line] of this.#lines) this.#fill(line, entry);
  }

  /** Somebody else has signed in: what was said before is not theirs. */
  #forget() {
    this.#threads.clear();
    this.unread.clear();
    this.show("");
    this.#drafts.clear();
    field.value = "";
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    const { partner } = this;
    if (text === "" || !this.#me) return;
    const sending = isRoom(partner) ? this.#room.room?.send({ text }) : this.#me.send(partner, { text });
    if (!sending) return;
    field.value = "";
    const entry = this.#append(partner, { from: "", text, at: new Date(), fate: "sending", error: null });
    sending.then(
      () => this.#judge(entry, isRoom(partner) ? "sent" : "delivered", null),
      (error) => this.#judge(entry, "failed", error),
    );
  }

  /**
   * Somebody has called, and nobody took it.
   * @param {string} userId
   */
  missed(userId) {
    this.#append(userId, { from: userId, text: "", at: new Date(), fate: "sent", error: null, missed: true });
    this.#count(userId);
  }

  /** @param {string} key of a conversation that has something new */
  #count(key) {
    if (key === this.partner && this.#inView) return;
    this.unread.set(key, (this.unread.get(key) ?? 0) + 1);
    this.#tellUnread();
  }

  /** @param {IncomingMessage} message */
  #received({ from, room, data }) {
    const text = typeof data?.text === "string" ? data.text : JSON.stringify(data);
    const key = room === undefined ? from : roomKey(room);
    this.#append(key, { from, text, at: new Date(), fate: "sent", error: null });
    if (this.partner === "") this.show(key);
    this.#count(key);
  }

  /**
   * @param {Entry} entry
   * @param {Entry["fate"]} fate
   * @param {SwitchboardError | null} error
   */
  #judge(entry, fate, error) {
    Object.assign(entry, { fate, error });
    const line = this.#lines.get(entry);
    if (line) keepAtEnd(log, () => this.#fill(line, entry));
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  #append(key, entry) {
    const thread = this.#threads.get(key) ?? [];
    thread.push(entry);
    thread.splice(0, thread.length - KEPT);
    if (!this.#threads.has(key)) {
      this.#threads.set(key, thread);
      this.unread.set(key, 0);
      this.#tellUnread();
    }
    if (key !== this.partner) return entry;
    keepAtEnd(log, () => this.#show(entry));
    this.render();
    return entry;
  }

  #renderLog() {
    this.#lines.clear();
    lines.replaceChildren();
    for (const entry of this.#threads.get(this.partner) ?? []) this.#show(entry);
    log.scrollTop = log.scrollHeight;
  }

  /** @param {Entry} entry */
  #show(entry) {
    const side = entry.from ? "theirs" : "mine";
    const line = make("li", { className: entry.missed ? `${side} missed` : side, "data-testid": "chat-entry" });
    line.append(make("span", { className: "who" }), make("span", { className: "text", text: entry.text }));
    line.append(make("span", entry.from ? {} : { className: "fate", "data-testid": "chat-fate" }));
    this.#lines.set(entry, line);
    this.#fill(line, entry);
    lines.append(line);
    if (lines.childElementCount <= KEPT) return;
    lines.firstElementChild?.remove();
    this.#lines.delete([...this.#lines.keys()][0]);
  }

  /**
   * @param {HTMLElement} line
   * @param {Entry} entry
   */
  #fill(line, { from, at, fate, error, missed }) {
    const [who, text, verdict] = /** @type {HTMLElement[]} */ ([...line.children]);
    const time = timeOfDay(at, "seconds");
    const head = from && isRoom(this.partner) ? `${isolated(displayName(from))} · ${time}` : time;
    if (who.textContent !== head) who.textContent = head;
    if (missed) text.textContent = words("chat.missed");
    const sentence = error ? errorWords(error, nameOf) : words(`chat.${fate}`);
    if (from || verdict.lastChild?.textContent === sentence) return;
    verdict.dataset.fate = fate;
    const tick = make("span", { className: "tick", "aria-hidden": "true", text: TICKS[fate] });
    verdict.replaceChildren(tick, make("span", { text: sentence }));
    // The advice comes with the refusal, in English only.
    verdict.title = error ? ((language() === "en" && error.advice) || "") : words(`chat.${fate}-meaning`);
  }

  #tellUnread() {
    this.dispatchEvent(new CustomEvent("unread"));
  }
}
