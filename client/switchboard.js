/**
 * Calls, rooms, data channels and messages over a switchboard server. Types and their meaning: switchboard.d.ts;
 * a guide: docs/client.md; the wire: docs/protocol.md, whose sections are named by “§”.
 *
 * Promises: whatever was taken is told what became of it; signaling is not media, so a call goes on without socket and
 * server; what must happen is done whenever a message arrives, because timers of background tabs are late; `close()`
 * leaves no timer, socket, track or listener.
 *
 * @import * as Api from "../static/switchboard.d.ts"
 * @typedef {Record<string, any>} Message
 * @typedef {(error: SwitchboardError | null, answer: Message) => void} Settle
 * @typedef {{ answered: boolean, settle: Settle }} Wish
 * @typedef {Wish & { message: Message, text: string, tried: boolean }} Entry
 * @typedef {(name: string) => any} Platform parts of the browser, by name
 */

/** True only now, so never counted (§13). */
const UNCOUNTED = ["registered", "client-list", "presence", "ice-servers", "ack", "ping", "pong"];
/** An acknowledgement is due after so many messages, characters, ms; §13 allows 32, 64 KiB, 5 s. */
const ACK_MESSAGES = 32;
const ACK_SIZE = 20_000;
const ACK_WITHIN = 250;
/** Back-off: a random wait below the first bound, doubled up to the last; ms. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** A socket that is not registered by then is given up. */
const OPENING = 15_000;
const ANSWER_TO_PING = 5_000;
/** Of the app's messages: so many are under way, so many wait for verdicts, so many wait here. */
const UNDER_WAY = 128;
const WITHOUT_VERDICT = 200;
const LONGEST_QUEUE = 1000;
/** Below 4500, and yet no reason to come back. */
const FOR_GOOD = [1002, 1003, 1007, 1009];
/** Broken media, or a `peer()` that nobody accepts, are given up after this; between two looks at them; ms. */
const PATIENCE = 45_000;
const MENDING = 4_000;
/** A channel holds back its sender above the first, until it is below the other; bytes. */
const CHANNEL_FULL = 1 << 20;
const CHANNEL_LOW = 1 << 18;

// ---- errors

/** What to do, by code. @type {Array<[RegExp, string]>} */
const ADVICE = [
  [/^(undelivered|not-sent)$/, "nobody has it: send it again"],
  [/^unknown$/, "ask the other side whether it has it"],
  [/offline$/, "watch() tells when they are back"],
  [/^(busy|no-answer|unavailable)$|-full$/, "try later"],
  [/^rate/, "try again after `retryAfter` ms"],
  [/large$/, "send less, or through a data channel"],
  [/token$/, "sign in again"],
  [/^(replaced|name-in-use)$/, "tell the user, who is connected elsewhere"],
  [/^(failed|lost)$/, "check the network; it may need a TURN server"],
  [/^closed$/, "connect again"],
];
/** @type {Record<number, string>} */
const CLOSE_CODES = { 4501: "bad-token", 4503: "removed", 4509: "replaced", 4510: "name-in-use", 4513: "too-large" };

/** @implements {Api.SwitchboardError} */
export class SwitchboardError extends Error {
  name = "SwitchboardError";

  /** @param {string} code @param {string} message @param {Message} [more] */
  constructor(code, message, more) {
    super(message, more);
    this.code = code;
    this.advice = ADVICE.find(([pattern]) => pattern.test(code))?.[1] ?? "see the message";
    this.retryAfter = /** @type {number | undefined} */ (more?.retryAfter);
    this.to = /** @type {string | undefined} */ (more?.to);
  }
}

/** @param {Message} it */
const refusal = (it) => new SwitchboardError(it.code, it.message, it);

/** A promise whose failure goes to `failed` where nobody waits for it: neither silent nor an unhandled rejection. */
class Outcome extends Promise {
  #awaited = false;

  /** @param {any} [fulfilled] @param {any} [rejected] @returns {any} */
  then(fulfilled, rejected) {
    this.#awaited = true;
    return super.then(fulfilled, rejected);
  }

  /** @template T @param {Promise<T>} promise @param {(error: any) => void} failed @returns {Promise<T>} */
  static of(promise, failed) {
    const outcome = new Outcome((fulfill) => fulfill(promise));
    super.prototype.then.call(outcome, null, (error) => outcome.#awaited || failed(error));
    return outcome;
  }
}

// ---- events

class Emitter {
  /** @type {any} */ _client;
  /** @type {Map<string, Set<(detail: any) => any>>} */
  #handlers = new Map();

  /** @param {string} event @param {(detail: any) => unknown} handler */
  on(event, handler) {
    this._handlers(event).add(handler);
    this._listened(event);
    return () => this.off(event, handler);
  }

  /** @param {string} _event what somebody listens to from now on */
  _listened(_event) {}

  /** @param {string} event @param {(detail: any) => unknown} handler */
  off(event, handler) {
    this._handlers(event).delete(handler);
  }

  /** @param {string} event */
  _handlers(event) {
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    return /** @type {Set<(detail: any) => any>} */ (this.#handlers.get(event));
  }

  /** A handler that fails stops nothing. @param {string} event @param {unknown} [detail] */
  _emit(event, detail) {
    for (const handler of [...this._handlers(event)]) {
      try {
        handler(detail)?.then?.(null, (/** @type {any} */ error) => this._failed(error));
      } catch (error) {
        if (event === "error") console.error(error);
        else this._failed(error);
      }
    }
  }

  /** @param {any} error */
  _failed(error) {
    this._client._failed(error);
  }
}

/** One timer at a time. */
class Alarm {
  /** @type {any} */ #timer;

  /** @param {Platform} platform */
  constructor(platform) {
    this.platform = platform;
  }

  /** @param {number} ms @param {() => void} run */
  set(ms, run) {
    this.stop();
    this.#timer = this.platform("setTimeout")(run, Math.max(0, ms));
  }

  stop() {
    this.platform("clearTimeout")(this.#timer);
  }
}

// ---- the line: one session over as many sockets as it takes (§13)

class Line {
  state = /** @type {Api.ConnectionState} */ ("connecting");
  /** @type {any} */ #socket = null;
  #registered = false;
  /** @type {Message | null} */ #refusal = null;
  #resumeToken = "";
  #received = 0;
  #told = 0;
  #untoldSize = 0;

  /** @type {Entry[]} not acknowledged; those before `#next` were written to this socket */ #kept = [];
  #next = 0;
  #forgotten = 0;
  /** @type {Entry[]} of the app, not due yet; the first `#again` of them once more, after a drain */ #queue = [];
  #again = 0;
  /** @type {Map<string, Entry>} not settled, by id */ #open = new Map();
  /** @type {Entry[]} acknowledged by `registered`; an error about them may be in what is replayed */ #doubtful = [];
  #lastId = 0;
  #frame = 65_536;
  #rate = 0;
  #burst = 1;
  #level = 1;
  #levelAt = 0;

  // When what is due.
  #opened = 0;
  #retryAt = 0;
  #notBefore = 0;
  #heardAt = 0;
  #heartbeat = 0;
  #ackBy = Infinity;
  #pongBy = Infinity;
  #paceAt = Infinity;
  #refreshAt = Infinity;
  #alarm;

  #asked = 0;
  #late = 0;
  #attempts = 0;
  /** @type {string | undefined} */ #token;
  #dial = 0;
  #unlisten = [() => {}];

  /** @param {Switchboard} client @param {Api.Options} options @param {Platform} platform */
  constructor(client, options, platform) {
    this.client = client;
    this.options = options;
    this.platform = platform;
    this.#alarm = new Alarm(platform);
    this.userId = options.userId ?? "";
  }

