/**
 * The page: puts its parts together and says what the connection does.
 */

import { Call } from "./call.js";
import { Chat } from "./chat.js";
import { part } from "./dom.js";
import { forget, remember } from "./identity.js";
import { openMedia } from "./media.js";
import { showNote, showTraffic } from "./panel.js";
import { People } from "./people.js";
import { askWho, prefilled, wish } from "./sign-in.js";
import { Signaling } from "./signaling.js";
import { Stage } from "./stage.js";
import { say } from "./status.js";
import { closeCode, closeWords, errorCode, errorWords, seconds } from "./words.js";

/** @typedef {import("./identity.js").Identity} Identity */
/** @typedef {import("./signaling.js").Link} Link */
/** @typedef {import("./signaling.js").Message} Message */

const myName = part("my-name", HTMLElement);
const peopleHeading = part("people-heading", HTMLElement);

/** @type {Identity} */
let me = { userId: "", displayName: "" };
/** The server has let `me` in since the last sign-in. */
let welcomed = false;

const signaling = new Signaling();
const people = new People(signaling);
const nameOf = (/** @type {string} */ userId) => people.nameOf(userId);
const call = new Call(signaling, () => openMedia(me.displayName || me.userId, wish()), nameOf);
const chat = new Chat(signaling, nameOf);
const stage = new Stage(call, nameOf, startCall);

on(signaling, "traffic", showTraffic);
on(signaling, "note", showNote);
on(signaling, "link", follow);
on(signaling, "message", hear);
on(people, "call", startCall);
on(people, "pick", (/** @type {string} */ userId) => {
  pick(userId);
  chat.focus();
});
on(call, "change", callChanged);
on(call, "remote", (/** @type {MediaStream | null} */ stream) => stage.showRemote(stream));
on(call, "local", (/** @type {import("./media.js").Media | null} */ media) => {
  stage.showLocal(media);
  if (media?.notice) say("calm", media.notice);
});
on(call, "trouble", (/** @type {Error} */ failure) => {
  say("warning", "The browser could not use what the other side sent.", { code: failure.message });
});

part("sign-out", HTMLButtonElement).addEventListener("click", signOut);
addEventListener("pagehide", () => {
  call.quit();
  signaling.leave();
});
// Shown again from the back-forward cache: begin as after a reload.
addEventListener("pageshow", (event) => event.persisted && location.reload());

askWho((identity) => {
  signIn(identity);
  peopleHeading.focus();
});
const expected = prefilled();
if (expected) signIn(expected);

/** For tests and for curious people at the console. */
Object.assign(window, {
  demo: {
    /** The live media connection; null when there is none. */
    get peerConnection() {
      return call.peerConnection;
    },
  },
});

/** @param {Identity} identity */
function signIn(identity) {
  me = identity;
  welcomed = false;
  remember(identity);
  showScreen("desk");
  signaling.open(identity);
}

function signOut() {
  call.quit();
  signaling.leave();
  forget();
  showScreen("sign-in");
}

/** @param {"sign-in" | "desk"} screen */
function showScreen(screen) {
  document.body.dataset.screen = screen;
  part("sign-in-card", HTMLElement).hidden = screen !== "sign-in";
  part("desk", HTMLElement).hidden = screen !== "desk";
  part("me", HTMLElement).hidden = screen !== "desk";
  const { userId, displayName } = me;
  myName.textContent = displayName && displayName !== userId ? `${displayName} (${userId})` : userId;
  document.title = screen === "desk" ? `${userId} · switchboard` : "switchboard";
  if (screen === "sign-in") part("name-input", HTMLInputElement).focus();
}

/** @param {Link} link */
function follow(link) {
  document.body.dataset.link = link.phase;
  if (link.phase === "online") {
    welcomed = true;
    call.iceServers = link.registered.iceServers ?? [];
  } else {
    people.clear();
    chat.signalingLost();
  }
  if (link.phase === "waiting") call.signalingLost();
  if (link.phase === "over" || link.phase === "away") call.signalingOver();
  showCallable();
  chat.refresh();
  sayLink(link);
}

/** @param {Link} link */
function sayLink(link) {
  switch (link.phase) {
    case "connecting":
      return say("calm", "Connecting to the server…");
    case "online":
      return say("good", `Signed in as ${myName.textContent}.`);
    case "waiting":
      return say("warning", `${closeWords(link.close)} Next try in ${seconds(link.delay)}.`, {
        code: closeCode(link.close),
        remedy: link.told ? undefined : { label: "Try now", run: () => signaling.retryNow() },
      });
    case "over":
      return sayOver(link.close);
    case "away":
      return say("calm", "You are signed out.");
  }
}

/**
 * The server wants no further try by itself. Where nothing had been signed in yet, the card asks again.
 * @param {import("./signaling.js").Closing} close
 */
function sayOver(close) {
  const code = closeCode(close);
  if (welcomed) {
    const remedy = { label: "Sign in again", run: () => signIn(me) };
    return say("bad", closeWords(close), { code, remedy });
  }
  forget();
  showScreen("sign-in");
  say("bad", closeWords(close), { code });
}

/** @param {Message} message */
function hear(message) {
  people.hear(message);
  call.hear(message);
  chat.hear(message);
  if (message.type === "ice-servers") call.iceServers = message.iceServers ?? [];
  if (message.type === "error") say("bad", errorWords(message, nameOf), { code: errorCode(message) });
}

function showCallable() {
  const callable = signaling.online && call.free;
  people.setCallable(callable);
  stage.setCallable(callable);
}

/** @param {string} userId */
function startCall(userId) {
  pick(userId);
  call.start(userId);
}

/** @param {string} userId whom the chat goes to */
function pick(userId) {
  chat.setPartner(userId);
  people.setPicked(userId);
}

/** @param {import("./call.js").CallState} state */
function callChanged(state) {
  showCallable();
  if (state.phase === "incoming" || state.phase === "connecting") pick(state.peer);
  document.body.dataset.call = state.phase;
  document.title = state.phase === "incoming" ? `${nameOf(state.peer)} is calling` : `${me.userId} · switchboard`;
  stage.render();
}

/**
 * @param {EventTarget} source
 * @param {string} name
 * @param {(detail: any) => void} run
 */
function on(source, name, run) {
  source.addEventListener(name, (event) => run(/** @type {CustomEvent} */ (event).detail));
}
