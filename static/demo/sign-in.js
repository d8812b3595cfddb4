/**
 * The card of the first screen: asks for a name, and says at once what is wrong with it.
 */

import { part } from "./dom.js";
import { displayNameProblem, expectedIdentity, userIdProblem } from "./identity.js";
import { mayUseDevices } from "./media.js";
import { onLanguage } from "./words.js";

/** @typedef {import("./identity.js").Identity} Identity */

const form = part("sign-in-form", HTMLFormElement);
const nameField = part("name-input", HTMLInputElement);
const displayNameField = part("display-name-input", HTMLInputElement);
const nameProblem = part("name-problem", HTMLElement);
const displayProblem = part("display-name-problem", HTMLElement);
const generated = part("generated-media", HTMLInputElement);

nameField.addEventListener("input", () => complain(nameField, nameProblem, ""));
displayNameField.addEventListener("input", () => complain(displayNameField, displayProblem, ""));
onLanguage(() => {
  if (nameProblem.textContent || displayProblem.textContent) check(written());
});
// Undefined where a browser has no WebRTC, whatever the type says.
const hasWebRtc = Boolean(globalThis.RTCPeerConnection);
if (!mayUseDevices() || !hasWebRtc) {
  generated.checked = generated.disabled = true;
  part(hasWebRtc ? "insecure-note" : "webrtc-note", HTMLElement).hidden = false;
}

/** @param {(identity: Identity) => void} answer called with every well-formed answer */
export function askWho(answer) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const identity = written();
    if (check(identity)) answer(identity);
  });
}

/**
 * Fills the card with who is expected on this page.
 * @returns {Identity | null} null: nobody is, or under a name that nobody can have, which the card says
 */
export function prefilled() {
  const identity = expectedIdentity();
  if (identity === null) return null;
  nameField.value = identity.userId;
  displayNameField.value = identity.displayName;
  return check(identity) ? identity : null;
}

/**
 * What this side sends.
 * @returns {"devices" | "generated"}
 */
export function wish() {
  return generated.checked ? "generated" : "devices";
}

/** @returns {Identity} */
function written() {
  return { userId: nameField.value.trim(), displayName: displayNameField.value.trim() };
}

/** @param {Identity} identity */
function check({ userId, displayName }) {
  const first = userIdProblem(userId);
  const second = displayNameProblem(displayName);
  complain(nameField, nameProblem, first ?? "");
  complain(displayNameField, displayProblem, second ?? "");
  if (first) nameField.focus();
  else if (second) displayNameField.focus();
  return first === null && second === null;
}

/**
 * @param {HTMLInputElement} field
 * @param {HTMLElement} place
 * @param {string} problem
 */
function complain(field, place, problem) {
  place.textContent = problem;
  field.setAttribute("aria-invalid", String(problem !== ""));
}
