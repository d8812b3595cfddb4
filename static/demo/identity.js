/**
 * The person who signs in on this page: the rules for names, and what this tab remembers of them.
 */

import { keep, recall } from "./kept.js";
import { words } from "./words.js";

/**
 * @typedef {{ userId: string, displayName: string, token?: string }} Identity
 *   `displayName` is empty when none was chosen; `token`: the access token, for servers that ask for one
 */

const REMEMBERED = "switchboard.identity";
const LONGEST_USER_ID = 128;
const LONGEST_DISPLAY_NAME = 64;
const LONGEST_ROOM = 64;
const USER = { none: "name.choose", spaces: "name.spaces", alphabet: "name.alphabet", long: "name.long" };
const ROOM = { none: "name.choose-room", spaces: "room-name.spaces", alphabet: "room-name.alphabet", long: "room-name.long" };

/**
 * Why this cannot be a user's name, as a sentence; null when it can.
 * @param {string} text
 * @returns {string | null}
 */
export function userIdProblem(text) {
  return problemOf(text, LONGEST_USER_ID, USER);
}

/**
 * Why this cannot be a room's name, as a sentence; null when it can.
 * @param {string} text
 * @returns {string | null}
 */
export function roomProblem(text) {
  return problemOf(text, LONGEST_ROOM, ROOM);
}

/**
 * @param {string} text
 * @param {number} longest
 * @param {typeof USER} keys of what is said
 * @returns {string | null}
 */
function problemOf(text, longest, keys) {
  if (text === "") return words(keys.none);
  const wrong = [...text].find((character) => !/^[!-~]$/.test(character) || '"\\/?#%,'.includes(character));
  if (wrong !== undefined) return words(/\s/.test(wrong) ? keys.spaces : keys.alphabet, { wrong });
  return text.length > longest ? words(keys.long, { longest, length: text.length }) : null;
}

/**
 * Why this cannot be a display name, as a sentence; null when it can. Empty is fine.
 * @param {string} text
 * @returns {string | null}
 */
export function displayNameProblem(text) {
  if (/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text)) return words("display-name.control");
  const { length } = [...text];
  return length > LONGEST_DISPLAY_NAME ? words("display-name.long", { longest: LONGEST_DISPLAY_NAME, length }) : null;
}

/**
 * Why this cannot be an access token (RFC 7519, in its compact form), as a sentence; null when it can.
 * @param {string} text
 */
export function tokenProblem(text) {
  if (text === "") return words("token.missing");
  return /^[\w.-]+$/.test(text) ? null : words("token.alphabet");
}

/**
 * The person to sign in as soon as the page is open: the page address (`?user=11&name=Ana`, or `?token=…`) goes
 * first, then whoever was signed in in this tab before a reload. Null: ask.
 * @returns {Identity | null}
 */
export function expectedIdentity() {
  const query = new URLSearchParams(location.search);
  const token = query.get("token")?.trim();
  if (token) return identityOf(token);
  const userId = query.get("user");
  if (userId) return { userId: userId.trim(), displayName: (query.get("name") ?? "").trim() };
  return remembered();
}

/**
 * Keeps the identity for a reload of this tab. A page address that names somebody else would win over it, so it loses
 * that part.
 * @param {Identity} identity
 */
export function remember(identity) {
  keep("sessionStorage", REMEMBERED, JSON.stringify(identity));
  const address = new URL(location.href);
  const named = address.searchParams.get("user");
  if (named !== null && named.trim() !== identity.userId) {
    address.searchParams.delete("user");
    address.searchParams.delete("name");
  }
  // A secret does not belong into an address that is shown, kept and passed on.
  address.searchParams.delete("token");
  if (address.href !== location.href) history.replaceState(null, "", address);
}

/** After this, a reload of the tab asks who it is. */
export function forget() {
  keep("sessionStorage", REMEMBERED, null);
}

/** @returns {Identity | null} */
function remembered() {
  try {
    const { userId, displayName, token } = JSON.parse(recall("sessionStorage", REMEMBERED) ?? "{}");
    return typeof userId === "string" ? { userId, displayName: String(displayName ?? ""), token } : null;
  } catch {
    return null;
  }
}

/**
 * The user whom an access token names. Only the server can tell whether it is valid.
 * @param {string} token
 * @returns {Identity} without names where the token tells none
 */
export function identityOf(token) {
  return { ...spokenOf(token), token };
}

/**
 * Of whom an access token (RFC 7519) speaks. Nothing is checked: that is the server's.
 * @param {string} token
 * @returns {{ userId: string, displayName: string }} empty where it is no token
 */
function spokenOf(token) {
  try {
    const base64 = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const { sub, name } = JSON.parse(new TextDecoder().decode(bytes));
    const displayName = typeof name === "string" && displayNameProblem(name) === null ? name : "";
    return { userId: String(sub ?? ""), displayName };
  } catch {
    return { userId: "", displayName: "" };
  }
}
