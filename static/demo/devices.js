/**
 * The dialog in which one chooses camera, microphone and speaker. A choice is used at once, and next time.
 */

import { listDevices } from "../switchboard-media.js";
import { make, part } from "./dom.js";
import { chosenDevices, deviceProblem, GENERATED, keepDevices } from "./media.js";
import { useSpeaker } from "./tiles.js";
import { words } from "./words.js";

/** @typedef {import("./media.js").Kind} Kind */
/** @typedef {import("./sending.js").Sending} Sending */

const dialog = part("device-dialog", HTMLDialogElement);
const problem = part("device-problem", HTMLElement);
const camera = part("camera-choice", HTMLSelectElement);
const microphone = part("microphone-choice", HTMLSelectElement);
const speaker = part("speaker-choice", HTMLSelectElement);

/** @type {Sending | null} whose devices are being chosen */
let current = null;

camera.addEventListener("change", () => choose("camera", camera, () => current?.use("video", camera.value)));
microphone.addEventListener("change", () => choose("microphone", microphone, () => current?.use("audio", microphone.value)));
speaker.addEventListener("change", () => choose("speaker", speaker, () => useSpeaker(speaker.value)));
navigator.mediaDevices?.addEventListener("devicechange", () => dialog.open && fill());

/** @param {Sending} sending */
export async function openDevices(sending) {
  current = sending;
  problem.textContent = "";
  await fill();
  if (current === sending && !dialog.open) dialog.showModal();
}

/** Closes the dialog when nothing is sent any more. */
export function closeDevices() {
  current = null;
  dialog.close();
}

async function fill() {
  const { cameras, microphones, speakers } = await listDevices();
  choices(camera, cameras, words("devices.generated-picture"), idOf("video"));
  choices(microphone, microphones, words("devices.generated-tone"), idOf("audio"));
  choices(speaker, speakers, "", chosenDevices().speaker ?? "default");
  // Not every browser lets a page choose, or says what there is.
  speaker.hidden = speaker.options.length === 0 || !("setSinkId" in HTMLMediaElement.prototype);
  for (const label of speaker.labels) label.hidden = speaker.hidden;
}

/** @param {Kind} kind */
function idOf(kind) {
  return current?.isGenerated(kind) ? GENERATED : (current?.deviceId(kind) ?? "");
}

/**
 * @param {HTMLSelectElement} place
 * @param {MediaDeviceInfo[]} devices
 * @param {string} generated the words for the stand-in; empty: there is none
 * @param {string} chosen
 */
function choices(place, devices, generated, chosen) {
  const options = devices.map(({ deviceId, label }, nth) =>
    make("option", { value: deviceId, text: label || words("devices.unnamed", { number: nth + 1 }) }),
  );
  if (generated) options.push(make("option", { value: GENERATED, text: generated }));
  place.replaceChildren(...options);
  place.value = chosen;
}

/**
 * @param {keyof import("./media.js").Devices} which
 * @param {HTMLSelectElement} place
 * @param {() => Promise<void> | undefined} use
 */
async function choose(which, place, use) {
  problem.textContent = "";
  try {
    await use();
    keepDevices({ ...chosenDevices(), [which]: place.value });
  } catch (failure) {
    problem.textContent = words(deviceProblem(failure));
    await fill();
  }
}
