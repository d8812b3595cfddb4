/**
 * The page: puts its parts together and says what the connection does.
 */

import { avatar } from "./avatar.js";
import { Blocking } from "./blocking.js";
import { CallControl } from "./call.js";
import { Chat } from "./chat.js";
import { Connections } from "./connections.js";
import { ChatCount } from "./chat-count.js";
import { Controls } from "./controls.js";
import { Dock } from "./dock.js";
import { part } from "./dom.js";
import { Errors } from "./errors.js";
import { forget, remember } from "./identity.js";
import { Missed } from "./missed.js";
import { cleaned, isolated, isRoom, learn, nameOf, roomKey } from "./names.js";
import { People } from "./people.js";
import { Returning } from "./returning.js";
import { Ringing } from "./ringing.js";
import { RoomControl } from "./room.js";
import { RoomForm } from "./room-form.js";
import { closeCode, closeWords, endWords, errorWords } from "./sentences.js";
import { Session } from "./session.js";
import { askForToken, askWho, focusFirst, prefilled } from "./sign-in.js";
import { Stage } from "./stage.js";
import { say, stand, unsay } from "./status.js";
import { claim, releaseClaim } from "./tabs.js";
import { tape } from "./tape.js";
import { wish } from "./wish.js";
import { language, onLanguage, setLanguage, translate, words } from "./words.js";

/** How long the status line confirms an act of the person; ms. */
const SHORT = 10_000;

/** @typedef {import("./identity.js").Identity} Identity */
/** @typedef {import("./session.js").Link} Link */
/** @typedef {import("../switchboard.js").Switchboard} Switchboard */

/** @type {Identity} */
let who = { userId: "", displayName: "" };
/** @type {Switchboard | null} the client to which the parts below are attached */
let attached = null;
/** @type {string | null} the user whose messages are on the tape */
let taped = null;
/** The connection was refused or lost, and is not back. */
let broken = false;
/** @type {import("./status.js").Saying | null} what is said of what is sent, as long as it is sent */
let notice = null;

const session = new Session(follow);
const call = new CallControl(wish);
const room = new RoomControl(wish);
const people = new People();
const chat = new Chat(room);
const chatCount = new ChatCount(chat, (key) => chat.show(key));
const blocking = new Blocking();
const connections = new Connections();
const missed = new Missed();
const errors = new Errors(call);
const stage = new Stage();
const ringing = new Ringing({ accept, reject: (it) => call.reject(it), block });
const controls = new Controls({ hangUp: () => call.hangUp(), leave: () => room.leave(), callAgain });
const returning = new Returning(call, session, { accept, startCall });
const roomForm = new RoomForm({ join: enterRoom });
const dock = new Dock({
  userId: () => session.me?.userId ?? who.userId,
  connections,
  iceServers: () => session.me?.iceServers ?? null,
  token: () => who.token,
});

on(people, "call", startCall);
on(people, "pick", (/** @type {string} */ key) => {
  chat.show(key);
  people.setPicked(key);
  chat.focus();
});
on(chat, "unread", () => {
  for (const caller of missed.callers) if (!chat.unread.get(caller)) missed.seen(caller);
  people.setUnread(chat.unread);
  people.setPicked(chat.partner);
  blocking.render(chat.partner);
  renderUnread();
});
on(call, "change", render);
on(call, "missed", sayMissed);
on(blocking, "change", () => {
  people.setBlocked(blocking.blocked);
  render();
});
on(call, "started", (/** @type {string} */ userId) => {
  chat.offer(userId);
  missed.seen(userId);
  returning.forget();
});
connections.addEventListener("trouble", () => stage.render(desk()));
on(room, "change", render);
on(room, "left", sayLeft);
for (const source of [call, room]) on(source, "change", sayNotice);
part("sign-out", HTMLButtonElement).addEventListener("click", signOut);
part("language", HTMLButtonElement).addEventListener("click", changeLanguage);
onLanguage(() => {
  renderWho();
  render();
  people.render();
});
addEventListener("pagehide", goAway);
// Shown again from the back-forward cache: begin as after a reload.
addEventListener("pageshow", (event) => event.persisted && location.reload());

/** For tests and for curious people at the console. */
Object.assign(window, {
  demo: {
    get me() {
      return session.me;
    },
    /** The live media connection; null when there is none. */
    get peerConnection() {
      return call.call?.connection ?? null;
    },
  },
});

