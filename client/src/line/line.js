/**
 * The line to the server: one session over as many sockets as it takes (§11, §13).
 *
 * Promises: one socket at a time; what is received is counted, acknowledged and handed on exactly once; it comes back
 * by itself until the server forbids it. What is due is looked at at an alarm and whenever something happens, because
 * alarms of background tabs are late; one that is set while an event is handled, as all are that bring a socket back,
 * is late by a second at most. Leaves to others what the messages mean (`Owner`), what is said again (`Outbox`), how
 * fast (`Pace`) and when (`BackOff`).
 *
 * @import * as Api from "../../../static/switchboard.js"
 * @import { Message, Platform } from "../platform.js"
 * @import { How, Settle } from "./outbox.js"
 * @typedef {object} Owner who is told what comes of it
 * @property {() => number} atStake units that another token may cost besides its own
 * @property {(it: Message) => void} registered before anything else of a new socket
 * @property {(it: Message) => void} hear what is no answer to something that was said
 * @property {() => void} caughtUp all that the server has kept for this session has come
 * @property {(state: Api.ConnectionState) => void} becomes
 * @property {() => void} networkChanged
 * @property {(asleep: boolean) => void} sleeps the page stops running, or runs again
 * @property {(error: SwitchboardError) => void} ended for good
 * @property {(error: any) => void} failed what nobody waits for
 */
import { SESSION_LOST, SwitchboardError, refusal } from "../errors.js";
import { Alarm } from "../platform.js";
import { Access } from "./access.js";
import { Acknowledgement } from "./acknowledgement.js";
import { addressOf, protocolsOf, serverOf, unopened } from "./address.js";
import { BackOff } from "./backoff.js";
import { Check } from "./check.js";
import { ANSWER, Heartbeat } from "./heartbeat.js";
import { follow } from "./lifecycle.js";
import { Outbox } from "./outbox.js";
import { Pace } from "./pace.js";

/** True only now, so never counted (§13). */
const UNCOUNTED = ["registered", "client-list", "presence", "ice-servers", "ack", "ping", "pong"];
/** A socket that is not registered by then is given up. */
const OPENING = 15_000;
/** An alarm that is late by more than this was set before the machine slept; ms. */
const SLEPT = 10_000;
/** Units that the server charges for looking at a token (§4). */
const TOKEN = 9;
/** Failures in a row of the app's function for the access token that end the client. */
const TOKEN_FAILURES = 3;
/** Below 4500, and yet no reason to come back. */
const FOR_GOOD = [1002, 1003, 1007, 1009];
/** @type {Record<number, Api.ErrorCode>} */
const CLOSE_CODES = { 4501: "bad-token", 4503: "removed", 4509: "replaced", 4510: "name-in-use", 4513: "too-large" };

export class Line {
  state = /** @type {Api.ConnectionState} */ ("connecting");
  /** @type {any} */ #socket = null;
  #registered = false;
  /** Before its rooms nothing is said to them. */ #restoring = false;
  /** @type {SwitchboardError | null} why this socket was refused */ #problem = null;
  /** @type {SwitchboardError | null} why the last one was, that was refused with a reason */ problem = null;
  /** Why no socket has come about yet. */ obstacle = "the server was not reached in time";
  #resumeToken = "";
  #acknowledgement = new Acknowledgement();
  #heartbeat = new Heartbeat();
  #outbox = new Outbox((run) => this.#safely(run));
  #pace = new Pace();
  #backOff = new BackOff();
  #access;
  #server;
  #check = new Check();

  // When what is due.
  #opened = 0;
  #paceAt = Infinity;
  #alarm;

  #late = 0;
  #dial = 0;
  #unfollow = () => {};
  /** The page does not run. */ #asleep = false;

  /** @param {Api.Options} options @param {Platform} platform @param {Owner} owner */
  constructor(options, platform, owner) {
    this.options = options;
    this.platform = platform;
    this.owner = owner;
    this.#alarm = new Alarm(platform);
    this.#access = new Access(options.token);
    this.#server = serverOf(platform, options.url);
    this.userId = options.userId ?? "";
  }

