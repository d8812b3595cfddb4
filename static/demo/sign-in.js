/**
 * The card of the first screen: asks for a name, or for an access token, and says at once what is wrong with it.
 */

import { part } from "./dom.js";
import { displayNameProblem, expectedIdentity, identityOf, tokenProblem, userIdProblem } from "./identity.js";
import { keep, recall } from "./kept.js";
import { mayUseDevices } from "./media.js";
import { onLanguage, words } from "./words.js";

/** @typedef {import("./identity.js").Identity} Identity */

/** Whether the server of this page has asked for a token before: a name alone would be refused again. */
const KEPT = "switchboard.by-token";

const form = part("sign-in-form", HTMLFormElement);
const nameField = part("name-input", HTMLInputElement);
const displayNameField = part("display-name-input", HTMLInputElement);
const tokenField = part("token-input", HTMLInputElement);
const nameProblem = part("name-problem", HTMLElement);
const displayProblem = part("display-name-problem", HTMLElement);
const tokenWrong = part("token-problem", HTMLElement);
const byName = part("sign-in-by-name", HTMLElement);
const byToken = part("sign-in-by-token", HTMLElement);
const lead = part("sign-in-lead", HTMLElement);
const other = part("sign-in-other", HTMLButtonElement);

const fields = [
  { field: nameField, place: nameProblem },
  { field: displayNameField, place: displayProblem },
  { field: tokenField, place: tokenWrong },
];
for (const { field, place } of fields) field.addEventListener("input", () => complain(field, place, ""));
other.addEventListener("click", () => {
  askForToken(byToken.hidden);
  focusFirst();
});
onLanguage(() => {
  renderMode();
  if (fields.some(({ place }) => place.textContent)) check(written());
});
// Undefined where a browser has no WebRTC, whatever the type says.
const hasWebRtc = Boolean(globalThis.RTCPeerConnection);
part("webrtc-note", HTMLElement).hidden = hasWebRtc;
part("insecure-note", HTMLElement).hidden = mayUseDevices() || !hasWebRtc;
show(recall("localStorage", KEPT) === "true");

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
  const { userId, displayName, token } = identity;
  nameField.value = userId;
  displayNameField.value = displayName;
  show(token !== undefined);
  return check(identity) ? identity : null;
}

/**
 * From now on the card of this browser asks for a token, or for a name.
 * @param {boolean} token
 */
export function askForToken(token) {
  keep("localStorage", KEPT, token ? "true" : null);
  show(token);
}

/** To where one writes first. */
export function focusFirst() {
  (byToken.hidden ? nameField : tokenField).focus();
}

/** @param {boolean} token */
function show(token) {
  byToken.hidden = !token;
  byName.hidden = token;
  for (const { field, place } of fields) complain(field, place, "");
  renderMode();
}

function renderMode() {
  const token = !byToken.hidden;
  lead.textContent = words(token ? "sign-in.token-lead" : "sign-in.lead");
  other.textContent = words(token ? "sign-in.by-name" : "sign-in.by-token");
}

/** @returns {Identity} */
function written() {
  if (!byToken.hidden) return identityOf(tokenField.value.trim());
  return { userId: nameField.value.trim(), displayName: displayNameField.value.trim() };
}

/** @param {Identity} identity */
function check({ userId, displayName, token }) {
  const byItsToken = token !== undefined;
  complain(tokenField, tokenWrong, token === undefined ? "" : (tokenProblem(token) ?? ""));
  complain(nameField, nameProblem, byItsToken ? "" : (userIdProblem(userId) ?? ""));
  complain(displayNameField, displayProblem, byItsToken ? "" : (displayNameProblem(displayName) ?? ""));
  const wrong = fields.find(({ place }) => place.textContent);
  wrong?.field.focus();
  return wrong === undefined;
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