translate();
renderWho();
stand("calm", () => words("status.begin"));
askWho((identity) => {
  signIn(identity);
  part("people-heading", HTMLElement).focus();
});
const expected = prefilled();
if (expected) signIn(expected);
render();

/** @param {Identity} identity */
function signIn(identity) {
  who = identity;
  attached = null;
  remember(identity);
  showScreen("desk");
  stand("calm", () => words("status.connecting"));
  enter(identity);
}

/** Signs in, unless another tab of this browser has the name. @param {Identity} identity */
async function enter(identity) {
  const mine = await claim(identity.userId);
  if (who !== identity) return;
  if (mine) return openSession();
  forget();
  showScreen("sign-in");
  const run = () => {
    showScreen("desk");
    remember(identity);
    openSession();
    // The other tab gives the name back when the server has told it.
    claim(identity.userId);
  };
  const remedy = { label: () => words("status.use-here"), run };
  stand("warning", () => words("status.other-tab", { who: nameOf(identity.userId) }), { remedy });
}

function openSession() {
  // Messages of another user are not shown to this one.
  if (taped !== null && taped !== who.userId) {
    tape.clear();
    connections.forget();
    missed.clear();
  }
  taped = who.userId;
  session.open(who);
}

function signOut() {
  session.leave();
  who = { userId: "", displayName: "" };
  forget();
  showScreen("sign-in");
}

/** The page is reloaded, left or closed. */
function goAway() {
  // A reload asks for the name again at once, while the browser still tidies up after this page.
  releaseClaim();
  returning.leave(who.userId);
}

/** @param {"sign-in" | "desk"} screen */
function showScreen(screen) {
  document.body.dataset.screen = screen;
  part("sign-in-card", HTMLElement).hidden = screen !== "sign-in";
  part("desk", HTMLElement).hidden = screen !== "desk";
  part("me", HTMLElement).hidden = screen !== "desk";
  renderWho();
  if (screen === "sign-in") focusFirst();
}

/** @param {Link} link */
function follow(link) {
  document.body.dataset.link = link.phase;
  if (link.phase !== "connecting") broken = link.phase === "waiting" || link.phase === "over";
  if (link.phase === "online") attach(link.me);
  if (link.phase === "over" || link.phase === "away") {
    room.drop();
    releaseClaim();
  }
  sayLink(link);
  render();
}

/** @param {Switchboard} me */
function attach(me) {
  if (me === attached) return;
  attached = me;
  taped = me.userId;
  who = { ...who, userId: me.userId };
  learn(me.userId, who.displayName);
  renderWho();
  people.attach(me);
  chat.attach(me);
  blocking.attach(me);
  me.on("call", ({ userId, name }) => {
    learn(userId, name);
    // The dialog that takes no focus is not read out.
    if (!call.free) say("warning", () => words("incoming.title", { who: nameOf(userId) }));
  });
  me.on("call", (ringing) => returning.rung(ringing));
  call.attach(me, who.displayName || me.userId);
  room.attach(me, who.displayName || me.userId);
  errors.attach(me);
  const asked = roomForm.asked();
  if (asked) enterRoom(asked);
}

/** @param {Link} link */
function sayLink(link) {
  switch (link.phase) {
    case "connecting":
      return stand("calm", () => words("status.connecting"));
    case "online":
      stand("good", () => words("status.online", { who: nameOf(who.userId) }));
      return returning.tell(who.userId);
    case "waiting":
      return stand("warning", () => words("status.waiting", { why: closeWords(link.closing) }), {
        code: closeCode(link.closing),
        remedy: { label: () => words("status.try-now"), run: () => session.retryNow() },
      });
    case "over":
      return sayOver(link);
    case "away":
      return stand("calm", () => words("status.away"));
  }
}

/**
 * The server wants no further try by itself. Where nothing had been signed in yet, the card asks again.
 * @param {Extract<Link, { phase: "over" }>} link
 */
function sayOver({ error, closing }) {
  const identity = who;
  const why = () => (closing && closing.code !== 1006 ? closeWords(closing, identity) : errorWords(error, nameOf));
  if (attached) {
    const remedy = { label: () => words("status.again"), run: () => signIn(identity) };
    return stand("bad", why, { code: closeCode(closing, error), remedy });
  }
  const asksForToken = closing?.code === 4501;
  if (asksForToken) askForToken(true);
  forget();
  showScreen("sign-in");
  // How a program gives a token is no advice to a person who has none.
  const code = asksForToken && !identity.token ? closeCode(closing) : closeCode(closing, error);
  stand("bad", why, { code });
}

