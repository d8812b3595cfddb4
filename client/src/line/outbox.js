/**
 * Messages that are not settled: those that wait, and those that were written and that the server has not acknowledged.
 *
 * Promises: each message is settled exactly once, by its answer, its acknowledgement, or an error that says whether it
 * may have arrived. Order is kept. What was not written yet can be taken back. Knows neither sockets nor time: the line
 * asks what comes next, and tells what the server said.
 *
 * @import * as Api from "../../../static/switchboard.js"
 * @import { Message } from "../platform.js"
 * @typedef {(error: SwitchboardError | null, answer: Message) => void} Settle
 * @typedef {object} How
 * @property {boolean} [answered] there will be an answer; otherwise the acknowledgement settles it. Default true
 * @property {boolean} [chat] may wait behind others; what else is said is not held up by those
 * @property {boolean} [stranger] waits behind everything, chat included; ends with the session
 * @property {boolean} [first] before everything that waits
 * @property {number} [concerned] names, members or entries that it concerns besides its own `users`, as far as they cost; see `Pace`
 * @property {boolean} [lasting] asked again in the next session if this one is lost before the answer
 * @property {unknown} [owner] on whose behalf; see `withdraw`
 * @property {boolean} [opens] before this one nobody knows of the owner
 * @typedef {How & { message: Message, text: string, size: number, tried: boolean, dropped?: boolean, settle: Settle }} Entry
 */
import { SwitchboardError, failure, refusal } from "../errors.js";

/** Most messages of the app that are under way, that wait for verdicts, and that wait here. */
const UNDER_WAY = 128;
const WITHOUT_VERDICT = 200;
const LONGEST_QUEUE = 1000;
/** Signals in a row while chat waits, at most: a peer that renegotiates without end must not keep the app from speaking. */
const SIGNALS = 3;
/** @param {Entry} entry */
const isSignal = ({ message }) => ["offer", "answer", "candidate"].includes(message.type);
/** Answers to strangers that wait here, at most. */
const STRANGERS_QUEUE = 10;

export class Outbox {
  /** Bytes that the server takes at once. */ frame = 65_536;
  /** @type {Entry[]} not acknowledged; those before `#next` were written to this socket */ #kept = [];
  #next = 0;
  #forgotten = 0;
  /** @type {Entry[]} chat that is not due yet; the first `#again` of them once more, after a drain */ #queue = [];
  #again = 0;
  /** @type {Entry[]} answers to strangers that are not due yet */ #strangers = [];
  /** @type {Map<string, Entry>} not settled, by id */ #open = new Map();
  /** @type {Entry[]} acknowledged by `registered`; an error about them may be in what is replayed */ #doubtful = [];
  #lastId = 0;
  #signals = 0;
  #safely;

  /** @param {(run: () => void) => void} safely runs code that hands something to the app */
  constructor(safely) {
    this.#safely = safely;
  }

  /** @param {Message} message @param {Settle} settle @param {How} how */
  take(message, settle, how) {
    let entry;
    try {
      entry = this.#entry(message, { ...how, settle });
    } catch (cause) {
      return settle(failure("`data`", cause), {});
    }
    const lane = how.stranger ? this.#strangers : how.chat ? this.#queue : this.#kept;
    const { size } = entry;
    const refuse = (/** @type {Api.ErrorCode} */ code, /** @type {string} */ why) => settle(new SwitchboardError(code, why), {});
    if (size > this.frame) return refuse("too-large", `${size} of ${this.frame} bytes`);
    if (lane.length >= (how.stranger ? STRANGERS_QUEUE : LONGEST_QUEUE)) return refuse("queue-full", "too many messages wait");
    this.#open.set(entry.message.id, entry);
    lane.splice(how.first ? this.#next : lane.length, 0, entry);
  }

  /** @param {Message} it @param {How & { settle: Settle }} how @returns {Entry} */
  #entry(it, how) {
    const message = { ...it, id: `m${++this.#lastId}` };
    const text = JSON.stringify(message);
    return { answered: true, ...how, message, text, size: new TextEncoder().encode(text).length, tried: false };
  }

  /** The message to be written next, if any may be. @returns {Entry | undefined} */
  get due() {
    const ahead = this.#kept.slice(this.#next);
    const lane = this.#queue.length ? this.#queue : this.#strangers;
    const turn = lane === this.#queue && this.#signals >= SIGNALS && ahead.every(isSignal);
    if ((turn || ahead.length === 0) && this.#admits(ahead.length)) this.#kept.splice(this.#next, 0, ...lane.splice(0, 1));
    return this.#kept[this.#next];
  }

  /** @param {number} ahead not written yet */
  #admits(ahead) {
    const open = this.#open.size - this.#queue.length - this.#strangers.length - ahead;
    return !this.#again && this.#next < UNDER_WAY && open < WITHOUT_VERDICT;
  }