  start() {
    const window = this.platform("window");
    const document = this.platform("document");
    const wake = () => this.#wake();
    this.#listen(window, "online", () => this.client._networkChanged());
    this.#listen(window, "online", wake);
    this.#listen(window, "pageshow", wake);
    this.#listen(window, "pagehide", wake);
    this.#listen(document, "visibilitychange", wake);
    this.#listen(this.platform("navigator")?.connection, "change", wake);
    this.#connect();
  }

  /** @param {any} target @param {string} event @param {() => void} handler */
  #listen(target, event, handler) {
    target?.addEventListener(event, handler);
    this.#unlisten.push(() => target?.removeEventListener(event, handler));
  }

  // -- sending

  /**
   * Takes a message, to be settled once: by its answer if there is to be one, otherwise by its acknowledgement.
   * A `chat` may wait behind others; what else is said is not held up by them.
   * @param {Message} message @param {Settle} settle @param {{ answered?: boolean, chat?: boolean }} [how]
   */
  request(message, settle, { answered = true, chat } = {}) {
    const entry = this.#entry(message, { settle, answered });
    const lane = chat ? this.#queue : this.#kept;
    const size = new TextEncoder().encode(entry.text).length;
    const refuse = (/** @type {string} */ code, /** @type {string} */ why) => settle(new SwitchboardError(code, why), {});
    if (this.state === "closed") return refuse("closed", "this client is closed");
    if (size > this.#frame) return refuse("too-large", `${size} of ${this.#frame} bytes`);
    if (lane.length >= LONGEST_QUEUE) return refuse("queue-full", "too many messages wait to be sent");
    this.#open.set(entry.message.id, entry);
    lane.push(entry);
    this.#look();
  }

  /** @param {Message} it @param {Wish} wish @returns {Entry} */
  #entry(it, wish) {
    const message = { ...it, id: `m${++this.#lastId}` };
    return { ...wish, message, text: JSON.stringify(message), tried: false };
  }

  /** Writes what may go now. */
  #pump() {
    while (this.#registered && (this.#next < this.#kept.length || this.#admit())) {
      const entry = this.#kept[this.#next];
      if (!this.#pace(entry.message.type)) return;
      this.#next++;
      entry.tried = true;
      this.#write(entry.text);
    }
  }

  #admit() {
    const open = this.#open.size - this.#queue.length;
    if (this.#again < 0 || this.#kept.length >= UNDER_WAY || open >= WITHOUT_VERDICT) return false;
    const entry = this.#queue.shift();
    if (entry) this.#kept.push(entry);
    return entry;
  }

  /** Somewhat slower than the limits: what is under way may bunch up. @param {string} type */
  #pace(type) {
    if (!this.#rate) return true;
    const cost = ["list", "refresh"].includes(type) ? 10 : 1;
    const now = this.#now();
    this.#level = Math.min(this.#burst, this.#level + Math.max(0, now - this.#levelAt) * this.#rate);
    this.#levelAt = Math.max(now, this.#levelAt);
    const lack = Math.min(cost, this.#burst) - this.#level;
    this.#paceAt = lack > 0 ? this.#levelAt + lack / this.#rate + 1 : Infinity;
    if (lack <= 0) this.#level -= cost;
    return lack <= 0;
  }

  /** @param {string} text */
  #write(text) {
    if (this.#socket?.readyState === 1) this.#socket.send(text);
  }

  /** @param {Entry} entry @param {SwitchboardError | null} error @param {Message} [answer] */
  #settle({ message, settle }, error, answer = {}) {
    if (!this.#open.delete(message.id)) return;
    this.#safely(() => settle(error, answer));
  }

  /** @param {() => void} run code that hands something to the app */
  #safely(run) {
    try {
      run();
    } catch (error) {
      this.client._failed(error);
    }
  }

  /** @param {Entry} entry @param {Message} answer */
  #answer(entry, answer) {
    const { message } = entry;
    if (answer.type !== "error") return this.#settle(entry, null, answer);
    if (answer.code === "unavailable" && message.type === "message") {
      // Not carried out, because the server is about to stop: the next one will.
      this.#open.delete(message.id);
      const next = this.#entry(message, entry);
      this.#open.set(next.message.id, next);
      this.#queue.splice(-this.#again, 0, next);
      this.#again--;
      return;
    }
    if (answer.code === "rate-limited") {
      this.#level = 0;
      this.#levelAt = this.#now() + (answer.retryAfter ?? 1000);
    }
    this.#settle(entry, refusal(answer));
  }

  /** The server has handled so many. @param {number} count @param {boolean} [replaying] */
  #forget(count, replaying) {
    const handled = this.#kept.splice(0, Math.max(0, count - this.#forgotten));
    this.#forgotten += handled.length;
    this.#next = Math.max(0, this.#next - handled.length);
    for (const entry of handled.filter((it) => !it.answered)) {
      if (replaying) this.#doubtful.push(entry);
      else this.#settle(entry, null);
    }
  }

  /** A new session: nobody knows what became of what the old one was sent. Chat that was never written goes on. */
  #startOver() {
    this.#queue.unshift(...this.#kept.filter((it) => !it.tried && it.message.type === "message"));
    const lost = [...this.#open.values()].filter((it) => !this.#queue.includes(it));
    this.#kept = [];
    this.#doubtful = [];
    this.#forgotten = this.#received = 0;
    this.#fail(lost, "the session was lost");
  }

