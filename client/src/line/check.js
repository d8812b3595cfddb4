/**
 * Asks the server by HTTP whether it would take a WebSocket of this page (§1), because a browser tells nothing of a
 * refused one but close code 1006.
 *
 * Promises: one question at a time; none after an answer or `stop`. No answer changes nothing: the server may be down, or
 * not know the question.
 *
 * @import { Message, Platform } from "../platform.js"
 */

export class Check {
  #over = false;
  /** @type {AbortController | null} */ #asking = null;

  /** @param {string} socket its address @param {Platform} platform @param {(answer: Message) => void} tell */
  async ask(socket, platform, tell) {
    const fetch = platform("fetch");
    if (this.#over || this.#asking || !fetch) return;
    const { signal } = (this.#asking = new AbortController());
    /** @type {any} */ let answer;
    try {
      answer = await (await fetch(questionAbout(socket, platform("origin")), { signal })).json();
    } catch {
      // The next refusal asks again.
    }
    this.#asking = null;
    if (this.#over || typeof answer?.accepts !== "boolean") return;
    this.#over = true;
    tell(answer);
  }

  stop() {
    this.#over = true;
    this.#asking?.abort();
  }
}

/**
 * Browsers send no `Origin` to a page's own server with this, but do with a WebSocket; a proxy may have changed the host.
 * @param {string} socket @param {string | undefined} origin
 */
function questionAbout(socket, origin) {
  const address = new URL(socket);
  address.protocol = address.protocol.replace("ws", "http");
  address.pathname += "/check";
  address.search = "";
  if (origin) address.searchParams.set("origin", origin);
  return address.href;
}
