/**
 * Every refusal, every close code and every end of a call, in words for the person in front of the page.
 */

/** @typedef {import("./signaling.js").Closing} Closing */
/** @typedef {import("./signaling.js").Message} Message */
/** @typedef {(userId: string) => string} NameOf how a user is called on this page */

/** @type {Record<number, string>} */
const CLOSE_WORDS = {
  1000: "The server closed the connection.",
  1001: "The server is going away.",
  1002: "The server met a break of the WebSocket rules and closed the connection.",
  1003: "The server got a kind of data that it does not take and closed the connection.",
  1006: "The connection to the server broke.",
  1007: "The server got text that it could not read and closed the connection.",
  1009: "A message was too large for the server, which closed the connection.",
  1011: "The server met an error of its own.",
  1012: "The server restarts.",
  1013: "The server has no room for this page just now.",
  4008: "The server heard nothing from this page for too long.",
  4009: "This page has a newer connection.",
  4029: "This page sent too many messages for too long.",
  4053: "This page took its messages too slowly.",
  4401: "Your access has run out. Open this page with a fresh access token: /?token=…",
  4500: "The server did not understand this page and closed the connection.",
  4501: "The server does not let you in: it asks for an access token of yours. Open this page with /?token=…",
  4503: "An operator of the server has removed you.",
  4509: "You are signed in somewhere else now, so this page was signed out.",
  4510: "This name is in use. Choose another one, or try again when it is free.",
  4513: "A message was far too large for the server, which closed the connection.",
};

/**
 * Why the connection ended.
 * @param {Closing} close
 */
export function closeWords({ code, registered }) {
  if (code === 1006 && !registered) return "The server cannot be reached.";
  if (CLOSE_WORDS[code]) return CLOSE_WORDS[code];
  return code >= 4500 ? "The server ended your session." : "The connection to the server ended.";
}

/** @type {Record<string, (who: string) => string>} */
const ERROR_WORDS = {
  "bad-json": () => "The server could not read a message of this page.",
  "bad-message": () => "The server did not accept a message of this page.",
  "unknown-type": () => "The server does not know a kind of message that this page sent.",
  "unknown-field": () => "The server does not know a field that this page sent.",
  "too-large": () => "That is too large to be sent.",
  "rate-limited": () => "Too much in too short a time. Please wait a moment.",
  "user-offline": (who) => `${who} is not online.`,
  "queue-full": (who) => `Too much is waiting for ${who} already. Please try again later.`,
  "not-permitted": () => "The server does not permit that.",
  "call-over": () => "That call is over already.",
  "not-your-call": () => "That call belongs to others.",
  "room-full": () => "That room is full.",
  "too-many-rooms": () => "You are in as many rooms as you may be.",
  "not-in-room": () => "You are not in that room.",
  self: () => "That is you. Open the page once more under another name to try a call.",
  "bad-user-id": () => "That is not a name that anybody can have here.",
  "bad-token": () => "The server does not accept your access.",
  "name-in-use": () => "This name is in use.",
  unavailable: () => "The server cannot do that just now.",
  internal: () => "The server met an error of its own.",
};

/**
 * What the server refused. A code that this page does not know is shown in the server's own words.
 * @param {Message} error
 * @param {NameOf} nameOf
 */
export function errorWords(error, nameOf) {
  const words = ERROR_WORDS[error.code];
  const who = error.to ? nameOf(error.to) : "The other person";
  const sentence = words ? words(who) : String(error.message ?? "The server refused that.");
  return error.retryAfter ? `${sentence} (${seconds(error.retryAfter)})` : sentence;
}

/**
 * The small print beside it: the code, and the server's sentence for the developer.
 * @param {Message} error
 */
export function errorCode({ code, message }) {
  return message ? `${code}: ${message}` : String(code);
}

/**
 * The small print for a close: its code, and what the server said before it, or as its reason.
 * @param {Closing} close
 */
export function closeCode({ code, reason, error }) {
  const said = error ? errorCode(error) : reason;
  return said ? `${code} · ${said}` : String(code);
}

/** @typedef {{ peer: string, me: string, outgoing: boolean }} Sides `outgoing`: this page had called */

/**
 * How a call ended.
 * @param {Message} ended a `call-ended`
 * @param {Sides} sides
 * @param {NameOf} nameOf
 */
export function endWords({ by, reason, detail }, { peer, me, outgoing }, nameOf) {
  const who = nameOf(peer);
  const mine = by === me;
  const why = detail ? ` (“${detail}”)` : "";
  switch (reason) {
    case "busy":
      return `${who} is on another call.`;
    case "offline":
      return `${who} is not online.`;
    case "cancelled":
      return mine ? "You cancelled the call." : `${who} stopped calling${why}.`;
    case "rejected":
      return mine ? `You rejected the call of ${who}.` : `${who} rejected the call${why}.`;
    case "hangup":
      return mine ? "You hung up." : `${who} hung up${why}.`;
    case "no-answer":
      return outgoing ? `${who} did not answer.` : `You missed a call of ${who}.`;
    case "replaced":
      return `${mine ? "You" : who} signed in somewhere else, which ended the call.`;
    case "lost":
      return `${mine ? "You" : who} lost the connection to the server, which ended the call.`;
    case "ended-by-operator":
      return "An operator of the server ended the call.";
    case "answered-elsewhere":
      return "The call was answered somewhere else.";
    default:
      return `The call ended${why}: ${reason}.`;
  }
}

/**
 * A wait as people say it: “2 s”. Never “0 s”.
 * @param {number} milliseconds
 */
export function seconds(milliseconds) {
  return `${Math.max(1, Math.round(milliseconds / 1000))} s`;
}