  /** The one that was due is being written. */
  advance() {
    const entry = this.#kept[this.#next++];
    entry.tried = true;
    this.#signals = isSignal(entry) ? this.#signals + 1 : 0;
  }

  /**
   * Takes back what the owner has not said yet; it is not settled. What was written and turns out not to have arrived is
   * not said again. @param {unknown} owner @returns whether nobody knows of the owner
   */
  withdraw(owner) {
    const owned = [...this.#open.values()].filter((it) => it.owner === owner);
    for (const it of owned) it.dropped = true;
    const stays = (/** @type {Entry} */ it) => !it.dropped || it.tried;
    for (const it of owned) if (!it.tried) this.#open.delete(it.message.id);
    this.#kept = this.#kept.filter(stays);
    this.#queue = this.#queue.filter(stays);
    return owned.some((it) => it.opens && !it.tried);
  }

  /** Is this the name of a `call-request`? @param {string} ref */
  isCall(ref) {
    return this.#open.get(ref)?.message.type === "call-request";
  }

  /** @param {Message} answer @returns whether it is one to something that was said */
  answer(answer) {
    const entry = this.#open.get(answer.ref);
    if (!entry) return false;
    if (answer.type !== "error") this.#settle(entry, null, answer);
    // Not carried out, because the server is about to stop: the next one will.
    else if (answer.code === "unavailable" && entry.message.type === "message" && !entry.dropped) this.#repeat(entry);
    else if (answer.code !== "unavailable" || !entry.lasting) this.#settle(entry, refusal(answer));
    return true;
  }

  /** @param {Entry} entry */
  #repeat(entry) {
    const again = this.#entry(entry.message, entry);
    this.#open.delete(entry.message.id);
    this.#open.set(again.message.id, again);
    this.#queue.splice(this.#again++, 0, again);
  }

  /** Settles what the server has handled. @param {number} count @param {boolean} [replaying] */
  forget(count, replaying) {
    const handled = this.#kept.splice(0, Math.max(0, count - this.#forgotten));
    this.#forgotten += handled.length;
    this.#next = Math.max(0, this.#next - handled.length);
    for (const entry of handled.filter((it) => !it.answered)) {
      if (replaying) this.#doubtful.push(entry);
      else this.#settle(entry, null);
    }
  }

  /** The session goes on, on another socket. @param {number} count that the server has handled */
  resume(count) {
    this.forget(count, true);
    const dropped = this.#kept.filter((it) => it.dropped);
    this.#kept = this.#kept.filter((it) => !it.dropped);
    this.#next = this.#again = 0;
    for (const it of dropped) this.#settle(it, new SwitchboardError("not-sent", "taken back"));
  }

  /** All that the server has kept for this session has come. */
  caughtUp() {
    for (const entry of this.#doubtful.splice(0)) this.#settle(entry, null);
  }

  /**
   * A new session: nobody knows what became of what the old one was sent. What was never written goes on where that
   * makes sense: messages and a call. So does what was asked of the session itself, such as its rooms.
   */
  startOver() {
    this.#queue.splice(this.#again, 0, ...this.#kept.filter((it) => !it.tried && !it.stranger && it.message.type === "message"));
    const unsaid = (/** @type {Entry} */ it) => it.opens && !it.tried && it.message.type === "call-request";
    const lives = (/** @type {Entry} */ it) => !it.dropped && (it.lasting || unsaid(it));
    const rest = [...this.#open.values()].filter((it) => !this.#queue.includes(it));
    this.#kept = rest.filter(lives);
    for (const it of this.#kept) it.tried = false;
    this.#doubtful = [];
    this.#strangers = [];
    this.#forgotten = this.#next = this.#again = 0;
    this.#fail(rest.filter((it) => !lives(it)), "the session was lost");
  }

  /** For good. @param {string} why */
  end(why) {
    this.#fail([...this.#open.values()], why);
  }

  /** @param {Entry[]} entries @param {string} why */
  #fail(entries, why) {
    for (const it of entries) this.#settle(it, new SwitchboardError(it.tried ? "unknown" : "not-sent", why, it.message));
  }

  /** @param {Entry} entry @param {SwitchboardError | null} error @param {Message} [answer] */
  #settle({ message, settle }, error, answer = {}) {
    if (this.#open.delete(message.id)) this.#safely(() => settle(error, answer));
  }
}
