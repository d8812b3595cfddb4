/** The round sign of a person. */

import { make } from "./dom.js";
import { characters } from "./names.js";
import { shade } from "./sound.js";

const COLOURS = 6;

/**
 * A first letter on a colour that belongs to the name. Seen, not read out.
 * @param {string} name
 * @param {string} userId
 */
export function avatar(name, userId) {
  const colour = Math.floor((shade(userId) / 360) * COLOURS);
  const [first = ""] = characters(name);
  return make("span", { className: `avatar avatar-${colour}`, "aria-hidden": "true", text: first.toUpperCase() });
}
