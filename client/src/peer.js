/**
 * Somebody at the other end: a member of a room, a connection without ringing, and what a call is on top of.
 *
 * Promises: nothing is answered before the app accepts, and only a user who was asked may accept. Leaves the media to
 * `MediaConnection`, to the client who speaks to whom.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { Core } from "./core.js"
 * @import { Message } from "./platform.js"
 * @import { How, Settle } from "./line/outbox.js"
 */
import { PASSING, SESSION_LOST } from "./errors.js";
import { kindsBefore } from "./expected.js";
import { MediaConnection } from "./media-connection.js";

/** @implements {Api.Peer} */
export class Peer extends MediaConnection {
  /** @type {Promise<void> | null} */ _accepting = null;
  /** The app accepted the peer, and then its function for the stream failed. */ #lacksStream = false;

  /** @param {Core} core @param {string} userId @param {Message} route goes with all that is said */
  constructor(core, userId, route, polite = true, id = core.newName()) {
    super(core, userId, route, polite, id);
    core.peers.add(this);
  }

  /**
   * Asks the other side.
   * @param {Api.Media | undefined} stream @param {() => void} ask
   * @param {Partial<Api.Muted>} [kinds] that are negotiated before the stream is there @returns {Promise<this>}
   */
  _reach(stream, ask, kinds) {
    this._unsaid = true;
    const there = new Promise((fulfill, reject) => {
      this._settled = () => fulfill(this);
      this._refused = reject;
    });
    const given = this._use(stream, kinds);
    if (kinds) {
      given.catch(this._core.failed);
      ask();
    } else
      given.then(
        () => this.state === "ended" || ask(),
        (error) => this._end("failed", undefined, error),
      );
    return this._core.told(there);
  }

  /** Somebody asks, and the app has not accepted. */
  get _asksHere() {
    return this.state === "asking" && this._polite;
  }

  /** @param {any} data */
  _invite(data) {
    // Once it was accepted, it must have arrived.
    const settle = (/** @type {any} */ error) => error && this.state === "asking" && this._end(error.code, undefined, error);
    this._unsaid = false;
    this.#word("invite", data, settle, { opens: true });
  }

  /** @param {Api.AcceptOptions} [options] */
  accept(options) {
    return this._accept(this._asksHere, options, () => this.#sayAccept());
  }

  #sayAccept() {
    this.#word("accept", undefined, (error) => this._notAccepted(error, () => this.#sayAccept()));
  }

  /** The message that accepts was refused: it is sent again later, or never. @param {any} error @param {() => void} again */
  _notAccepted(error, again) {
    // With the session the call has ended, and peers are restored.
    if (!error || SESSION_LOST.includes(error.code)) return;
    if (PASSING.includes(error.code)) this._later.set(error.retryAfter ?? 2000, again);
    // Once connected it goes on, whatever became of that.
    else if (this.state === "connecting" && !this._link?.round) this._finish(error.code, error);
  }

  /**
   * Once is enough, and late is nothing, except to bring the stream that failed.
   * @param {boolean} may @param {Api.AcceptOptions | undefined} options @param {() => void} answer
   * @param {() => void} [ready] throws where it cannot be accepted now, before the stream is asked for and after
   */
  _accept(may, options = {}, answer, ready = () => {}) {
    const again = this.#lacksStream && this.state !== "ended";
    if (!may && !again) return this._core.told(Promise.resolve());
    this._accepting ??= (may ? this.#takeUp(options, answer, ready) : this.#bring(this._use(options.stream))).finally(() => (this._accepting = null));
    return this._core.told(this._accepting);
  }

  /** @param {Promise<void>} given */
  async #bring(given) {
    this.#lacksStream = true;
    await given;
    this.#lacksStream = false;
  }

  /** @param {Api.AcceptOptions} options @param {() => void} answer @param {() => void} ready */
  async #takeUp({ stream, media, waitForStream }, answer, ready) {
    const { state } = this;
    const kinds = kindsBefore(stream, waitForStream, media);
    ready();
    const given = this._use(stream, kinds);
    if (!kinds) {
      await given;
      if (this.state !== state) return;
      ready();
    }
    this._become("connecting");
    this._await();
    answer();
    const problem = this._problem;
    if (kinds) await this.#bring(given);
    if (problem) throw problem;
  }

  /** The other side's word must come within the patience, too. */
  _await() {
    this._recovery.await(() => this._link ?? this._giveUp());
  }

  /** @param {string} is @param {any} [data] @param {Settle} [settle] @param {How} [how] */
  #word(is, data, settle, how) {
    this._core.word(this.userId, this._id, is, data, settle, { owner: this, ...how });
  }

  /** Handles a message of the library at the other side. @param {string} is @param {any} data */
  _told(is, data) {
    // Only a user who was asked may accept: a stranger must not make this side reveal its addresses.
    if (is === "accept" && !this._polite) {
      if (this.state === "asking") this._become("connecting");
      this._resync();
    } else if (is === "close") this._end(this.state === "asking" ? "refused" : "closed", data);
  }

  /** The same in another session, without ringing. An offer of the polite side might be ignored, so it asks for one. */
  _restore() {
    if (this.state === "asking") return;
    if (this._polite) this.#sayAccept();
    else this._resync();
  }

  /** @param {string} [detail] */
  _tellEnd(detail) {
    if (this._asksHere) this._core.refuse(this.userId, this._id, detail);
    else if (this._isDirect) this._core.word(this.userId, this._id, "close", detail);
  }
}
