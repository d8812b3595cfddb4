/**
 * What this side sends: camera and microphone, or a generated picture and tone for what is missing.
 */

import { generatedPicture } from "./picture.js";
import { generatedTone } from "./sound.js";

/**
 * @typedef {object} Media
 * @property {MediaStream} stream always one audio and one video track
 * @property {boolean} generatedPicture the picture is generated
 * @property {string} notice why something is generated, as a sentence; empty when nothing is, or when that was wished
 * @property {() => void} stop gives camera and microphone back
 */

/** @typedef {{ tracks: MediaStreamTrack[], problem: string }} Taken */

const PICTURE_SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };

/**
 * Never fails: what cannot be had is generated.
 * @param {string} name written into a generated picture
 * @param {"devices" | "generated"} wish
 * @returns {Promise<Media>}
 */
export async function openMedia(name, wish) {
  const { tracks, problem } = wish === "generated" ? { tracks: [], problem: "" } : await takeDevices();
  const stream = new MediaStream(tracks);
  /** @type {Array<() => void>} */
  const stops = [];
  const missing = [];
  if (stream.getVideoTracks().length === 0) {
    const picture = generatedPicture(name);
    stream.addTrack(picture.track);
    stops.push(picture.stop);
    missing.push("picture");
  }
  if (stream.getAudioTracks().length === 0) {
    const tone = generatedTone(name);
    stream.addTrack(tone.track);
    stops.push(tone.stop);
    missing.push("tone");
  }
  return {
    stream,
    generatedPicture: missing.includes("picture"),
    notice: problem && `${problem} You are calling with a generated ${missing.join(" and ")} instead.`,
    stop: () => {
      stops.forEach((stop) => stop());
      stream.getTracks().forEach((track) => track.stop());
    },
  };
}

/**
 * Camera and microphone, or the one of them that there is.
 * @returns {Promise<Taken>}
 */
async function takeDevices() {
  // Undefined in an insecure context, whatever the type says.
  if (!navigator.mediaDevices?.getUserMedia) {
    return { tracks: [], problem: "Browsers give camera and microphone only to https pages and to localhost." };
  }
  const both = await take({ audio: true, video: PICTURE_SIZE });
  if (both.tracks.length > 0 || both.problem === REFUSED) return both;
  const picture = await take({ video: PICTURE_SIZE });
  if (picture.tracks.length > 0) return { ...picture, problem: "No microphone could be used." };
  const sound = await take({ audio: true });
  if (sound.tracks.length > 0) return { ...sound, problem: "No camera could be used." };
  return both;
}

/**
 * @param {MediaStreamConstraints} what
 * @returns {Promise<Taken>}
 */
async function take(what) {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(what);
    return { tracks: stream.getTracks(), problem: "" };
  } catch (failure) {
    return { tracks: [], problem: deviceWords(failure) };
  }
}

const REFUSED = "The use of camera and microphone was not allowed.";

/** @param {unknown} failure */
function deviceWords(failure) {
  const name = failure instanceof DOMException ? failure.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return REFUSED;
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera and no microphone were found.";
    case "NotReadableError":
    case "AbortError":
      return "Camera or microphone are in use by another program.";
    default:
      return "Camera and microphone could not be opened.";
  }
}
