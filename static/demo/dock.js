/**
 * The inspector below the desk: each signaling message, the media connection, and the self-test in a dialog.
 */

import { part } from "./dom.js";
import { mountConnection } from "./panels/connection.js";
import { mountLadder } from "./panels/ladder.js";
import { mountSelfTest } from "./panels/self-test.js";
import { tape } from "./tape.js";
import { words } from "./words.js";

/** @typedef {import("../switchboard.js").Peer} Peer */
/**
 * @typedef {object} Source what the panels look at
 * @property {() => string} userId
 * @property {() => Peer | null} peer whose connection is looked at
 * @property {() => RTCIceServer[]} iceServers
 * @property {() => string | undefined} token
 */

const KEPT = "switchboard.inspector";
/** Below this the page is scrolled, and the inspector would only push things around; CSS pixels. */
const ROOMY = matchMedia("(min-width: 1100px) and (min-height: 760px)");

const dock = part("dock", HTMLElement);
const body = part("dock-body", HTMLElement);
const toggle = part("dock-toggle", HTMLButtonElement);
const dialog = part("self-test-dialog", HTMLDialogElement);

export class Dock {
  #source;
  /** @type {Peer | null} */ #peer = null;
  /** @type {{ refresh: () => void }} */ #connection = { refresh() {} };

  /** @param {Source} source */
  constructor(source) {
    this.#source = source;
    toggle.addEventListener("click", () => this.#open(dock.dataset.open !== "true"));
    part("self-test-open", HTMLButtonElement).addEventListener("click", () => this.#test());
    this.#show((localStorage.getItem(KEPT) ?? String(ROOMY.matches)) === "true");
    this.mount();
  }

  /** Looks whether the connection is another one. */
  refresh() {
    const peer = this.#source.peer();
    if (peer === this.#peer) return;
    this.#peer = peer;
    this.#connection.refresh();
  }

  /** Also when the language has changed. */
  mount() {
    const { userId, peer } = this.#source;
    mountLadder(fresh("ladder"), { tape, words, userId });
    this.#connection = mountConnection(fresh("connection"), { words, peer });
  }

  /** @param {boolean} open */
  #open(open) {
    localStorage.setItem(KEPT, String(open));
    this.#show(open);
  }

  /** @param {boolean} open */
  #show(open) {
    dock.dataset.open = String(open);
    document.body.dataset.dock = open ? "open" : "closed";
    toggle.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
  }

  #test() {
    const { iceServers, token } = this.#source;
    const url = location.origin;
    mountSelfTest(fresh("self-test"), { words, iceServers, url, token: token() });
    dialog.showModal();
  }
}

/**
 * The place of a panel, with nothing in it.
 * @param {string} id
 */
function fresh(id) {
  const old = part(id, HTMLElement);
  const place = /** @type {HTMLElement} */ (old.cloneNode(false));
  old.replaceWith(place);
  return place;
}