  start() {
    this.#unfollow = follow(this.platform, {
      hides: () => this.#acknowledge(),
      sleeps: () => this.#sleep(),
      wakes: () => this.#wake(),
      moves: () => {
        this.owner.networkChanged();
        this.probe();
      },
    });
    if (!this.#asleep) this.#connect();
  }

  // -- sending

  /** Says something, as soon as that can be done. @param {Message} message @param {Settle} settle @param {How} [how] */
  request(message, settle, how = {}) {
    if (this.state === "closed") return settle(new SwitchboardError("closed", "this client is closed"), {});
    if (message.volatile) return this.#sayNow(message, settle, how);
    this.#outbox.take(message, settle, how);
    this.#look();
  }

  /** Or never. @param {Message} message @param {Settle} settle @param {How} how */
  #sayNow(message, settle, how) {
    const missed = () => settle(null, message.receipt ? { type: "undelivered", to: message.to } : {});
    const settled = (/** @type {any} */ error, /** @type {Message} */ it) =>
      ["not-sent", "unavailable"].includes(error?.code) ? missed() : settle(error, it);
    if (!this.#registered) return missed();
    this.#outbox.take(message, settled, { ...how, owner: message, opens: true });
    this.#look();
    if (this.withdraw(message)) missed();
  }

  /** @param {unknown} owner whose words are taken back, as far as they are not said @returns whether nobody knows of the owner */
  withdraw(owner) {
    return this.#outbox.withdraw(owner);
  }

  /** Writes what may go now. */
  #pump() {
    this.#paceAt = Infinity;
    if (this.#restoring) return;
    for (let entry; this.#registered && (entry = this.#outbox.due); ) {
      const wait = this.#pace.wait(entry.message, entry.size, this.#now(), entry.concerned);
      if (wait) return void (this.#paceAt = this.#now() + wait);
      this.#outbox.advance();
      this.#write(entry.text);
    }
  }

  /** @param {string} text */
  #write(text) {
    if (this.#socket?.readyState === 1) this.#socket.send(text);
  }

  /** @param {() => void} run code that hands something to the app */
  #safely(run) {
    try {
      run();
    } catch (error) {
      this.owner.failed(error);
    }
  }

  // -- one socket at a time

  #connect() {
    // First: nothing of an older socket may be counted any more.
    this.#letGo(4000);
    this.#problem = null;
    this.#opened = this.#now();
    this.#become("connecting");
    // The app may have closed it just now.
    if (this.state === "closed") return;
    this.#arm();
    if (!this.#access.lacking) return this.#open();
    const dial = ++this.#dial;
    this.#access.ask().then(
      (token) => {
        if (dial !== this.#dial) return;
        this.#access.use(token, this.#now());
        this.#open();
      },
      (error) => {
        if (dial !== this.#dial) return;
        if (this.#access.failures >= TOKEN_FAILURES) return this.end(error);
        this.owner.failed(error);
        this.#broken();
      },
    );
  }

  #open() {
    if (!this.#resumeToken) this.#acknowledgement = new Acknowledgement();
    const query = { userId: this.userId, name: this.options.name, received: `${this.#acknowledgement.received}` };
    const address = addressOf(this.#server, query);
    try {
      const WebSocket = this.platform("WebSocket");
      this.#socket = new WebSocket(address, protocolsOf(this.#access.token, this.#resumeToken));
    } catch (cause) {
      return this.end(unopened(this.platform, this.#server, cause));
    }
    this.#socket.onmessage = (/** @type {any} */ { data }) => this.#hear(data);
    this.#socket.onclose = (/** @type {any} */ { code, reason }) => {
      this.#broken(code, reason);
      if (code === 1006) this.#check.ask(address, this.platform, (it) => this.#checked(it));
    };
  }

  /** The server says what became of the first socket, if it has answered at all. @param {Message} it */
  #checked({ accepts, permanent, reason, message }) {
    if (permanent) return this.end(new SwitchboardError(/** @type {Api.ErrorCode} */ (`${reason}-refused`), message));
    this.obstacle = accepts ? "the server answers, but no WebSocket reaches it: does every proxy pass on `Upgrade`?" : message;
  }

  /** @param {number} code */
  #letGo(code) {
    const socket = this.#socket;
    this.#dial++;
    this.#socket = null;
    this.#registered = false;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  /** @param {unknown} text */
  #hear(text) {
    let message;
    try {
      message = JSON.parse(String(text));
      // A user may be called `constructor`: what nobody has named is not found.
      message.names = { __proto__: null, ...message.names };
    } catch {
      return this.end(new SwitchboardError("protocol", `${this.#server.host} is no switchboard server`));
    }
    this.#heartbeat.hear(this.#now());
    if (message.type === "registered") this.#isRegistered(message);
    else if (this.#registered) this.#take(message, String(text).length);
    else if (message.type === "error") this.problem = this.#problem = refusal(message);
    this.#look();
  }

  /** @param {Message} it */
  #isRegistered(it) {
    if (it.resumed) this.#outbox.resume(it.received);
    else {
      this.#acknowledgement = new Acknowledgement();
      this.#outbox.startOver();
    }
    // The address of the socket has told it.
    this.#acknowledgement.tell();
    this.#late = 0;
    this.#resumeToken = it.resumeToken ?? "";
    this.userId = it.userId;
    this.#heartbeat.interval = it.heartbeat;
    this.#outbox.frame = it.limits.frame;
    this.#pace.allow(it.limits);
    this.#backOff.reset();
    this.problem = null;
    this.#check.stop();
    this.#registered = true;
    this.#restoring = true;
    this.#safely(() => this.owner.registered(it));
    this.#restoring = false;
    this.#become("online");
    // Its pong comes behind all that the server has kept.
    this.#ping();
  }

  /** To take and to count is one step. @param {Message} message @param {number} size */
  #take(message, size) {
    const { type } = message;
    // First: the app may close the client in a handler, and what it has heard is acknowledged.
    if (!UNCOUNTED.includes(type)) this.#acknowledgement.count(size, this.#now());
    if (message.code === "rate-limited" && !this.#outbox.isCall(message.ref)) this.#pace.rest(this.#now(), message.retryAfter);
    if (type === "ack") this.#outbox.forget(message.received);
    else if (type === "ping") this.#write('{"type":"pong"}');
    else if (type === "pong") {
      this.#heartbeat.answer(this.#now());
      this.#caughtUp();
    } else if (!this.#outbox.answer(message)) this.#safely(() => this.owner.hear(message));
    // A hidden page's alarm may be a minute late.
    if (this.platform("document")?.visibilityState === "hidden") this.#acknowledge();
  }

  #caughtUp() {
    this.#outbox.caughtUp();
    this.#safely(() => this.owner.caughtUp());
  }

  #acknowledge() {
    if (this.#registered && this.#acknowledgement.tell()) this.#write(`{"type":"ack","received":${this.#acknowledgement.received}}`);
  }

  // -- the end of a socket

  #broken(code = 1006, reason = "") {
    this.#letGo(4000);
    if (code >= 4500 || FOR_GOOD.includes(code)) {
      const why = new SwitchboardError(CLOSE_CODES[code] ?? "protocol", `closed by the server: ${code} ${reason}`);
      return this.end(this.#problem ?? why);
    }
    // Twice without a `registered` in between: something else resumes this session.
    if (code === 4009 && ++this.#late === 2) this.#resumeToken = "";
    if (code === 4401) {
      if (!this.#access.renewable) return this.end(new SwitchboardError("bad-token", "the token has expired"));
      this.#access.expired();
    }
    const after = Math.max(Number(/retry after (\d+)/.exec(reason)?.[1] ?? 0), this.#problem?.retryAfter ?? 0);
    this.#backOff.set(this.#now(), this.platform("Math").random(), after);
    this.#become("waiting");
    this.#arm();
  }

  /** For good. Code 1000 says goodbye: the session ends at once. @param {SwitchboardError} error */
  end(error) {
    if (this.state === "closed") return;
    this.#pump();
    this.#acknowledge();
    this.#letGo(1000);
    this.#check.stop();
    this.#unfollow();
    this.state = "closed";
    this.#arm();
    this.owner.ended(error);
    this.#outbox.end(error.message);
    this.owner.becomes("closed");
  }

  // -- time

  /** Does what is due. */
  #look() {
    const now = this.#now();
    const waiting = this.state === "waiting";
    if (this.state === "closed") return;
    if (waiting && now >= this.#backOff.at) return this.#connect();
    if (!waiting && !this.#registered && now >= this.#opened + OPENING) return this.#broken();
    if (this.#registered) {
      if (now >= this.#acknowledgement.at) this.#acknowledge();
      if (now >= this.#access.renewAt) this.#refresh();
      if (now >= this.#heartbeat.at) {
        if (this.#heartbeat.isLost(now)) return this.#silent(now);
        this.#ping();
      }
      this.#pump();
    }
    this.#arm();
  }

  #arm() {
    this.#alarm.stop();
    if (this.state === "closed") return;
    let at = this.#opened + OPENING;
    if (this.state === "waiting") at = this.#backOff.at;
    if (this.#registered) at = Math.min(this.#acknowledgement.at, this.#paceAt, this.#access.renewAt, this.#heartbeat.at);
    this.#alarm.set(Math.min(1e9, at - this.#now()), () => {
      const slept = this.#now() > at + SLEPT;
      this.#look();
      if (slept) this.probe();
    });
  }

  #now() {
    return this.platform("performance").now();
  }

  /** No pong has come. @param {number} now */
  #silent(now) {
    const hurried = this.#heartbeat.isHurried;
    this.#broken();
    if (!hurried) return;
    // The network is at fault and not the server, which need not be spared.
    this.#backOff.hurry(now);
    this.#look();
  }

  /** There is reason to think that the network is another one, or the machine slept, in which the socket is dead: it has to answer soon. */
  probe() {
    if (!this.#registered) return;
    // All members of a room are disconnected at the same time.
    if (!this.#heartbeat.asked) this.#ping();
    this.#heartbeat.hurry(this.#now());
    this.#arm();
  }

  #ping() {
    this.#heartbeat.ask(this.#now());
    this.#write('{"type":"ping"}');
  }

  async #refresh() {
    const access = this.#access;
    const failed = (/** @type {any} */ error) => {
      access.use(access.token, this.#now(), 0);
      if (this.state !== "closed" && !SESSION_LOST.includes(error.code)) this.owner.failed(error);
    };
    try {
      const token = await access.ask();
      // The one that there is stays until the server has taken the other.
      const settle = (/** @type {any} */ error, /** @type {Message} */ it) => (error ? failed(error) : access.use(token, this.#now(), it.expires));
      this.request({ type: "refresh", token }, settle, { concerned: TOKEN + this.owner.atStake() });
    } catch (error) {
      failed(error);
    }
  }

  /** The session waits: others hear that this user is away, and it ends after a resume window. */
  #sleep() {
    this.#asleep = true;
    this.owner.sleeps(true);
    this.#acknowledge();
    this.#letGo(4000);
    this.#backOff.rest();
    this.#become("waiting");
    this.#arm();
  }

  /** The page is seen again, or the network is another one. */
  #wake() {
    if (this.#asleep) this.owner.sleeps(false);
    this.#asleep = false;
    this.#acknowledge();
    if (this.#registered && !this.#heartbeat.asked) this.#ping();
    this.#backOff.hurry(this.#now());
    // It may have begun in another network.
    if (this.#socket && !this.#registered && this.#now() > this.#opened + ANSWER) this.#connect();
    this.#look();
  }

  /** @param {Api.ConnectionState} state */
  #become(state) {
    if (this.state === state || this.state === "closed") return;
    this.state = state;
    this.owner.becomes(state);
  }
}
