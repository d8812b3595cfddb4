/**
 * The pictures and the sentence on the stage, derived from the state of the call and of the room. Shows nothing itself.
 */

import { causeWords, endWords, failureOf } from "./sentences.js";
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
/** @typedef {import("./connections.js").Connections} Connections */
/**
 * @typedef {{ call: CallControl, room: RoomControl, connections: Connections, nameOf: NameOf, me: string, online: boolean,
 *   broken: boolean }} Desk `broken`: the connection to the server was refused or lost, and is not back
 */

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
function callScene(desk) {
  const { call, nameOf, me } = desk;
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
    sentence: sentenceOf(desk),
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
function roomScene({ room, connections, nameOf, me }) {
  const { name, sending } = room;
  const guests = [...room.guests.values()];
  const others = room.room?.members.size ?? 0;
  const pictures = [
    ...guests.map(({ peer, screen }) => screenOf(peer.userId, screen, nameOf)),
    ...ownPicture(sending, me, nameOf, words("tile.you")),
    ...guests.map((guest) => guestPicture(guest, room, connections, nameOf)),
  ].filter(({ role, stream }) => role === "person" || stream);
  const joined = others > 0 ? words("room.people", { room: name, count: others + 1 }) : words("room.alone", { room: name });
  const missing = guests.filter(({ peer }) => peer.state === "ended").length;
  return {
    state: room.phase === "joining" ? "joining" : "room",
    sentence: room.phase === "joining" ? words("room.joining", { room: name }) : joined + (missing > 0 ? ` ${words("room.missing", { count: missing })}` : ""),
    layout: "grid",
    pictures,
    portrait: "",
    since: null,
  };
}

/**
 * @param {import("./room.js").Guest} guest
 * @param {RoomControl} room
 * @param {Connections} connections
 * @param {NameOf} nameOf
 * @returns {Picture}
 */
function guestPicture({ peer, theirs }, room, connections, nameOf) {
  const who = nameOf(peer.userId);
  const failed = peer.state === "ended";
  const broken = { connecting: "tile.connecting", reconnecting: "tile.reconnecting", ended: "tile.failed" }[String(peer.state)];
  const note = broken ? words(broken) : offNote(theirs);
  return {
    // Somebody may be called `local`.
    key: `person-${peer.userId}`,
    role: "person",
    userId: peer.userId,
    name: who,
    stream: peer.remoteStream,
    dark: !theirs.video || peer.state === "connecting" || failed,
    note: noted(who, note),
    trouble: troubleOf(peer, connections, who),
    remedy: failed ? { label: words("tile.retry"), name: words("tile.retry-named", { who }), run: () => room.retry(peer.userId) } : undefined,
    label: words("stage.their-picture", { who }),
  };
}

/**
 * The cause of a connection that takes long, or has failed.
 * @param {import("../switchboard.js").Peer} peer
 * @param {Connections} connections
 * @param {string} who
 */
function troubleOf(peer, connections, who) {
  const record = connections.of(peer);
  const missing = record && (record.ended || record.isSlow()) ? record.missing : null;
  return missing ? causeWords(missing, who) : "";
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

/** @param {Desk} desk */
function sentenceOf({ call, connections, nameOf, online, broken }) {
  const { state, sending } = call;
  if (state.phase === "idle") return words(broken ? "call.idle-offline" : "call.idle");
  if (state.phase === "ended") return endSentence(state.end, connections, nameOf);
  const who = nameOf(state.peer);
  switch (state.phase) {
    case "calling":
      if (!online) return words("call.ringing-offline", { who });
      if (state.away) return words("call.ringing-away", { who });
      if (!sending?.stream) return words("call.opening");
      return words(state.rings ? "call.ringing" : "call.calling", { who });
    case "incoming":
      return words(state.again ? "call.again" : "call.incoming", { who });
    case "connecting": {
      const trouble = call.call ? troubleOf(call.call, connections, who) : "";
      return [words(sending?.stream ? "call.connecting" : "call.opening", { who }), trouble].filter(Boolean).join(" ");
    }
    case "connected":
      if (state.shaky) return words("call.shaky", { who });
      if (!online) return words("call.offline", { who });
      return words(state.away ? "call.away" : "call.talking", { who });
  }
}

/**
 * @param {import("./call.js").End} end
 * @param {Connections} connections
 * @param {NameOf} nameOf
 */
function endSentence(end, connections, nameOf) {
  const cause = failureOf(end) === "failed" ? (connections.of(end.call)?.missing ?? null) : null;
  return [endWords(end, nameOf), cause && causeWords(cause, nameOf(end.peer))].filter(Boolean).join(" ");
}
