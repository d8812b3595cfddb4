/**
 * What there is to be seen and said on the stage, out of the state of the call and of the room. Shows nothing itself.
 */

import { endWords } from "./sentences.js";
import { words } from "./words.js";

/** @typedef {import("./call.js").CallControl} CallControl */
/** @typedef {import("./call.js").CallState} CallState */
/** @typedef {import("./room.js").RoomControl} RoomControl */
/** @typedef {import("./sending.js").Sending} Sending */
/** @typedef {import("./sentences.js").NameOf} NameOf */
/** @typedef {import("./tiles.js").Picture} Picture */
/**
 * @typedef {object} Scene
 * @property {CallState["phase"] | "joining" | "room"} state
 * @property {string} sentence
 * @property {import("./tiles.js").Layout} layout
 * @property {Picture[]} pictures
 * @property {string} portrait of whom, while there is no picture; empty: of nobody
 * @property {Date | null} since
 */
/** @typedef {{ call: CallControl, room: RoomControl, nameOf: NameOf, me: string, online: boolean }} Desk */

/**
 * @param {Desk} desk
 * @returns {Scene}
 */
export function sceneOf(desk) {
  return desk.room.phase === "out" ? callScene(desk) : roomScene(desk);
}

/**
 * @param {Desk} desk
 * @returns {Scene}
 */
function callScene({ call, nameOf, me, online }) {
  const { state, sending, screen } = call;
  const peer = "peer" in state ? state.peer : "";
  /** @type {Picture[]} */
  const pictures = [];
  if (state.phase === "connected" && call.call) {
    const { theirs } = call;
    pictures.push(screenOf(peer, screen, nameOf), {
      key: "remote",
      role: "person",
      userId: peer,
      name: nameOf(peer),
      stream: call.call.remoteStream,
      dark: !theirs.video,
      note: offNote(theirs) && noted(nameOf(peer), offNote(theirs)),
      label: words("stage.their-picture", { who: nameOf(peer) }),
    });
  }
  pictures.push(...ownPicture(sending, me, nameOf, ""));
  return {
    state: state.phase,
    sentence: sentenceOf(state, sending, nameOf, online),
    layout: "duo",
    pictures: pictures.filter(({ stream }) => stream),
    portrait: state.phase === "connected" ? "" : peer,
    since: state.phase === "connected" ? state.since : null,
  };
}

/**
 * @param {Desk} desk
 * @returns {Scene}
 */
function roomScene({ room, nameOf, me }) {
  const { name, sending } = room;
  const guests = [...room.guests.values()];
  const others = room.room?.members.size ?? 0;
  const pictures = [
    ...guests.map(({ peer, screen }) => screenOf(peer.userId, screen, nameOf)),
    ...ownPicture(sending, me, nameOf, words("tile.you")),
    ...guests.map((guest) => guestPicture(guest, nameOf)),
  ].filter(({ role, stream }) => role === "person" || stream);
  const joined = others > 0 ? words("room.people", { room: name, count: others + 1 }) : words("room.alone", { room: name });
  return {
    state: room.phase === "joining" ? "joining" : "room",
    sentence: room.phase === "joining" ? words("room.joining", { room: name }) : joined,
    layout: "grid",
    pictures,
    portrait: "",
    since: null,
  };
}

/**
 * @param {import("./room.js").Guest} guest
 * @param {NameOf} nameOf
 * @returns {Picture}
 */
function guestPicture({ peer, theirs }, nameOf) {
  const who = nameOf(peer.userId);
  const broken = { connecting: "tile.connecting", reconnecting: "tile.reconnecting" }[String(peer.state)];
  const note = broken ? words(broken) : offNote(theirs);
  return {
    // Somebody may be called `local`.
    key: `person-${peer.userId}`,
    role: "person",
    userId: peer.userId,
    name: who,
    stream: peer.remoteStream,
    dark: !theirs.video || peer.state === "connecting",
    note: noted(who, note),
    label: words("stage.their-picture", { who }),
  };
}

/**
 * @param {string} userId
 * @param {MediaStream | null} stream
 * @param {NameOf} nameOf
 * @returns {Picture}
 */
function screenOf(userId, stream, nameOf) {
  const label = words("tile.screen", { who: nameOf(userId) });
  return { key: `screen-${userId}`, role: "screen", userId, name: nameOf(userId), stream, dark: false, note: label, label };
}

/**
 * @param {Sending | null} sending
 * @param {string} me
 * @param {NameOf} nameOf
 * @param {string} who how it is called where it is one of many; empty: where it stands tells
 * @returns {Picture[]}
 */
function ownPicture(sending, me, nameOf, who) {
  if (!sending?.stream) return [];
  const generated = sending.isGenerated("video");
  const notes = [who, offNote(sending.on), sending.screen ? words("tile.sharing") : ""].filter(Boolean);
  if (generated && notes.length === Number(who !== "")) notes.push(words("tile.generated"));
  return [
    {
      key: "local",
      role: "mine",
      userId: me,
      name: nameOf(me),
      stream: sending.stream,
      dark: !sending.on.video,
      mirrored: !generated,
      note: notes.join(" · ") || words("tile.you"),
      label: words("stage.your-picture"),
    },
  ];
}

/**
 * @param {string} who
 * @param {string} note
 */
function noted(who, note) {
  return note ? words("tile.named", { who, note }) : who;
}

/** @param {import("./switches.js").Switches} switches */
function offNote({ audio, video }) {
  return [video ? "" : words("tile.camera-off"), audio ? "" : words("tile.muted")].filter(Boolean).join(" · ");
}

/**
 * @param {CallState} state
 * @param {Sending | null} sending
 * @param {NameOf} nameOf
 * @param {boolean} online
 */
function sentenceOf(state, sending, nameOf, online) {
  if (state.phase === "idle") return words("call.idle");
  if (state.phase === "ended") return endWords(state.end, nameOf);
  const who = nameOf(state.peer);
  switch (state.phase) {
    case "calling":
      if (state.away) return words("call.ringing-away", { who });
      if (!sending?.stream) return words("call.opening");
      return words(state.rings ? "call.ringing" : "call.calling", { who });
    case "incoming":
      return words(state.again ? "call.again" : "call.incoming", { who });
    case "connecting":
      return words(sending?.stream ? "call.connecting" : "call.opening", { who });
    case "connected":
      if (state.shaky) return words("call.shaky", { who });
      if (!online) return words("call.offline", { who });
      return words(state.away ? "call.away" : "call.talking", { who });
  }
}
