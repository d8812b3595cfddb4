/**
 * Signed in or not: the client of the library, from signing in to signing out.
 *
 * Promises: at most one client; what an earlier one still says changes nothing. The library comes back by itself, and
 * does not say why it had to: the sockets are watched for that.
 */

import { connect } from "../switchboard.js";
import { recordingConnection } from "./recording-connection.js";
import { tape } from "./tape.js";

/** @typedef {import("./identity.js").Identity} Identity */
/** @typedef {import("./sentences.js").Closing} Closing */
/** @typedef {import("../switchboard.js").Switchboard} Switchboard */
/** @typedef {import("../switchboard.js").SwitchboardError} SwitchboardError */
/**
 * @typedef {{ phase: "connecting" }
 *   | { phase: "online", me: Switchboard }
 *   | { phase: "waiting", closing: Closing }
 *   | { phase: "over", error: SwitchboardError, closing: Closing | null }
 *   | { phase: "away" }} Link `waiting`: for the next attempt; `away`: signed out by the user
 */

/** `?relay` in the page address: media go through a TURN server or not at all, for trying one out. */
const relay = new URLSearchParams(location.search).has("relay");
/** A close code that is no goodbye. */
const LEFT = 4000;
/** A page that is open already goes on trying for long, in ms: somebody is watching what happens. */
const PATIENCE = 600_000;
/** The end of a socket that the library itself has given up. */
const BROKEN = { code: 1006, reason: "", opened: true };

export class Session {
  /** @type {Switchboard | null} from the first `online` until the end */ me = null;
  /** @type {Closing | null} how the last socket ended */ #closing = null;
  /** @type {WebSocket | null} the last one */ #socket = null;
  #turn = 0;
  #changed;

  /** @param {(link: Link) => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  get online() {
    return this.me?.state === "online";
  }

  /** @param {Identity} identity */
  async open({ userId, displayName, token }) {
    this.#drop();
    const turn = this.#turn;
    this.#closing = null;
    this.#changed({ phase: "connecting" });
    try {
      const me = await connect({
        userId: userId || undefined,
        name: displayName || undefined,
        token,
        rtc: relay ? { iceTransportPolicy: "relay" } : undefined,
        timeout: PATIENCE,
        platform: { WebSocket: this.#watched(turn), RTCPeerConnection: recordingConnection() },
      });
      if (turn === this.#turn) this.#follow(me, turn);
      else me.close();
    } catch (error) {
      if (turn !== this.#turn) return;
      // The library may have given up while a socket was being opened, which tells its end later.
      this.#turn++;
      this.#changed({ phase: "over", error: /** @type {any} */ (error), closing: this.#closing });
    }
  }

  /** Signs out: the session ends at once, with its call and its rooms. */
  leave() {
    this.#drop();
    this.#changed({ phase: "away" });
  }

  /**
   * Closes the socket as a page does that goes, and hangs up no call. The client cannot be used afterwards.
   * @param {"ends" | "waits"} what becomes of the session: it ends at once, and its calls are `lost` for others, who may
   *   go on with them; or it waits for `resume-window`, and what rings here rings again after a login (docs/protocol.md)
   */
  goAway(what) {
    this.#turn++;
    this.#socket?.close(what === "ends" ? 1000 : LEFT);
  }

  /** Connects now instead of later, as the library does when a page is looked at again. */
  retryNow() {
    document.dispatchEvent(new Event("visibilitychange"));
  }

  #drop() {
    this.#turn++;
    const { me } = this;
    this.me = null;
    me?.close();
  }

  /**
   * @param {Switchboard} me
   * @param {number} turn
   */
  #follow(me, turn) {
    this.me = me;
    me.on("state", () => turn === this.#turn && this.#tell(me));
    me.on("close", (error) => {
      if (turn !== this.#turn) return;
      this.me = null;
      this.#turn++;
      this.#changed({ phase: "over", error, closing: this.#closing });
    });
    this.#tell(me);
  }

  /** @param {Switchboard} me */
  #tell(me) {
    if (me.state === "online") {
      this.#closing = null;
      this.#changed({ phase: "online", me });
    } else if (me.state === "waiting") this.#changed({ phase: "waiting", closing: this.#closing ?? BROKEN });
    else if (me.state === "connecting") this.#changed({ phase: "connecting" });
  }

  /**
   * A WebSocket that tells how it ended. One of an earlier turn is still closing when somebody has signed out.
   * @param {number} turn
   */
  #watched(turn) {
    const opening = (/** @type {WebSocket} */ socket) => {
      if (turn !== this.#turn) return;
      this.#socket = socket;
      if (!this.me) this.#changed({ phase: "connecting" });
    };
    const closed = (/** @type {Closing} */ closing) => {
      if (turn !== this.#turn) return;
      this.#closing = closing;
      if (!this.me && closing.code < 4500) this.#changed({ phase: "waiting", closing });
    };
    return class extends tape.WebSocket {
      /** @param {ConstructorParameters<typeof WebSocket>} address */
      constructor(...address) {
        super(...address);
        let opened = false;
        opening(this);
        this.addEventListener("open", () => (opened = true));
        this.addEventListener("close", ({ code, reason }) => closed({ code, reason, opened }));
      }
    };
  }
}
