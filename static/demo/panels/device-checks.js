/**
 * Camera and microphone: whether the browser gives them to this page, and if not, who stands in the way.
 *
 * @import { Platform, Verdict } from "./verdict.js"
 */

import { failed, passed, within } from "./verdict.js";

/** The browser may ask, and people take their time. */
const PATIENCE = 60_000;
/** A device that gives nothing by then is covered, switched off, or held by somebody else. */
const FIRST_PICTURE = 4_000;

/** The browser's errors, by what they mean. @type {Record<string, string>} */
const CAUSES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  DevicesNotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  TrackStartError: "busy",
  AbortError: "busy",
};

/**
 * @param {"camera" | "microphone"} device
 * @param {Platform} platform
 * @returns {Promise<Verdict>}
 */
export async function checkDevice(device, platform) {
  const { mediaDevices } = platform.navigator;
  if (!mediaDevices?.getUserMedia) return failed(platform.isSecureContext ? "device.unsupported" : "device.insecure");
  const asked = mediaDevices.getUserMedia(device === "camera" ? { video: true } : { audio: true });
  try {
    const stream = await within(platform, PATIENCE, asked);
    if (!stream) return unanswered(device, asked);
    return await verdictOn(device, stream, platform);
  } catch (error) {
    return refused(device, error);
  }
}

/** Should it be granted after all, it is given back. @param {string} device @param {Promise<MediaStream>} asked */
function unanswered(device, asked) {
  asked.then(stop, () => {});
  return failed(`${device}.unanswered`);
}

/** @param {string} device @param {any} error @returns {Verdict} */
function refused(device, error) {
  const detail = `${error.name}: ${error.message}`;
  const cause = CAUSES[error.name] ?? "broken";
  // Chromium tells apart who has said no: a person to the page, or the system to the browser.
  const bySystem = cause === "denied" && /system/i.test(error.message);
  const dismissed = cause === "denied" && /dismissed/i.test(error.message);
  return failed(`${device}.${bySystem ? "denied-by-system" : dismissed ? "unanswered" : cause}`, {}, detail);
}

/** @param {string} device @param {MediaStream} stream @param {Platform} platform @returns {Promise<Verdict>} */
async function verdictOn(device, stream, platform) {
  try {
    const [track] = stream.getTracks();
    const name = track.label || "–";
    if (!(await gives(track, platform))) return failed(`${device}.silent`, { name });
    const { width, height } = track.getSettings();
    return passed(`${device}.passed`, { name, size: width ? `${width} × ${height}` : "" });
  } finally {
    stop(stream);
  }
}

/**
 * A muted track is one whose source gives nothing just now.
 * @param {MediaStreamTrack} track
 * @param {Platform} platform
 */
async function gives(track, platform) {
  if (!track.muted) return true;
  const unmuted = new Promise((fulfill) => track.addEventListener("unmute", () => fulfill(true), { once: true }));
  return (await within(platform, FIRST_PICTURE, unmuted)) === true;
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}
