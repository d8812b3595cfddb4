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

/** @type {Map<string, string>} display names by userId */
const known = new Map();

/**
 * @param {string} userId
 * @param {string | undefined} name
 */
export function learn(userId, name) {
  if (name) known.set(userId, name);
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
 * As it stands in sentences: `李雷 (22)`, or the userId alone; long ones are cut.
 * @param {string} key
 */
export function nameOf(key) {
  const name = displayName(key);
  return name === key || key === SERVER ? shorten(name) : `${shorten(name)} (${shorten(key)})`;
}

/** @param {string} room */
export function roomKey(room) {
  return `#${room}`;
}

/** @param {string} key */
export function isRoom(key) {
  return key.startsWith("#");
}

/** @param {string} name */
function shorten(name) {
  const characters = [...name];
  return characters.length > LONGEST_IN_SENTENCE ? `${characters.slice(0, LONGEST_IN_SENTENCE - 1).join("")}…` : name;
}
