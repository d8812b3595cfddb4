/**
 * The media that this side sends: camera and microphone, or a generated picture and tone for what is missing.
 */

import { keep, recall } from "./kept.js";
import { generatedPicture } from "./picture.js";
import { generatedTone } from "./sound.js";

/** @typedef {"audio" | "video"} Kind */
/**
 * @typedef {object} Source
 * @property {MediaStreamTrack} track
 * @property {boolean} generated
 * @property {() => void} stop gives the device back
 */
/** @typedef {{ tracks: MediaStreamTrack[], problem: string }} Taken `problem`: the key of a sentence; empty: none */
/**
 * @typedef {{ audio: Source, video: Source, problem: string, missing: string }} Sources
 *   `problem` and `missing`: keys, why something is generated, and what; empty when nothing is, or when that was wished
 */
/** @typedef {{ camera?: string, microphone?: string, speaker?: string }} Devices ids of devices, or `GENERATED` */

export const GENERATED = "generated";
const PICTURE_SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };
const REFUSED = "media.refused";
const KEPT = "switchboard.devices";

/** Browsers offer devices only to secure pages: https, and those of this machine. */
export function mayUseDevices() {
  // Undefined in an insecure context, whatever the type says.
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * The devices that were chosen here before.
 * @returns {Devices}
 */
export function chosenDevices() {
  try {
    return JSON.parse(recall("localStorage", KEPT) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** @param {Devices} devices */
export function keepDevices(devices) {
  keep("localStorage", KEPT, JSON.stringify(devices));
}

/**
 * Never fails: what cannot be had is generated.
 * @param {string} name written into a generated picture
 * @param {"devices" | "generated"} wish
 * @returns {Promise<Sources>}
 */
export async function openSources(name, wish) {
  const chosen = chosenDevices();
  const wanted = {
    video: wish === "devices" && chosen.camera !== GENERATED,
    audio: wish === "devices" && chosen.microphone !== GENERATED,
  };
  const { tracks, problem } = await takeDevices(wanted, chosen);
  const video = tracks.find(({ kind }) => kind === "video");
  const audio = tracks.find(({ kind }) => kind === "audio");
  const missing = [wanted.video && !video ? "picture" : "", wanted.audio && !audio ? "tone" : ""].filter(Boolean);
  return {
    video: video ? fromDevice(video) : { ...generatedPicture(name), generated: true },
    audio: audio ? fromDevice(audio) : { ...generatedTone(name), generated: true },
    problem: missing.length > 0 ? problem : "",
    missing: missing.length > 0 ? `media.missing-${missing.join("-and-")}` : "",
  };
}

/**
 * One device by its id, or a generated stand-in. Fails as `getUserMedia` does.
 * @param {Kind} kind
 * @param {string} id
 * @param {string} name
 * @returns {Promise<Source>}
 */
export async function openSource(kind, id, name) {
  if (id === GENERATED) return { ...(kind === "video" ? generatedPicture(name) : generatedTone(name)), generated: true };
  const device = { deviceId: { exact: id } };
  const what = kind === "video" ? { video: { ...device, ...PICTURE_SIZE } } : { audio: device };
  const stream = await navigator.mediaDevices.getUserMedia(what);
  return fromDevice(stream.getTracks()[0]);
}

/**
 * @param {MediaStreamTrack} track
 * @returns {Source}
 */
function fromDevice(track) {
  return { track, generated: false, stop: () => track.stop() };
}

/**
 * Camera and microphone, or the one of them that there is.
 * @param {{ audio: boolean, video: boolean }} wanted
 * @param {Devices} chosen
 * @returns {Promise<Taken>}
 */
async function takeDevices(wanted, { camera, microphone }) {
  if (!wanted.audio && !wanted.video) return { tracks: [], problem: "" };
  if (!mayUseDevices()) return { tracks: [], problem: "media.insecure" };
  const video = wanted.video && { ...PICTURE_SIZE, ...preferred(camera) };
  const audio = wanted.audio && preferred(microphone);
  const both = await take({ audio, video });
  if (both.tracks.length > 0 || !audio || !video) return both;
  const may = both.problem === REFUSED ? await stillAllowed() : { video: true, audio: true };
  const picture = may.video ? await take({ video }) : both;
  if (picture.tracks.length > 0) return { ...picture, problem: problemOf("audio", both.problem) };
  const sound = may.audio ? await take({ audio }) : both;
  if (sound.tracks.length > 0) return { ...sound, problem: problemOf("video", both.problem) };
  return both;
}

/** Sentences about one device where the other one works. @type {Record<Kind, { other: string } & Record<string, string>>} */
const OF_ONE = {
  video: { "media.in-use": "media.camera-in-use", [REFUSED]: "media.camera-refused", other: "media.no-camera" },
  audio: { "media.in-use": "media.microphone-in-use", [REFUSED]: "media.microphone-refused", other: "media.no-microphone" },
};

/**
 * @param {Kind} kind of the device that is missing
 * @param {string} problem why the two together could not be had
 */
function problemOf(kind, problem) {
  return OF_ONE[kind][problem] ?? OF_ONE[kind].other;
}

/**
 * Browsers refuse both to a person who allows one of the two. After a no to both, or to the question, nobody is asked again.
 * @returns {Promise<{ video: boolean, audio: boolean }>}
 */
async function stillAllowed() {
  const [camera, microphone] = await Promise.all([permission("camera"), permission("microphone")]);
  const may = (/** @type {string} */ own, /** @type {string} */ other) =>
    own === "granted" || (own !== "denied" && other === "denied");
  return { video: may(camera, microphone), audio: may(microphone, camera) };
}

/** @param {"camera" | "microphone"} device */
async function permission(device) {
  try {
    return (await navigator.permissions.query({ name: /** @type {PermissionName} */ (device) })).state;
  } catch {
    // Not every browser tells. A call without a camera is more than one without a voice.
    return device === "camera" ? "denied" : "prompt";
  }
}

/** @param {string | undefined} id */
function preferred(id) {
  return id ? { deviceId: { ideal: id } } : {};
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
    return { tracks: [], problem: deviceProblem(failure) };
  }
}

/**
 * Why a device could not be had, as the key of a sentence.
 * @param {unknown} failure
 */
export function deviceProblem(failure) {
  switch (failure instanceof DOMException ? failure.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return REFUSED;
    case "NotFoundError":
    case "OverconstrainedError":
      return "media.none";
    case "NotReadableError":
    case "AbortError":
      return "media.in-use";
    default:
      return "media.failed";
  }
}
