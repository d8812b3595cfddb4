/**
 * The choice between camera and microphone, and a generated picture and tone, for the next call or room.
 *
 * Promises: chosen once, it holds for this tab, also after a reload and behind any link; it is shown wherever a call can
 * begin. `?generated` in the address of the page chooses it before a room is entered by its link.
 */

import { part } from "./dom.js";
import { keep, recall } from "./kept.js";
import { mayUseDevices } from "./media.js";

const KEPT = "switchboard.wish";
const GENERATED = "generated";

/** On the card, and on the stage while nobody is on the line. */
const boxes = ["generated-media", "generated-here"].map((id) => part(id, HTMLInputElement));

for (const box of boxes) box.addEventListener("change", () => choose(box.checked));
if (new URLSearchParams(location.search).has(GENERATED)) choose(true);
else show(recall("sessionStorage", KEPT) === GENERATED);
if (!mayUseDevices() || !globalThis.RTCPeerConnection) for (const box of boxes) box.checked = box.disabled = true;

/** @returns {"devices" | "generated"} */
export function wish() {
  return boxes[0].checked ? GENERATED : "devices";
}

/** @param {boolean} generated */
function choose(generated) {
  keep("sessionStorage", KEPT, generated ? GENERATED : null);
  show(generated);
  // An address that asks for it would win at the next reload.
  const address = new URL(location.href);
  address.searchParams.delete(GENERATED);
  if (address.href !== location.href) history.replaceState(null, "", address);
}

/** @param {boolean} generated */
function show(generated) {
  for (const box of boxes) box.checked = generated;
}
