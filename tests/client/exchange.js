/**
 * A server for some pages, as far as calls, one room, messages and sessions go (protocol.md §5 to §7, §13), with lines
 * that carry what is said in any order between the users, and that a test cuts. Chance decides by a seed.
 */
import { Page, settle } from "./fakes.js";

/** Calls that ring at one user, at most. */
const WAITING = 3;
const UNCOUNTED = ["ack", "ping", "pong"];

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let it = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return ((it ^ (it >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the server keeps for a user: counts, what is not acknowledged, and the line of the day. */
class Session {
  received = 0;
  acked = 0;
  kept = [];
  verdicts = [];
  watched = new Set();
  line = null;
  constructor(user, id) {
    Object.assign(this, { user, id, token: `T${id}` });
  }
  says(message, onTaken) {
    this.kept.push({ message, onTaken });
    this.line?.down.push(message);
  }
  isAcked(count) {
    for (const { onTaken } of this.kept.splice(0, Math.max(0, count - this.acked))) onTaken?.();
    this.acked = Math.max(this.acked, count);
  }
}

export class Exchange {
  sessions = new Map();
  lines = [];
  calls = [];
  members = new Set();
  pages = {};
  /** The two ends of each media connection, by its name and the users'. */
  links = {};
  #names = 0;

  constructor(random) {
    this.random = random;
  }

  /** A page of this user, connected. */
  async connects(user) {
    const exchange = this;
    const page = (this.pages[user] = new Page({ userId: user }));
    const { WebSocket } = page.options.platform;
    page.options.platform.Math = { random: this.random };
    page.options.platform.WebSocket = class extends WebSocket {
      constructor(...all) {
        super(...all);
        const line = { socket: this, user, up: [], down: [], open: true };
        exchange.lines.push(line);
        this.send = (text) => line.open && line.up.push(JSON.parse(text));
        this.readyState = 1;
        line.up.push({ type: "open" });
      }
    };
    page.begins();
    await this.quiet();
    return page;
  }

  /** Carries one message, or one after the other until there is none. */
  async step() {
    for (const line of this.lines) if (line.socket.readyState === 3) this.ends(line, line.socket.closedWith === 1000);
    const ways = this.lines.flatMap((line) => [line.up, line.down].filter((way) => way.length > 0).map((way) => ({ line, way })));
    if (ways.length === 0) return false;
    const { line, way } = ways[Math.floor(this.random() * ways.length)];
    const message = way.shift();
    if (way === line.up) this.#hear(line, message);
    else line.socket.says(message);
    await settle();
    this.#connectMedia();
    return true;
  }

  async quiet() {
    await settle();
    while (await this.step());
  }

  /** The line breaks; what is on it is lost. Perhaps the server notices it, and the session goes, too. */
  cuts(user, alsoTheSession) {
    for (const line of this.lines.filter((it) => it.user === user)) {
      this.ends(line);
      line.socket.closes(1006);
    }
    if (alsoTheSession) this.#loses(user);
  }

  ends(line, goodbye) {
    line.open = false;
    this.lines = this.lines.filter((it) => it !== line);
    const session = this.sessions.get(line.user);
    if (session?.line !== line) return;
    session.line = null;
    if (goodbye) this.#loses(line.user);
  }

  #loses(user) {
    const session = this.sessions.get(user);
    this.sessions.delete(user);
    for (const call of session ? this.callsOf(user) : []) this.#over(call, "lost", user);
    this.#leaves(user);
    for (const { told } of session?.kept.filter(({ told }) => told) ?? []) told("relayed");
  }

  #hear(line, message) {
    const { user } = line;
    if (message.type === "open") return this.#opens(line);
    const session = this.sessions.get(user);
    if (session?.line !== line) return;
    if (message.type === "ping") return line.down.push({ type: "pong" });
    if (message.type === "ack") return session.isAcked(message.received);
    if (message.type === "pong") return;
    session.received++;
    this.#carryOut(session, message);
    if (this.random() < 0.5) line.down.push({ type: "ack", received: session.received });
  }

  #opens(line) {
    const { socket, user } = line;
    const token = socket.protocols.find((it) => it.startsWith("resume."))?.slice(7);
    let session = this.sessions.get(user);
    const resumed = session !== undefined && session.token === token;
    if (resumed) {
      session.isAcked(Number(socket.url.searchParams.get("received")));
      session.line = line;
    } else {
      if (session) this.#loses(user);
      this.sessions.set(user, (session = new Session(user, `s${++this.#names}`)));
      session.line = line;
    }
    line.down.push({
      type: "registered", userId: user, sessionId: session.id, resumed, received: session.received, resumeToken: session.token,
      resumeWindow: 30_000, heartbeat: 25_000, limits: { frame: 65_536, rate: 0, burst: 1 }, iceServers: [],
      rooms: this.members.has(user) ? ["standup"] : [], calls: resumed ? this.callsOf(user).map(({ id }) => id) : [],
    });
    for (const { message } of session.kept) line.down.push(message);
    for (const it of this.sessions.values()) if (it.watched.has(user)) it.line?.down.push({ type: "presence", online: [user], offline: [] });
  }

  #carryOut(session, { id: ref, type, to, data, answer, callId, room, receipt, ...rest }) {
    const { user } = session;
    const other = this.sessions.get(to);
    const refuse = (code) => session.says({ type: "error", code, message: code, ref });
    if (type === "join") return this.#joins(session, room, ref);
    if (room && ![user, to ?? user].every((it) => this.members.has(it))) return refuse("not-in-room");
    if (type === "leave") {
      this.#leaves(user);
      return session.says({ type: "room-left", room, ref });
    }
    if (["message", "offer", "answer", "candidate"].includes(type)) {
      if (!other) return refuse("user-offline");
      if (callId && !this.callsOf(user).some(({ id }) => id === callId)) return refuse("call-over");
      const verdict = (it) => receipt && this.sessions.get(user) === session && session.says({ type: it, ref, to });
      this.#notes(user, data);
      other.says({ type, from: user, data, callId, room }, () => verdict("delivered"));
      other.kept.at(-1).told = verdict;
      return;
    }
    if (type === "watch") {
      for (const it of rest.users) session.watched.add(it);
      const isOnline = (it) => this.sessions.has(it);
      return session.line.down.push({ type: "presence", online: rest.users.filter(isOnline), offline: rest.users.filter((it) => !isOnline(it)), ref });
    }
    if (type === "unwatch") return rest.users.forEach((it) => session.watched.delete(it));
    if (type === "call-request") return this.#request(session, other, { ref, to, data, ...rest });
    const call = this.callsOf(user).find(({ id }) => id === callId);
    if (!call) return refuse("call-over");
    const ending = call.accepted ? "hangup" : call.caller === user ? "cancelled" : "rejected";
    if (type !== "call-accept") return this.#over(call, ending, user, ref);
    if (call.caller === user) return refuse("not-your-call");
    if (call.accepted) return;
    if (this.own(user)?.accepted) return refuse("not-permitted");
    this.#notes(user, answer);
    this.#accept(call, { data, answer });
  }

  callsOf(user) {
    return this.calls.filter(({ caller, callee }) => user === caller || user === callee);
  }

  /** Accepted, or called by this user. */
  own(user) {
    return this.callsOf(user).find(({ accepted, caller }) => accepted || caller === user);
  }

  #request({ user, says }, other, { ref, to, continues, data, media }) {
    const session = this.sessions.get(user);
    const no = (reason) => session.says({ type: "call-ended", by: null, reason, ref });
    if (!other) return no("offline");
    const theirs = this.callsOf(user).find((it) => it.caller === to && !it.accepted);
    if (theirs) {
      this.#accept(theirs, { data, media });
      return session.says({ type: "call-accept", callId: theirs.id, from: to, offerer: false, ref });
    }
    const waiting = this.calls.filter(({ callee, accepted }) => callee === to && !accepted);
    if (this.own(user) || this.own(to) || waiting.length >= WAITING) return no("busy");
    const call = { id: `c${++this.#names}`, accepted: false, caller: user, callee: to };
    this.calls.push(call);
    session.says({ type: "call-ringing", callId: call.id, to, ref, away: !other.line || undefined });
    other.says({ type: "call-request", callId: call.id, from: user, continues, data, media, expires: 45_000 });
  }

  /** It is the own one of both, so whatever else they have ends. */
  #accept(call, more) {
    const { caller, callee } = call;
    call.accepted = true;
    this.sessions.get(caller)?.says({ type: "call-accept", callId: call.id, from: callee, offerer: true, ...more });
    for (const user of [callee, caller]) {
      for (const it of this.callsOf(user)) if (it !== call) this.#over(it, it.caller === user ? "cancelled" : "busy", user);
    }
  }

  #over(call, reason, by, ref) {
    const { id: callId, caller, callee } = call;
    for (const user of [caller, callee]) {
      const told = reason !== "lost" || user !== by;
      if (told) this.sessions.get(user)?.says({ type: "call-ended", callId, by, reason, ref: user === by ? ref : undefined });
    }
    this.calls = this.calls.filter((it) => it !== call);
  }

  #joins(session, room, ref) {
    const { user } = session;
    const others = [...this.members].filter((it) => it !== user);
    session.says({ type: "room-joined", room, members: others, ref });
    if (this.members.has(user)) return;
    this.members.add(user);
    for (const it of others) this.sessions.get(it)?.says({ type: "member-joined", room, userId: user });
  }

  #leaves(user) {
    if (!this.members.delete(user)) return;
    for (const it of this.members) this.sessions.get(it)?.says({ type: "member-left", room: "standup", userId: user });
  }

  /** Whose end of which media connection a description is. */
  #notes(user, data) {
    const [name] = /<\d+>/.exec(data?.sdp) ?? [];
    if (!name) return;
    const ends = (this.links[data.switchboard.peer] ??= {});
    ends[user] = this.pages[user].connections.find((it) => it.name === name);
  }

  /** Two ends that have agreed are connected; one whose other end is closed is not. */
  #connectMedia() {
    for (const ends of Object.values(this.links).map((it) => Object.values(it)).filter(({ length }) => length === 2)) {
      const agreed = ends.every((it) => it.signalingState === "stable" && it.localDescription && it.remoteDescription);
      for (const it of ends) if (agreed && it.connectionState === "new") it.becomes("connected");
      const alive = ends.every((it) => it.signalingState !== "closed");
      for (const it of ends) if (!alive && it.connectionState === "connected") it.becomes("failed");
    }
  }

  /** They have rung for as long as they may. */
  ringsNoMore() {
    for (const call of this.calls) if (!call.accepted) this.#over(call, "no-answer", null);
  }
}