/** Says what is sent instead of a camera, and why. */
function sayNotice() {
  const sending = call.sending ?? room.sending;
  if (!sending) {
    unsay(notice);
    notice = null;
  }
  if (!sending?.notice.problem) return;
  const { problem, missing } = sending.notice;
  sending.notice = { problem: "", missing: "" };
  notice = say("calm", () => words("media.instead", { problem: words(problem), missing: words(missing) }));
}

/** @param {import("./call.js").End} end of a call that nobody took here */
function sayMissed(end) {
  chat.missed(end.peer);
  missed.add(end.peer);
  const { count, callers } = missed;
  // One that is the last thing that has happened stands on the stage.
  if (count > 1) say("calm", () => words("missed.many", { count, who: callers.map(nameOf).join(", ") }));
  else if (call.call) say("calm", () => endWords(end, nameOf));
}

/** @param {import("./room.js").Leave} leave */
function sayLeft({ name, error }) {
  // After a sign-out or a reload the page goes back into the room.
  if (session.me && session.me.state !== "closed") roomForm.show(null);
  if (chat.partner === roomKey(name)) chat.render();
  if (!error) {
    const said = say("calm", () => words("room.left", { room: name }));
    setTimeout(() => unsay(said), SHORT);
  } else if (error.code !== "closed") say("bad", () => errorWords(error, nameOf), { code: String(error.code) });
}

/** @param {string} name */
function enterRoom(name) {
  if (!call.free || room.phase !== "out") return;
  call.forget();
  roomForm.show(name);
  chat.show(roomKey(name));
  people.setPicked(roomKey(name));
  room.join(name);
}

/** @param {string} userId */
function startCall(userId) {
  if (room.phase !== "out" || isRoom(userId)) return;
  chat.show(userId);
  call.start(userId);
}

function callAgain() {
  if (call.state.phase === "ended") startCall(call.state.peer);
}

/**
 * Takes a call, and leaves the room for it.
 * @param {import("../switchboard.js").Call} ringing
 */
function accept(ringing) {
  room.leave();
  call.accept(ringing);
}

/** @param {import("../switchboard.js").Call} ringing */
function block(ringing) {
  call.reject(ringing);
  blocking.block(ringing.userId);
}

function ownName() {
  const { userId } = who;
  const name = cleaned(who.displayName);
  return name && name !== userId ? `${isolated(name)} (${userId})` : userId;
}

async function changeLanguage() {
  try {
    await setLanguage(language() === "en" ? "zh" : "en");
  } catch (failure) {
    say("warning", () => words("language.failed"), { code: String(failure) });
  }
}

function renderWho() {
  const other = language() === "en" ? { lang: "zh-Hans", text: "中文" } : { lang: "en", text: "English" };
  Object.assign(part("language", HTMLButtonElement), { lang: other.lang, textContent: other.text });
  Object.assign(part("my-name", HTMLElement), { textContent: who.displayName || who.userId, title: ownName() });
  part("my-avatar", HTMLElement).replaceChildren(avatar(who.displayName || who.userId, who.userId));
}

/** @returns {import("./scene.js").Desk} */
function desk() {
  return { call, room, connections, nameOf, me: session.me?.userId ?? who.userId, online: session.online, broken };
}

function render() {
  if (call.call && call.call.state !== "ringing") connections.follow(call.call, "call");
  for (const { peer } of room.guests.values()) connections.follow(peer, "room");
  const now = desk();
  const callable = session.online && call.free && room.phase === "out";
  ringing.render(now);
  stage.render(now);
  controls.render(now, callable);
  people.setCallable(callable);
  roomForm.render({ phase: room.phase, joinable: callable });
  people.render();
  chat.render();
  blocking.render(chat.partner);
  renderUnread();
}

function renderUnread() {
  chatCount.render(room.phase !== "out" || call.state.phase === "connecting" || call.state.phase === "connected");
  renderTitle();
}

function renderTitle() {
  const { state } = call;
  const signedIn = document.body.dataset.screen === "desk";
  const unread = chatCount.total > 0 ? `(${chatCount.total}) ` : "";
  if (state.phase === "incoming") document.title = words("incoming.title", { who: nameOf(state.peer) });
  else document.title = signedIn ? `${unread}${who.displayName || who.userId} · switchboard` : "switchboard";
}

/**
 * @param {EventTarget} source
 * @param {string} name
 * @param {(detail: any) => void} run
 */
function on(source, name, run) {
  source.addEventListener(name, (event) => run(/** @type {CustomEvent} */ (event).detail));
}
