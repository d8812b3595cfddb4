/**
 * The inspector below the desk: each signaling message, the media connection, and the self-test in a dialog.
 */

import { keepAtEndWhenResized, part } from "./dom.js";
import { keep, recall } from "./kept.js";
import { nameOf } from "./names.js";
import { mountConnection } from "./panels/connection.js";
import { mountLadder } from "./panels/ladder.js";
import { mountSelfTest } from "./panels/self-test.js";
import { tape } from "./tape.js";
import { onLanguage, words } from "./words.js";

/**
 * @typedef {object} Source what the panels look at
 * @property {() => string} userId
 * @property {import("./connections.js").Connections} connections
 * @property {() => RTCIceServer[] | null} iceServers null: the server could not be asked
 * @property {() => string | undefined} token
 */

const KEPT = "switchboard.inspector";

const dock = part("dock", HTMLElement);
const body = part("dock-body", HTMLElement);
const toggle = part("dock-toggle", HTMLButtonElement);
const dialog = part("self-test-dialog", HTMLDialogElement);

export class Dock {
  #source;
  /** @type {string | undefined} with which the self-test asks */ #token;
  #ladder;
  #connection;
  /** @type {{ refresh: () => void } | null} made when it is wanted, for whom it is then */ #selfTest = null;

  /** @param {Source} source */
  constructor(source) {
    this.#source = source;
    toggle.addEventListener("click", () => this.#open(dock.dataset.open !== "true"));
    // On the card, too: it may be what keeps somebody from signing in.
    for (const id of ["self-test-open", "self-test-first"]) part(id, HTMLButtonElement).addEventListener("click", () => this.#test());
    // Shut at first, because the picture needs the room. The choice is kept.
    this.#show(recall("localStorage", KEPT) === "true");
    const { userId, connections } = source;
    const facts = () => connections.all.map((it) => it.exported());
    this.#ladder = mountLadder(part("ladder", HTMLElement), { tape, words, userId, connections: facts });
    this.#connection = mountConnection(part("connection", HTMLElement), { words, connections, nameOf });
    // Rows that come while it is shut are at its end when it is opened.
    for (const box of body.querySelectorAll(".ladder-diagram")) keepAtEndWhenResized(/** @type {HTMLElement} */ (box));
    onLanguage(() => {
      for (const panel of [this.#ladder, this.#connection, this.#selfTest]) panel?.refresh();
    });
  }

  /** @param {boolean} open */
  #open(open) {
    keep("localStorage", KEPT, String(open));
    this.#show(open);
    this.#connection.refresh();
  }

  /** @param {boolean} open */
  #show(open) {
    dock.dataset.open = String(open);
    document.body.dataset.dock = open ? "open" : "closed";
    toggle.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
  }

  /** The results stay as long as the same person is signed in. */
  #test() {
    const { iceServers } = this.#source;
    const token = this.#source.token();
    if (!this.#selfTest || token !== this.#token) {
      this.#selfTest = mountSelfTest(part("self-test", HTMLElement), { words, iceServers, token });
      this.#token = token;
    }
    dialog.showModal();
  }
}
