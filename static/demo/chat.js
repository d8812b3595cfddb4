/**
 * Text chat with one person at a time; what everybody writes stands in one log.
 *
 * Promises: a line says what became of it as soon as the server tells; a line whose fate cannot be known any more says
 * that, too.
 */

import { keepAtEnd, keepAtEndWhenResized, make, part, timeOfDay } from "./dom.js";
import { errorWords } from "./words.js";

/** @typedef {import("./signaling.js").Message} Message */
/** @typedef {import("./signaling.js").Signaling} Signaling */
/** @typedef {import("./words.js").NameOf} NameOf */

const KEPT = 500;
/** Stands for a program of the operator's; no user has this name, and nobody can answer it. */
const SERVER = "/server";

/** @type {Record<string, { label: string, meaning: string }>} */
const VERDICTS = {
  delivered: { label: "delivered", meaning: "The other page has confirmed it." },
  relayed: { label: "relayed", meaning: "Handed to the other connection; that page does not confirm what it gets." },
  undelivered: { label: "not delivered", meaning: "Nobody has seen it." },
};

const log = part("chat-log", HTMLElement);
const empty = part("chat-empty", HTMLElement);
const form = part("chat-form", HTMLFormElement);
const field = part("chat-input", HTMLInputElement);
const sendButton = part("chat-send", HTMLButtonElement);
const heading = part("chat-with", HTMLElement);

export class Chat {
  /** @type {Map<string, HTMLElement>} the verdicts still to come, by the id of the message */ #awaited = new Map();
  #partner = "";
  #signaling;
  #nameOf;

  /**
   * @param {Signaling} signaling
   * @param {NameOf} nameOf
   */
  constructor(signaling, nameOf) {
    this.#signaling = signaling;
    this.#nameOf = nameOf;
    form.addEventListener("submit", (event) => this.#submit(event));
    keepAtEndWhenResized(log);
    this.setPartner("");
  }

  get partner() {
    return this.#partner;
  }

  /** @param {string} userId empty: nobody */
  setPartner(userId) {
    this.#partner = userId;
    heading.textContent = userId ? `with ${this.#nameOf(userId)}` : "";
    this.refresh();
  }

  /** The connection or the partner changed: can one write now, and to whom. */
  refresh() {
    field.disabled = sendButton.disabled = !this.#signaling.online || this.#partner === "";
    field.placeholder = this.#partner ? `Write to ${this.#nameOf(this.#partner)}` : "Pick somebody to write to";
  }

  focus() {
    field.focus();
  }

  /** @param {Message} message whatever the server said */
  hear(message) {
    if (message.type === "message") this.#received(message);
    else if (message.type in VERDICTS) this.#judged(message.ref, VERDICTS[message.type].label, VERDICTS[message.type].meaning);
    else if (message.type === "error") this.#judged(message.ref, errorWords(message, this.#nameOf), message.code);
  }

  /** No verdict comes any more for what was under way. */
  signalingLost() {
    for (const id of [...this.#awaited.keys()]) {
      this.#judged(id, "fate unknown", "The connection was lost before the server said what became of it.");
    }
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (text === "") return;
    const id = this.#signaling.nextId();
    const sent = this.#signaling.send({ type: "message", to: this.#partner, data: { text }, id, receipt: true });
    if (!sent) return;
    field.value = "";
    this.#awaited.set(id, this.#append("mine", `to ${this.#nameOf(this.#partner)}`, text, "sending…"));
  }

  /** @param {Message} message */
  #received({ from, data }) {
    const text = typeof data?.text === "string" ? data.text : JSON.stringify(data);
    if (from === SERVER) return void this.#append("theirs", "The server", text, "");
    if (this.#partner === "") this.setPartner(from);
    this.#append("theirs", this.#nameOf(from), text, "");
  }

  /**
   * @param {string | undefined} id
   * @param {string} label
   * @param {string} meaning
   */
  #judged(id, label, meaning) {
    const line = this.#awaited.get(id ?? "");
    if (!line) return;
    this.#awaited.delete(id ?? "");
    keepAtEnd(log, () => {
      line.textContent = label;
      line.title = meaning;
    });
  }

  /**
   * @param {"mine" | "theirs"} side
   * @param {string} who
   * @param {string} text
   * @param {string} verdict
   * @returns {HTMLElement} where the verdict stands
   */
  #append(side, who, text, verdict) {
    const place = make("span", { className: "verdict", "data-testid": "chat-verdict", text: verdict });
    const head = make("span", { className: "who", text: `${who} · ${timeOfDay(new Date(), "seconds")}` });
    const said = make("span", { className: "text", text });
    const line = make("li", { className: side, "data-testid": "chat-entry" }, head, said, place);
    empty.hidden = true;
    keepAtEnd(log, () => {
      log.append(line);
      if (log.childElementCount > KEPT) log.firstElementChild?.remove();
    });
    return place;
  }
}
