/**
 * How people are called on this page.
 *
 * Promises: a display name that was heard once is kept, also when its user goes. Conversations have keys of their own:
 * a user's is the userId, a room's begins with `#`, which no userId does.
 */

import { words } from "./words.js";

/** Stands for a program of the operator's; no user has this name, and nobody can answer it. */
export const SERVER = "/server";
const LONGEST_IN_SENTENCE = 28;
/** Hebrew, Arabic and their relatives, and the marks that stand for a letter of theirs. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** @type {Map<string, string>} display names by userId */
const known = new Map();
/** @type {Map<string, Set<string>>} users with a display name, by what a reader takes for the same name: {@link alike} */
const namesakes = new Map();
/** Whether there is a user with this userId, as far as this page is told. @type {(userId: string) => boolean} */
let isUser = () => false;

/**
 * @param {string} userId
 * @param {unknown} name display name as it was received; anything else is ignored
 */
export function learn(userId, name) {
  const clean = typeof name === "string" ? cleaned(name) : "";
  if (!clean) return;
  namesakes.get(alike(known.get(userId) ?? ""))?.delete(userId);
  known.set(userId, clean);
  namesakes.set(alike(clean), (namesakes.get(alike(clean)) ?? new Set()).add(userId));
}

/** @param {typeof isUser} check */
export function usersAre(check) {
  isUser = check;
}

/**
 * Without control characters, those that turn the direction of the text around them, and invisible ones at the
 * beginning: with these a name could make a sentence of this page say something else.
 * @param {string} name
 */
export function cleaned(name) {
  return name.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, "").replace(/^[\p{Cf}\s]+/u, "");
}

/**
 * Foreign text as it can stand in a sentence: cleaned, and always isolated, whatever it is written in.
 * @param {string} text
 */
export function quoted(text) {
  return `\u2068${cleaned(text)}\u2069`;
}

/**
 * The display name alone, or the userId where there is none.
 * @param {string} key
 */
export function displayName(key) {
  if (key === SERVER) return words("chat.server");
  return known.get(key) ?? key;
}

/**
 * As it stands in sentences: the display name, or the userId where there is none; long ones are cut. Where two share a
 * name the userId follows it: `李雷 (22)`.
 * @param {string} key
 */
export function nameOf(key) {
  const name = displayName(key);
  if (name === key || key === SERVER) return shorten(name);
  const shown = isolated(shorten(name));
  return isShared(key) ? words("name.with-id", { name: shown, id: shorten(key) }) : shown;
}

/**
 * Whether the name alone could be taken for somebody else: another user's display name or userId, or the word by which
 * this page names itself or the server.
 * @param {string} userId
 */
function isShared(userId) {
  const name = displayName(userId);
  const own = ["chat.server", "tile.you", "error.somebody"].map((key) => alike(words(key)));
  const others = [name, name.toLowerCase()].filter((id) => id !== userId && isUser(id));
  return (namesakes.get(alike(name))?.size ?? 0) > 1 || others.length > 0 || own.includes(alike(name));
}

/**
 * The same for names that look the same in a sentence: `Ana`, `ana`, full-width `Ａｎａ`, and long ones that begin alike.
 * @param {string} name
 */
function alike(name) {
  return shorten(name.normalize("NFKC").toLowerCase().replace(/[\p{Cf}\s]+/gu, " ").trim());
}

/** @param {string} room */
export function roomKey(room) {
  return `#${room}`;
}

/** @param {string} key */
export function isRoom(key) {
  return key.startsWith("#");
}

/**
 * As it can stand in any text: a name that is written from right to left keeps to itself.
 * @param {string} name
 */
export function isolated(name) {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

/**
 * The single characters of a text as a reader sees them: `é` and a family of emoji are one.
 * @param {string} text
 */
export function characters(text) {
  return [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** @param {string} name */
function shorten(name) {
  const all = characters(name);
  return all.length > LONGEST_IN_SENTENCE ? `${all.slice(0, LONGEST_IN_SENTENCE - 1).join("")}…` : name;
}