  /** @param {Entry[]} entries @param {string} why */
  #fail(entries, why) {
    for (const it of entries) this.#settle(it, new SwitchboardError(it.tried ? "unknown" : "not-sent", why, it.message));
  }

  // -- one socket at a time

  #connect() {
    // First: nothing of an older socket may be counted any more.
    this.#letGo(4000);
    this.#become("connecting");
    this.#refusal = null;
    this.#opened = this.#now();
    this.#arm();
    if (this.options.token === undefined || this.#token !== undefined) return this.#dialNow();
    const dial = ++this.#dial;
    this.#renew().then(
      () => dial === this.#dial && this.#dialNow(),
      (error) => {
        this.client._failed(error);
        if (dial === this.#dial) this.#broken();
      },
    );
  }

  /** Asks the app for a token. */
  async #renew() {
    const { token } = this.options;
    this.#token = undefined;
    this.#refreshAt = Infinity;
    try {
      this.#token = String(typeof token === "function" ? await token() : token);
    } catch (cause) {
      throw new SwitchboardError("bad-token", "the app's `token` has failed", { cause });
    }
    if (typeof token === "function") this.#refreshAt = this.#now() + Math.max(2000, lifetimeOf(this.#token) * 0.9 - 2000);
  }

  #dialNow() {
    const WebSocket = this.platform("WebSocket");
    const protocols = ["switchboard.v1"];
    if (this.#token !== undefined) protocols.push(`bearer.${this.#token}`);
    if (this.#resumeToken) protocols.push(`resume.${this.#resumeToken}`);
    else this.#received = 0;
    const { url = this.platform("location").origin, name } = this.options;
    const address = new URL(url);
    address.protocol = address.protocol.replace("http", "ws");
    address.pathname = address.pathname.replace(/(\/ws)?\/?$/, "/ws");
    const query = { userId: this.userId, name, received: `${this.#received}` };
    for (const [key, value] of Object.entries(query)) if (value) address.searchParams.set(key, value);
    try {
      this.#socket = new WebSocket(address.href, protocols);
    } catch (cause) {
      return this.end(new SwitchboardError("protocol", "no socket can be opened", { cause }));
    }
    this.#socket.onmessage = (/** @type {any} */ { data }) => this.#hear(data);
    this.#socket.onclose = (/** @type {any} */ { code, reason }) => this.#broken(code, reason);
  }

  /** @param {number} code */
  #letGo(code) {
    const socket = this.#socket;
    this.#dial++;
    this.#socket = null;
    this.#registered = false;
    this.#ackBy = this.#pongBy = Infinity;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  /** @param {unknown} text */
  #hear(text) {
    const message = JSON.parse(String(text));
    this.#heardAt = this.#now();
    this.#pongBy = Infinity;
    this.#asked = 0;
    if (message.type === "registered") this.#isRegistered(message);
    else if (this.#registered) this.#take(message, String(text).length);
    else this.#refusal = message;
    this.#look();
  }

  /** @param {Message} it */
  #isRegistered(it) {
    if (it.resumed) this.#forget(it.received, true);
    else this.#startOver();
    this.#told = this.#received;
    this.#untoldSize = this.#late = this.#attempts = this.#next = this.#notBefore = this.#again = 0;
    this.#resumeToken = it.resumeToken ?? "";
    this.userId = it.userId;
    this.#heartbeat = it.heartbeat;
    this.#frame = it.limits.frame;
    // The bucket is the user's: a new socket does not refill it.
    if (!this.#levelAt) this.#level = it.limits.burst / 2;
    this.#burst = Math.max(1, it.limits.burst / 2);
    this.#rate = (it.limits.rate * 0.9) / 1000;
    this.#registered = true;
    this.#safely(() => this.client._registered(it));
    this.#become("online");
    // Its pong comes behind all that the server has kept.
    this.#ping();
  }

  /** To take and to count is one step. @param {Message} message @param {number} size */
  #take(message, size) {
    const { type, ref } = message;
    const entry = this.#open.get(ref);
    if (type === "ack") this.#forget(message.received);
    else if (type === "ping") this.#write('{"type":"pong"}');
    else if (type === "pong") this.#caughtUp();
    else if (entry) this.#answer(entry, message);
    else this.#safely(() => this.client._hear(message));
    if (UNCOUNTED.includes(type)) return;
    this.#received++;
    this.#untoldSize += size;
    const due = this.#received - this.#told >= ACK_MESSAGES || this.#untoldSize >= ACK_SIZE;
    // A hidden page's alarm may be a minute late.
    if (due || this.platform("document").visibilityState === "hidden") this.#acknowledge();
    else this.#ackBy = Math.min(this.#ackBy, this.#now() + ACK_WITHIN);
  }

  #caughtUp() {
    for (const entry of this.#doubtful.splice(0)) this.#settle(entry, null);
    this.#safely(() => this.client._caughtUp());
  }

  #acknowledge() {
    this.#ackBy = Infinity;
    if (!this.#registered || this.#told === this.#received) return;
    this.#write(`{"type":"ack","received":${this.#received}}`);
    this.#told = this.#received;
    this.#untoldSize = 0;
  }

  // -- the end of a socket

  #broken(code = 1006, reason = "") {
    const refused = this.#refusal;
    this.#letGo(4000);
    if (code >= 4500 || FOR_GOOD.includes(code)) {
      const why = new SwitchboardError(CLOSE_CODES[code] ?? "protocol", `closed by the server: ${code} ${reason}`);
      return this.end(refused ? refusal(refused) : why);
    }
    // Twice without a `registered` in between: something else resumes this session.
    if (code === 4009 && ++this.#late === 2) this.#resumeToken = "";
    if (code === 4401) {
      if (typeof this.options.token !== "function") return this.end(new SwitchboardError("bad-token", "the token has expired"));
      this.#token = undefined;
    }
    const now = this.#now();
    const bound = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts++);
    this.#notBefore = now + Math.max(Number(/retry after (\d+)/.exec(reason)?.[1] ?? 0), refused?.retryAfter ?? 0);
    this.#retryAt = Math.max(this.#notBefore, now + this.platform("Math").random() * bound);
    this.#become("waiting");
    this.#arm();
  }

  /** For good. Code 1000 says goodbye: the session ends at once. @param {SwitchboardError} error */
  end(error) {
    if (this.state === "closed") return;
    this.#pump();
    this.#acknowledge();
    this.#letGo(1000);
    this.#unlisten.forEach((stop) => stop());
    this.state = "closed";
    this.#arm();
    this.client._over(error);
    this.#fail([...this.#open.values()], error.message);
    this.client._emit("state", "closed");
  }

  // -- time

  /** Does what is due: at an alarm, and whenever something happens, because alarms may be late. */
  #look() {
    const now = this.#now();
    const waiting = this.state === "waiting";
    if (this.state === "closed") return;
    if (waiting && now >= this.#retryAt) return this.#connect();
    if (!waiting && !this.#registered && now >= this.#opened + OPENING) return this.#broken();
    if (this.#registered) {
      if (now >= this.#ackBy) this.#acknowledge();
      if (now >= this.#refreshAt) this.#refresh();
      if (now >= this.#pongBy) {
        // An alarm that is late proves nothing at first: the pong may wait behind it.
        if (now < this.#pongBy + 1000 || this.#asked > 1) return this.#broken();
        this.#ping();
      }
      if (now >= this.#heardAt + this.#heartbeat && this.#pongBy === Infinity) this.#ping();
      this.#pump();
    }
    this.#arm();
  }

  #arm() {
    this.#alarm.stop();
    if (this.state === "closed") return;
    const silent = this.#pongBy === Infinity ? this.#heardAt + this.#heartbeat : this.#pongBy;
    let at = this.#opened + OPENING;
    if (this.state === "waiting") at = this.#retryAt;
    if (this.#registered) at = Math.min(this.#ackBy, this.#paceAt, this.#refreshAt, silent);
    this.#alarm.set(Math.min(1e9, at - this.#now()), () => this.#look());
  }

  #now() {
    return this.platform("performance").now();
  }

  #ping() {
    this.#asked++;
    this.#pongBy = this.#now() + ANSWER_TO_PING;
    this.#write('{"type":"ping"}');
  }

  async #refresh() {
    try {
      await this.#renew();
    } catch (error) {
      return this.client._failed(error);
    }
    const failed = (/** @type {any} */ error) => error && this.state !== "closed" && this.client._failed(error);
    if (this.#registered) this.request({ type: "refresh", token: this.#token }, failed, { answered: false });
  }

  /** The page is seen again or no more, or the network is another one. */
  #wake() {
    this.#acknowledge();
    if (this.#registered && this.#pongBy === Infinity) this.#ping();
    if (this.#now() >= this.#notBefore) this.#retryAt = 0;
    this.#look();
  }

  /** @param {Api.ConnectionState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.client._emit("state", state);
  }
}

/** How long a JWT is good for, in ms; unknown: Infinity. @param {string} token */
function lifetimeOf(token) {
  try {
    const { exp } = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return exp ? exp * 1000 - Date.now() : Infinity;
  } catch {
    return Infinity;
  }
}

// ---- links: one RTCPeerConnection each, with perfect negotiation

class Link {
  #work = Promise.resolve();
  /** @type {any[]} candidates that came before their description */ #early = [];
  #ignoring = false;
  #equipped = false;
  round = 0;

  /** @param {Peer} peer @param {string} id names this link on both sides @param {boolean} offerer */
  constructor(peer, id, offerer) {
    this.peer = peer;
    this.id = id;
    const RTCPeerConnection = peer._client._platform("RTCPeerConnection");
    const pc = (this.pc = new RTCPeerConnection(peer._client._rtc()));
    pc.onnegotiationneeded = () => this.offer();
    pc.onicecandidate = (/** @type {any} */ { candidate }) => candidate && this.#say("candidate", candidate.toJSON());
    pc.onconnectionstatechange = () => peer._media(pc.connectionState);
    pc.ontrack = (/** @type {any} */ event) => peer._arrived(event);
    pc.ondatachannel = (/** @type {any} */ { channel }) => peer._hasChannel(channel);
    if (offerer) this.#equip();
  }

  /** Adds what this side sends; the answerer does it between offer and answer, so that it need not offer as well. */
  #equip() {
    if (this.#equipped) return;
    this.#equipped = true;
    // Makes sure that there is something to connect, and says “bye” where the server cannot.
    this.control = this.pc.createDataChannel("switchboard", { negotiated: true, id: 100 });
    this.control.onmessage = () => this.peer._bye();
    for (const [track, stream] of this.peer._tracks) this.pc.addTrack(track, stream);
    for (const channel of this.peer._channels.values()) channel._create(this.pc);
  }

  offer() {
    this.#enqueue(async () => {
      // An offer of the other side came first; the browser asks again if ours is still needed.
      if (this.pc.signalingState === "have-remote-offer") return;
      await this.pc.setLocalDescription();
      this.round++;
      this.#say("offer", this.pc.localDescription);
    });
  }

  /** @param {string} type @param {any} data */
  hear(type, data) {
    this.#enqueue(() => (type === "candidate" ? this.#candidate(data) : this.#description(type, data)));
  }

  /** @param {string} type @param {any} data */
  async #description(type, { sdp }) {
    const { pc } = this;
    if (type === "answer" && pc.signalingState !== "have-local-offer") return;
    this.#ignoring = type === "offer" && pc.signalingState !== "stable" && !this.peer._polite;
    if (this.#ignoring) return;
    // The polite side's own offer is rolled back by this.
    await pc.setRemoteDescription({ type, sdp });
    this.round++;
    for (const candidate of this.#early.splice(0)) await this.#candidate(candidate);
    if (type === "answer") return;
    this.#equip();
    await pc.setLocalDescription();
    this.#say("answer", pc.localDescription);
  }

  /** @param {any} candidate */
  async #candidate(candidate) {
    if (!candidate || this.#ignoring) return;
    if (this.pc.remoteDescription) await this.pc.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  /** One after the other. @param {() => Promise<void> | void} step */
  #enqueue(step) {
    const open = () => this.pc.signalingState !== "closed";
    const failed = (/** @type {any} */ error) => void (open() && this.peer._failed(error));
    this.#work = this.#work.then(() => (open() ? step() : undefined)).catch(failed);
  }

  /** @param {string} type @param {any} data */
  #say(type, data) {
    const { id, round } = this;
    if (this.pc.signalingState !== "closed") this.peer._say(type, { ...(data.toJSON?.() ?? data), switchboard: { peer: id, round } });
  }

  close() {
    this.pc.close();
    for (const channel of this.peer._channels.values()) channel._closed();
  }
}

// ---- channels

/** @implements {Api.Channel} */
class Channel extends Emitter {
  /** @type {any} what this side writes to */ #out = null;
  /** @type {unknown[]} nobody has listened to yet */ #early = [];
  /** @type {Promise<any>} */ #sending = Promise.resolve();
  state = /** @type {"connecting" | "open" | "closed"} */ ("connecting");

  /** @param {Peer} peer @param {string} label @param {RTCDataChannelInit} [options] */
  constructor(peer, label, options) {
    super();
    this._client = peer._client;
    this.peer = peer;
    this.label = label;
    this.options = options;
  }

  /** Both sides may create it. Each writes to its own if it has one, and reads from both. @param {any} pc */
  _create(pc) {
    if (this.#out) return;
    this.#out = pc.createDataChannel(this.label, this.options);
    this._attach(this.#out);
  }

  /** @param {any} rtc */
  _attach(rtc) {
    this.#out ??= rtc;
    rtc.binaryType = "arraybuffer";
    rtc.bufferedAmountLowThreshold = CHANNEL_LOW;
    rtc.onmessage = (/** @type {any} */ { data }) => this.#hear(data);
    const opened = () => rtc === this.#out && this.#become("open");
    if (rtc.readyState === "open") opened();
    rtc.onopen = opened;
    rtc.onclose = () => this._closed();
  }

  /** @param {unknown} data */
  #hear(data) {
    if (this._handlers("message").size) this._emit("message", data);
    else if (this.#early.push(data) > LONGEST_QUEUE) this.close();
  }

  /** @param {string} event */
  _listened(event) {
    if (event === "message") for (const data of this.#early.splice(0)) this._emit(event, data);
  }

  /** @param {string | ArrayBuffer | ArrayBufferView | Blob} data */
  send(data) {
    this.#sending = this.#sending.catch(() => {}).then(() => this.#write(data));
    return this._client._told(this.#sending);
  }

  /** @param {any} data */
  async #write(data) {
    const ready = () => this.state === "open" && this.#out.bufferedAmount < CHANNEL_FULL;
    while (!ready()) {
      if (this.state === "closed") throw new SwitchboardError("closed", `channel ${this.label} is closed`);
      await new Promise((go) => {
        this.#resume = () => go(null);
        if (this.#out) this.#out.onbufferedamountlow = this.#resume;
      });
    }
    this.#out.send(data);
  }

  #resume = () => {};

  close() {
    this.#out?.close();
    this._closed();
  }

  _closed() {
    this.#become("closed");
    this.peer._channels.delete(this.label);
  }

  /** @param {"open" | "closed"} state */
  #become(state) {
    if (this.state === state || this.state === "closed") return;
    this.state = state;
    this.#resume();
    this._emit(state);
  }
}

// ---- peers: somebody at the other end, over one link after the other

/** @implements {Api.Peer} */
class Peer extends Emitter {
  state = /** @type {Api.PeerState} */ ("connecting");
  /** @type {string | undefined} */ reason;
  /** @type {string | undefined} */ detail;
  /** @type {any} */ data;
  /** @type {unknown} the last thing that could not be said */ _problem;
  /** The server says that they are gone; the media know better. */ _leaving = false;
  /** @type {Map<MediaStreamTrack, MediaStream>} */ _tracks = new Map();
  /** @type {Map<string, Channel>} */ _channels = new Map();
  /** @type {Link | null} */ _link = null;
  _settled = () => {};
  /** @type {(error: SwitchboardError) => void} */ _refused = () => {};
  /** @type {MediaStreamTrack[]} */ #owned = [];
  _alarm;
  #troubleAt = 0;
  /** @type {string | undefined} */ #mainStream;
  /** @type {any} */ #before;
  #ticks;

  /** @param {Switchboard} client @param {string} userId @param {Message} route goes with all that is said */
  constructor(client, userId, route, polite = true, id = newId(client)) {
    super();
    this._client = client;
    this._alarm = new Alarm(client._platform);
    this.#ticks = new Alarm(client._platform);
    this.userId = userId;
    this._route = route;
    this._polite = polite;
    this._id = id;
    const MediaStream = client._platform("MediaStream");
    this.remoteStream = /** @type {MediaStream} */ (new MediaStream());
    client._all.add(this);
  }

  get connection() {
    return this._link?.pc ?? null;
  }

  // -- what is sent

  /** @param {Api.Media} [media] a function's stream belongs to this peer, and ends with it */
  async _use(media) {
    const stream = typeof media === "function" ? await media() : media;
    for (const track of stream?.getTracks() ?? []) {
      if (typeof media === "function") this.#owned.push(track);
      this.addTrack(track, stream);
    }
    if (this.state === "ended") this.#stopOwned();
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} [stream] */
  addTrack(track, stream = new (this._client._platform("MediaStream"))([track])) {
    this._client._sent.add(track);
    this._tracks.set(track, /** @type {MediaStream} */ (stream));
    if (this._link?.control) this._link.pc.addTrack(track, stream);
  }

  /** @param {MediaStreamTrack} track @param {MediaStreamTrack} other */
  async replaceTrack(track, other) {
    const stream = this._tracks.get(track);
    if (!stream) throw new SwitchboardError("failed", "that track is not being sent");
    this._client._sent.add(other);
    this._tracks.delete(track);
    this._tracks.set(other, stream);
    await this.#sender(track)?.replaceTrack(other);
  }

  /** @param {MediaStreamTrack} track */
  removeTrack(track) {
    this._tracks.delete(track);
    const sender = this.#sender(track);
    if (sender) this.connection.removeTrack(sender);
  }

  /** @param {MediaStreamTrack} track */
  #sender(track) {
    return this.connection?.getSenders().find((/** @type {any} */ it) => it.track === track);
  }

  /** @param {DisplayMediaStreamOptions} [options] */
  async shareScreen(options) {
    /** @type {MediaStream} */
    const stream = await this._client._platform("navigator").mediaDevices.getDisplayMedia(options);
    await this._use(() => stream);
    for (const track of stream.getTracks()) track.onended = () => this.removeTrack(track);
    return stream;
  }

  /** @param {string} label @param {RTCDataChannelInit} [options] */
  dataChannel(label, options) {
    const channel = this._channels.get(label) ?? new Channel(this, label, options);
    this._channels.set(label, channel);
    if (this._link?.control) channel._create(this.connection);
    return channel;
  }

  /** The other side has created one. @param {RTCDataChannel} rtc */
  _hasChannel(rtc) {
    const known = this._channels.get(rtc.label);
    const channel = known ?? new Channel(this, rtc.label);
    this._channels.set(rtc.label, channel);
    channel._attach(rtc);
    if (!known) this._emit("channel", channel);
  }

  // -- signaling

  /** @param {boolean} offerer */
  _open(offerer, id = isDirect(this) ? this._id : newId(this._client)) {
    this._link?.close();
    this._link = new Link(this, id, offerer);
    this.#mainStream = undefined;
    this.#trouble();
  }

  /** The other side may have missed something: says where this side is, on the link that there is. */
  _resync() {
    if (this._link?.round) this._link.offer();
    else if (!this._polite) this._open(true);
  }

  /** @param {string} type @param {any} data */
  _hear(type, data) {
    const { peer, round = 1, gone } = data?.switchboard ?? {};
    const link = this._link;
    // Nothing is answered before the app accepts.
    if (["ringing", "asking", "ended"].includes(this.state)) return;
    if (gone) {
      if (peer === link?.id) this._open(true);
    } else if (type === "offer" && (!link || (peer && peer !== link.id))) {
      // It goes on with a link that this side, a reloaded page, does not have.
      if (round > 1) return this._say("answer", { switchboard: { peer, gone: true } });
      this._open(false, peer);
      this._link?.hear(type, data);
    } else if (link && (!peer || peer === link.id)) link.hear(type, data);
  }

  /** @param {string} type @param {any} data */
  _say(type, data) {
    this._client._say({ type, to: this.userId, ...this._route, data }, this);
  }

  // -- media

  /** @param {string} state of the link */
  _media(state) {
    if (state === "connected") {
      this.#troubleAt = 0;
      this._alarm.stop();
      this._become(state);
      this._settled();
    } else if (state === "disconnected" || state === "failed") this.#trouble();
  }

  /** @param {string} name */
  _platform(name) {
    return this._client._platform(name);
  }

  /** From now on until it is connected, look after it. */
  #trouble() {
    if (this._leaving) return this._end("lost");
    if (this.state === "connected") this._become("reconnecting");
    this.#troubleAt ||= this._platform("performance").now();
    this.#mend();
  }

  #mend() {
    const lasted = this._platform("performance").now() - this.#troubleAt;
    if (lasted > PATIENCE) return this._giveUp();
    // One side is enough, so the other one waits whether it can.
    const patience = { failed: 0, disconnected: 1 }[String(this.connection.connectionState)] ?? 3;
    if (lasted >= MENDING * (patience + (this._polite ? 2 : 0))) this._restart();
    this._alarm.set(MENDING + 1, () => this.#mend());
  }

  /** Looks for another way. */
  _restart() {
    if (this._link?.round) this.connection.restartIce();
  }

  _giveUp() {
    const why = this.state === "asking" ? "no-answer" : "failed";
    this._tellEnd(why);
    this._end(why, undefined, new SwitchboardError(why, `no connection to ${this.userId}`, { cause: this._problem }));
  }

  /** @param {{ track: MediaStreamTrack, streams: MediaStream[] }} event */
  _arrived({ track, streams: [stream] }) {
    this.#mainStream ??= stream?.id;
    if (stream && stream.id !== this.#mainStream) return this._emit("stream", stream);
    // The app holds on to this stream: what an older link had in it goes.
    for (const old of this.remoteStream.getTracks()) if (old.readyState === "ended") this.remoteStream.removeTrack(old);
    this.remoteStream.addTrack(track);
    if (stream) stream.onremovetrack = (it) => this.remoteStream.removeTrack(it.track);
    this._emit("track", track);
  }

  async stats() {
    const reports = this.connection ? [...(await this.connection.getStats()).values()] : [];
    const { stats, before } = summary(reports, this.#before);
    this.#before = before;
    return stats;
  }

  /** @param {string} event */
  _listened(event) {
    if (event === "stats") this.#tick();
  }

  #tick() {
    this.#ticks.set(1000, async () => {
      if (this.state === "ended" || !this._handlers("stats").size) return;
      this.#tick();
      this._emit("stats", await this.stats());
    });
  }

  // -- without ringing

  /** @param {{ stream?: Api.Media }} [options] */
  async accept({ stream } = {}) {
    await this._use(stream);
    if (this.state !== "asking") return;
    this._become("connecting");
    this._ask("accept");
  }

  /** The other side's word must come within the patience, too. */
  _await() {
    this._alarm.set(PATIENCE, () => this._link ?? this._giveUp());
  }

  /** @param {string} [detail] */
  close(detail) {
    this._tellEnd(detail);
    this._end("closed");
  }

  /** @param {string} [detail] */
  _tellEnd(detail) {
    if (!this._route.room) this._ask("close", detail);
  }

  /** @param {string} is @param {any} [data] @param {Settle} [settle] */
  _ask(is, data, settle) {
    this._client._direct(this.userId, this._id, is, data, settle);
  }

  /** @param {string} is @param {any} data */
  _told(is, data) {
    // Only who was asked may accept: a stranger must not make this side reveal its addresses.
    if (is === "accept" && this.state === "asking" && !this._polite) {
      this._become("connecting");
      this._open(true, this._id);
    } else if (is === "close") this._end(this.state === "asking" ? "refused" : "closed", data);
  }

  // -- the end

  _bye() {
    this._end("closed");
  }

  /** @param {string} reason @param {string} [detail] @param {any} [cause] */
  _end(reason, detail, cause) {
    if (this.state === "ended") return;
    this.reason = reason;
    this.detail = detail;
    this._client._forget(this);
    if (this._link?.control?.readyState === "open") this._link.control.send("bye");
    this._link?.close();
    this._alarm.stop();
    this.#ticks.stop();
    this.#stopOwned();
    this._become("ended");
    this._refused(cause ?? new SwitchboardError(reason, `${this.userId}: ${detail ?? reason}`));
  }

  #stopOwned() {
    for (const track of this.#owned) track.stop();
  }

  /** @param {Api.PeerState} state */
  _become(state) {
    if (this.state === state || this.state === "ended") return;
    this.state = state;
    this._emit("state", state);
  }
}

/** What a person wants to know of a connection. @param {any[]} reports @param {any} [before] */
function summary(reports, before) {
  const byId = new Map(reports.map((it) => [it.id, it]));
  // Firefox has no transport, but marks the pair.
  const pair = reports.find((it) => it.selected) ?? byId.get(reports.find((it) => it.selectedCandidatePairId)?.selectedCandidatePairId);
  const relayed = [pair?.localCandidateId, pair?.remoteCandidateId].some((id) => byId.get(id)?.candidateType === "relay");
  /** @type {any} */
  const stats = { path: pair ? (relayed ? "relayed" : "direct") : null, roundTrip: null, received: {}, sent: {} };
  if (pair) stats.roundTrip = pair.currentRoundTripTime * 1000;
  for (const it of reports) {
    const way = { "inbound-rtp": "received", "outbound-rtp": "sent" }[String(it.type)];
    if (!way) continue;
    const bytes = way === "sent" ? "bytesSent" : "bytesReceived";
    const last = before?.get(it.id) ?? it;
    const loss = byId.get(it.remoteId)?.fractionLost ?? it.packetsLost / (it.packetsLost + it.packetsReceived);
    const bitrate = ((it[bytes] - last[bytes]) * 8000) / (it.timestamp - last.timestamp) || 0;
    // Of several pictures the one that moves most.
    if (stats[way][it.kind]?.bitrate > bitrate) continue;
    stats[way][it.kind] = { bitrate, loss: loss || 0, width: it.frameWidth, height: it.frameHeight };
  }
  return { stats, before: byId };
}

// ---- calls

/** @implements {Api.Call} */
class Call extends Peer {
  away = false;
  /** @type {Message | null} the other's call, which came while this one rang there */ _crossing = null;
  /** The server knows of this call. */ _attached = true;
  /** The session in which it rang here. */ _session = "";
  #asks = 0;
  #nextAsk;

  /** @param {Switchboard} client @param {string} userId @param {boolean} incoming @param {Message} it */
  constructor(client, userId, incoming, it) {
    super(client, userId, { callId: it.callId }, incoming);
    this.#nextAsk = new Alarm(client._platform);
    this._become("ringing");
    this.incoming = incoming;
    this.name = it.name;
    this.media = it.media;
    this.data = it.data;
    this.continues = it.continues;
  }

  /** @param {Message} request */
  _request(request) {
    this._client._line.request({ type: "call-request", to: this.userId, ...request }, (error, it) => {
      if (error) this._failedToRing(error);
      else if (it.type === "call-ended") this._over(it);
      else if (this.state === "ended") this._client._tell("call-cancel", it.callId, "");
      else if (it.type === "call-accept") this._accepted(it);
      else {
        this._route = { callId: it.callId };
        this._isAway(it.away === true);
      }
    });
  }

  /** @param {boolean} away */
  _isAway(away) {
    this.away = away;
    this._emit("away", away);
  }

  /** @param {SwitchboardError} error */
  _failedToRing(error) {
    if (this.state !== "ringing") return this.#askLater();
    this._end(error.code, undefined, error);
  }

  /** The other side is there, or there again. @param {Message} it */
  _accepted(it) {
    const first = this.state === "ringing";
    this._route = { callId: it.callId };
    this._attached = true;
    this.#asks = 0;
    this._polite = !it.offerer;
    if (first) {
      this.data = it.data ?? this.data;
      this.media = it.media ?? this.media;
      this._become("connecting");
    }
    this._settled();
    if (it.offerer) this._resync();
    else if (first) this._await();
  }

  /** @param {{ stream?: Api.Media, data?: any }} [options] */
  async accept({ stream, data } = {}) {
    await this._use(stream);
    if (this.state !== "ringing" || !this.incoming) return;
    this._become("connecting");
    this._answer(data);
    this._await();
  }

  /** @param {any} [data] */
  _answer(data) {
    const message = { type: "call-accept", ...this._route, data };
    // Once connected it goes on, whatever became of that message.
    const settle = (/** @type {any} */ error) => error && this.state === "connecting" && this._end(error.code, undefined, error);
    this._client._line.request(message, settle, { answered: false });
  }

  _rings() {
    return this.incoming && this.state === "ringing";
  }

  /** @param {string} [detail] */
  close(detail) {
    const ringing = this.state === "ringing";
    this._tellEnd(detail);
    this._end(ringing ? (this.incoming ? "rejected" : "cancelled") : "hangup", detail);
  }

  hangUp = this.close;
  reject = this.close;

  /** @param {string} [detail] */
  _tellEnd(detail) {
    if (this._route.callId) this._client._tell("call-hangup", this._route.callId, detail);
  }

  _bye() {
    this._tellEnd();
    this._end("hangup");
  }

  /** The server has ended this call, or not begun it. @param {Message} it */
  _over({ reason, detail, callId }) {
    // The answer to a question whether it goes on; as long as the media do, it may.
    const asking = !callId && this.state !== "ringing";
    if (reason === "lost" || (asking && this.state === "connected")) return this._detach(detail);
    if (asking) return this._end("lost");
    const crossing = this._crossing;
    this._end(reason, detail);
    // Busy because the other's call came first: that one rings now.
    if (reason === "busy" && crossing) this._client._rung(crossing);
  }

  /** The session of one side is lost, and the call with it; the media are not (§6, going on after `lost`). */
  _detach(detail = "") {
    if (!["connected", "reconnecting"].includes(this.state)) return this._end("lost", detail);
    this._attached = false;
    this.#askLater();
  }

  /** The smaller name asks; the other does if it hears nothing. */
  #askLater() {
    const turn = this._client.userId < this.userId ? 0 : MENDING;
    const wait = Math.min(LONGEST_WAIT, this.#asks && 1000 * 2 ** this.#asks) + turn;
    this.#asks++;
    this.#nextAsk.set(wait, () => this._attached || this._request({ continues: this._route.callId, media: this.media }));
  }

  /** @param {string} reason @param {string} [detail] @param {any} [cause] */
  _end(reason, detail, cause) {
    this.#nextAsk.stop();
    super._end(reason, detail, cause);
  }
}

// ---- rooms

/** @implements {Api.Room} */
class Room extends Emitter {
  /** @type {Map<string, string | undefined>} */ members = new Map();
  /** @type {Map<string, Peer>} */ peers = new Map();
  /** @type {MediaStream | undefined} */ _stream;
  /** @type {Peer[]} */ #early = [];

  /** @param {Switchboard} client @param {string} name @param {boolean} mesh @param {Api.Media} [media] */
  constructor(client, name, mesh, media) {
    super();
    this._client = client;
    this.name = name;
    this.mesh = mesh;
    this._media = media;
  }

  /** @param {any} data @param {{ volatile?: boolean }} [options] */
  send(data, { volatile } = {}) {
    return this._client._speak({ room: this.name, data, volatile }, false);
  }

  /** Those who came before somebody listened, when somebody does. @param {string} event */
  _listened(event) {
    if (event === "peer") for (const peer of this.#early.splice(0)) this._emit(event, peer);
  }

  /** @returns {Promise<void>} */
  async _join() {
    const it = await this._client._request({ type: "join", room: this.name });
    this.members = new Map(it.members.map((/** @type {string} */ user) => [user, it.names?.[user]]));
    // The newcomer sends the offers.
    for (const user of this.members.keys()) this._meet(user, false);
  }

  /** @param {string} user @param {boolean} polite */
  _meet(user, polite) {
    if (!this.mesh) return;
    const known = this.peers.get(user);
    if (known) {
      known._leaving = false;
      known._polite = polite;
      if (!polite) known._resync();
      return;
    }
    const peer = new Peer(this._client, user, { room: this.name }, polite);
    this.peers.set(user, peer);
    for (const track of this._stream?.getTracks() ?? []) peer.addTrack(track, this._stream);
    if (this._handlers("peer").size) this._emit("peer", peer);
    else this.#early.push(peer);
    if (polite) peer._await();
    else peer._open(true);
  }

  /** @param {Message} it */
  _hear({ type, userId, name, from, data }) {
    if (type === "message") return this._emit("message", { from, room: this.name, data });
    if (type === "member-joined") {
      this.members.set(userId, name);
      this._meet(userId, true);
    } else if (type === "member-left") {
      this.members.delete(userId);
      const peer = this.peers.get(userId);
      // Who only lost a session comes back, and the media go on until then.
      if (peer?.state === "connected") peer._leaving = true;
      else peer?._end("lost");
    } else {
      if (type === "offer" && !this.peers.has(from)) this._meet(from, true);
      return this.peers.get(from)?._hear(type, data);
    }
    this._emit(type, userId);
  }

  async leave() {
    this._stop("closed");
    await this._client._request({ type: "leave", room: this.name });
  }

  /** @param {string} reason */
  _stop(reason) {
    this._client.rooms.delete(this.name);
    for (const peer of this.peers.values()) peer._end(reason);
    if (typeof this._media === "function") this._stream?.getTracks().forEach((track) => track.stop());
    this._emit("left", reason);
  }
}

// ---- the client

/** @implements {Api.Switchboard} */
class Switchboard extends Emitter {
  sessionId = "";
  /** @type {RTCIceServer[]} */ iceServers = [];
  /** @type {Map<string, string | undefined>} */ people = new Map();
  total = 0;
  /** @type {Map<string, boolean>} */ watched = new Map();
  /** @type {Map<string, Room>} */ rooms = new Map();
  /** @type {Call | null} */ currentCall = null;
  /** @type {Set<Peer>} */ _all = new Set();
  /** @type {Set<MediaStreamTrack>} */ _sent = new Set();
  #named = false;
  /** @type {{ fulfill: (client: Switchboard) => void, reject: (error: any) => void } | null} */ #start = null;
  #startAlarm;

  /** @param {Api.Options} options */
  constructor(options) {
    super();
    const { platform = {} } = options;
    /** @type {Platform} */
    this._platform = (name) => /** @type {any} */ (platform)[name] ?? /** @type {any} */ (globalThis)[name];
    this._options = options;
    this.#startAlarm = new Alarm(this._platform);
    this._line = new Line(this, options, this._platform);
  }

  get userId() {
    return this._line.userId;
  }

  get state() {
    return this._line.state;
  }

  /** @returns {Promise<Switchboard>} */
  _started() {
    const late = () => this._line.end(new SwitchboardError("unavailable", "the server was not reached in time"));
    return new Promise((fulfill, reject) => {
      this.#start = { fulfill, reject };
      this.#startAlarm.set(this._options.timeout ?? 30_000, late);
      this._line.start();
    });
  }

  // -- what the app does

  /** @param {string} to @param {any} data @param {{ receipt?: boolean, volatile?: boolean }} [options] */
  send(to, data, { volatile, receipt = !volatile } = {}) {
    return this._speak({ to, data, volatile }, receipt);
  }

  /** @param {Message} message @param {boolean} receipt */
  _speak(message, receipt) {
    const verdict = this._request({ type: "message", ...message, receipt: receipt || undefined }, receipt, true);
    const told = verdict.then(({ type, to }) => {
      if (type === "undelivered") throw new SwitchboardError(type, `${to} was never sent it`, { to });
      if (type === "relayed") throw new SwitchboardError("unknown", `${to} was sent it and never confirmed it`, { to });
    });
    return this._told(told);
  }

  /** @template T @param {Promise<T>} promise */
  _told(promise) {
    return Outcome.of(promise, (error) => this._failed(error));
  }

  /** @param {Message} message @returns {Promise<Message>} */
  _request(message, answered = true, chat = false) {
    const answer = new Promise((fulfill, reject) => {
      this._line.request(message, (error, it) => (error ? reject(error) : fulfill(it)), { answered, chat });
    });
    return this._told(answer);
  }

  /** @param {string} to @param {Api.CallOptions} [options] */
  call(to, { stream, data, media } = {}) {
    if (this.currentCall) return this._told(Promise.reject(new SwitchboardError("busy", "there is a call already")));
    const call = new Call(this, to, false, {});
    this.currentCall = call;
    const sends = (/** @type {string} */ kind) => [...call._tracks.keys()].some((track) => track.kind === kind);
    const ring = () => call._request({ data, media: media ?? { audio: sends("audio"), video: sends("video") } });
    return this.#reach(call, stream, ring);
  }

  /** @param {string} to @param {Api.PeerOptions} [options] */
  peer(to, { stream, data } = {}) {
    const peer = new Peer(this, to, {}, false);
    peer.state = "asking";
    peer._await();
    return this.#reach(peer, stream, () => {
      peer._ask("invite", data, (error) => error && peer._end(error.code, undefined, error));
    });
  }

  /** @template {Peer} T @param {T} peer @param {Api.Media | undefined} stream @param {() => void} ask */
  #reach(peer, stream, ask) {
    const there = new Promise((fulfill, reject) => {
      peer._settled = () => fulfill(peer);
      peer._refused = reject;
    });
    peer._use(stream).then(
      () => peer.state === "ended" || ask(),
      (cause) => peer._end("failed", undefined, new SwitchboardError("failed", "the app's `stream` has failed", { cause })),
    );
    return /** @type {Promise<T>} */ (this._told(there));
  }

  /** @param {string} name @param {{ stream?: Api.Media, mesh?: boolean }} [options] */
  join(name, { stream, mesh = true } = {}) {
    return this._told(this.#join(name, mesh, stream));
  }

  /** @param {string} name @param {boolean} mesh @param {Api.Media} [stream] @returns {Promise<Room>} */
  async #join(name, mesh, stream) {
    const known = this.rooms.get(name);
    if (known) return known;
    const room = new Room(this, name, mesh, stream);
    this.rooms.set(name, room);
    try {
      room._stream = typeof stream === "function" ? await stream() : stream;
      for (const track of room._stream?.getTracks() ?? []) this._sent.add(track);
      await room._join();
    } catch (error) {
      room._stop(String(/** @type {any} */ (error).code));
      throw error;
    }
    return room;
  }

  /** @param {string[]} users */
  async watch(users) {
    for (const user of users) this.watched.set(user, this.watched.get(user) ?? false);
    const it = await this._request({ type: "watch", users });
    this.#presence(it);
    return { online: it.online, offline: it.offline };
  }

  /** @param {string[]} users */
  async unwatch(users) {
    for (const user of users) this.watched.delete(user);
    await this._request({ type: "unwatch", users }, false);
  }

  /** @param {{ after?: string, limit?: number }} [page] */
  async list(page) {
    const { clients, names = {}, total, next } = await this._request({ type: "list", ...page });
    return { clients, names, total, next };
  }

  close() {
    for (const peer of this._all) peer.close();
    this._line.end(new SwitchboardError("closed", "this client is closed"));
  }

  // -- what happens

  /** Before anything else of a new socket. @param {Message} it */
  _registered({ resumed, sessionId, iceServers }) {
    const lost = !resumed && this.sessionId !== "";
    this.sessionId = sessionId;
    this.#useIce(iceServers);
    this.#named &&= resumed;
    this.#start?.fulfill(this);
    this.#start = null;
    this.#startAlarm.stop();
    if (lost) this.#restore();
  }

  /** The session is another one: back into the rooms, the watches, the call. */
  #restore() {
    for (const room of this.rooms.values()) room._join().catch((error) => room._stop(error.code));
    const users = [...this.watched.keys()];
    if (users.length) this._request({ type: "watch", users }).then((it) => this.#presence(it));
    if (!this.currentCall?._rings()) this.currentCall?._detach();
    for (const peer of this._all) if (isDirect(peer) && peer.state !== "asking") peer._resync();
    this._emit("fresh");
  }

  /** All that the server has kept for this session has come. */
  _caughtUp() {
    const call = this.currentCall;
    if (call?._rings() && call._session !== this.sessionId) call._end("lost");
  }

  /** @param {RTCIceServer[]} servers */
  #useIce(servers) {
    this.iceServers = servers;
    for (const { connection } of this._all) connection?.setConfiguration?.(this._rtc());
  }

  /** @returns {RTCConfiguration} */
  _rtc() {
    const { rtc } = this._options;
    return { ...rtc, iceServers: [...this.iceServers, ...(rtc?.iceServers ?? [])] };
  }

  /** @param {Message} it */
  _hear(it) {
    const { type, from, room, data } = it;
    const call = this.currentCall;
    const mine = call && it.callId === call._route.callId ? call : null;
    if (type === "client-list") this.#list(it);
    else if (type === "presence") this.#presence(it);
    else if (type === "ice-servers") this.#useIce(it.iceServers);
    else if (type === "call-request") this._rung(it);
    else if (type === "call-accept") mine?._accepted(it);
    else if (type === "call-ended") {
      if (call && call._crossing?.callId === it.callId) call._crossing = null;
      mine?._over(it);
    } else if (type.startsWith("call-peer")) mine?._isAway(type === "call-peer-away");
    else if (data?.switchboard?.is) this.#direct(from, data.switchboard);
    else if (room) this.rooms.get(room)?._hear(it);
    else if (type === "message") this._emit("message", { from, data });
    else if (type === "error") this._failed(refusal(it));
    else if (it.callId) mine?._hear(type, data);
    else this.#stray(type, from, data);
  }

  /** Of a peer, if there is one of this name; otherwise this page, reloaded, has forgotten it. @param {string} type @param {string} from @param {any} data */
  #stray(type, from, data) {
    const id = data?.switchboard?.peer;
    const peer = this.#find(from, id);
    if (peer) peer._hear(type, data);
    else if (id && type === "offer") this._direct(from, id, "close");
  }

  /** @param {string} to @param {string} peer @param {string} is @param {any} [data] @param {Settle} [settle] */
  _direct(to, peer, is, data, settle = () => {}) {
    this._line.request({ type: "message", to, data: { switchboard: { peer, is, data } } }, settle, { answered: false });
  }

  /** @param {Message} it */
  #list({ clients, names = {}, total, next }) {
    const before = this.people;
    this.people = new Map(clients.map((/** @type {string} */ user) => [user, names[user]]));
    this.total = total;
    // Past a limit nobody is named, only counted.
    this.#named = clients.length > 0 || total === 0;
    const online = clients.filter((/** @type {string} */ user) => !before.has(user));
    const offline = next ? [] : [...before.keys()].filter((user) => !this.people.has(user));
    this._emit("presence", { online, offline, names, total });
  }

  /** @param {Message} it */
  #presence({ online = [], offline = [], names = {}, total }) {
    if (total !== undefined) {
      this.#named = false;
      this.people.clear();
      this.total = total;
    }
    for (const user of [...online, ...offline]) {
      const there = online.includes(user);
      if (this.watched.has(user)) this.watched.set(user, there);
      if (!this.#named) continue;
      this.total += Number(there) - Number(this.people.has(user));
      if (there) this.people.set(user, names[user]);
      else this.people.delete(user);
    }
    this._emit("presence", { online, offline, names, total: this.total });
  }

  /** Somebody calls. @param {Message} it */
  _rung(it) {
    const call = /** @type {any} */ (this.currentCall);
    const same = call?.userId === it.from;
    if (call?._rings() && it.callId === call._route.callId) call._session = this.sessionId;
    else if (same && call.state === "ringing" && !call.incoming) call._crossing = it;
    else if (same && call._link && it.continues === call._route.callId) {
      call._accepted({ callId: it.callId, offerer: false });
      call._answer();
    } else if (call && (call._attached || !same)) this._tell("call-reject", it.callId, "in a call");
    else {
      call?._end("lost");
      this.currentCall = new Call(this, it.from, true, it);
      this.currentCall._session = this.sessionId;
      this._emit("call", this.currentCall);
    }
  }

  /** @param {string} type @param {string} callId @param {string} [detail] */
  _tell(type, callId, detail) {
    // It may be over already, which is as well.
    this._line.request({ type, callId, detail }, () => {});
  }

  /** Said on behalf of a peer. @param {Message} message @param {Peer} peer */
  _say(message, peer) {
    this._line.request(message, (error) => (peer._problem = error ?? peer._problem), { answered: false });
  }

  /** What the library of another user says about a peer. @param {string} from @param {Message} it */
  #direct(from, { peer: id, is, data }) {
    const known = this.#find(from, id);
    if (known || is !== "invite") return known?._told(is, data);
    const peer = new Peer(this, from, {}, true, id);
    peer.state = "asking";
    peer.data = data;
    peer._await();
    if (this._handlers("peer").size) this._emit("peer", peer);
    else peer.close("nobody listens");
  }

  _networkChanged() {
    for (const peer of this._all) peer._restart();
  }

  /** @param {Peer} peer */
  _forget(peer) {
    this._all.delete(peer);
    if (this.currentCall === peer) this.currentCall = null;
    this.rooms.get(peer._route.room)?.peers.delete(peer.userId);
  }

  /** @param {SwitchboardError} error */
  _over(error) {
    this.#startAlarm.stop();
    for (const peer of this._all) peer._end(error.code);
    for (const room of this.rooms.values()) room._stop(error.code);
    for (const track of this._sent) track.stop();
    if (this.#start) this.#start.reject(error);
    else this._emit("close", error);
  }

  /** @param {any} error */
  _failed(error) {
    if (this.#start) this._line.end(error);
    else if (this._handlers("error").size) this._emit("error", error);
    else console.error(error);
  }

  /** @param {string} from @param {string} id */
  #find(from, id) {
    return [...this._all].find((it) => it.userId === from && it._id === id);
  }
}

/** Neither of a call nor of a room. @param {Peer} peer */
const isDirect = (peer) => peer.constructor === Peer && !peer._route.room;

/** @param {Switchboard} client @returns {string} */
const newId = (client) => client._platform("Math").random().toString(36).slice(2);

/** @param {Api.Options} [options] @returns {Promise<Api.Switchboard>} */
export function connect(options = {}) {
  return new Switchboard(options)._started();
}
