/**
 * A call from this page to itself: two peer connections, a generated picture and tone. It needs neither server nor
 * network, so if it fails the browser is to blame.
 *
 * @import { Platform, Verdict } from "./verdict.js"
 */

import { failed, passed, within } from "./verdict.js";

const PATIENCE = 10_000;
/** Between two looks. */
const BLINK = 100;
/** Frames that show that a picture moves. */
const FRAMES = 3;

/** @typedef {{ stream: MediaStream, sounds: boolean, stop: () => void }} Media */

/**
 * @param {Platform} platform
 * @param {(platform: Platform) => Media} [make] generated media; another one for tests
 * @returns {Promise<Verdict>}
 */
export async function checkLoopback(platform, make = generated) {
  if (!platform.RTCPeerConnection) return failed("rtc.unsupported");
  const media = make(platform);
  const [caller, callee] = [new platform.RTCPeerConnection(), new platform.RTCPeerConnection()];
  try {
    for (const track of media.stream.getTracks()) caller.addTrack(track, media.stream);
    const state = { frames: 0, packets: 0 };
    const call = async () => {
      await connect(caller, callee);
      await flowing(callee, media.sounds, state, platform);
      return true;
    };
    const began = platform.performance.now();
    const through = await within(platform, PATIENCE, call());
    const ms = Math.round(platform.performance.now() - began);
    if (through) return passed("loopback.passed", { ms });
    return failed(
      callee.connectionState === "connected" ? "loopback.frozen" : "loopback.unconnected",
      {},
      detailOf(callee, state),
    );
  } catch (error) {
    return failed("loopback.unconnected", {}, String(error));
  } finally {
    caller.close();
    callee.close();
    media.stop();
  }
}

/** @param {RTCPeerConnection} caller @param {RTCPeerConnection} callee */
async function connect(caller, callee) {
  // Candidates wait on the other side until there is a description, so they are handed over behind it.
  let release = (/** @type {boolean} */ _) => {};
  const described = new Promise((/** @type {(it: boolean) => void} */ fulfill) => (release = fulfill));
  handOver(caller, callee, described);
  handOver(callee, caller, described);
  await caller.setLocalDescription();
  await callee.setRemoteDescription(/** @type {any} */ (caller.localDescription));
  await callee.setLocalDescription();
  await caller.setRemoteDescription(/** @type {any} */ (callee.localDescription));
  release(true);
}

/** @param {RTCPeerConnection} from @param {RTCPeerConnection} to @param {Promise<unknown>} described */
function handOver(from, to, described) {
  from.onicecandidate = async ({ candidate }) => {
    await described;
    // The test may be over.
    if (candidate && to.signalingState !== "closed") await to.addIceCandidate(candidate).catch(() => {});
  };
}

/**
 * Waits until picture and sound arrive.
 * @param {RTCPeerConnection} callee
 * @param {boolean} sounds
 * @param {{ frames: number, packets: number }} state
 * @param {Platform} platform
 */
async function flowing(callee, sounds, state, platform) {
  while (callee.signalingState !== "closed") {
    for (const it of (await callee.getStats()).values()) {
      if (it.type !== "inbound-rtp") continue;
      if (it.kind === "video") state.frames = it.framesDecoded ?? 0;
      else state.packets = it.packetsReceived ?? 0;
    }
    if (state.frames >= FRAMES && (state.packets > 0 || !sounds)) return;
    await new Promise((fulfill) => platform.setTimeout(fulfill, BLINK));
  }
}

/** @param {RTCPeerConnection} callee @param {{ frames: number, packets: number }} state */
function detailOf({ connectionState, iceConnectionState }, { frames, packets }) {
  return `connection ${connectionState}, ICE ${iceConnectionState}, ${frames} frames, ${packets} packets of sound`;
}

/** A small moving picture, and a tone that nobody hears. @param {Platform} platform @returns {Media} */
function generated(platform) {
  const canvas = platform.document.createElement("canvas");
  Object.assign(canvas, { width: 160, height: 120 });
  const brush = canvas.getContext("2d");
  let hue = 0;
  const paint = () => {
    brush.fillStyle = `hsl(${(hue += 11)} 60% 50%)`;
    brush.fillRect(0, 0, canvas.width, canvas.height);
  };
  paint();
  const timer = platform.setInterval(paint, 50);
  const stream = canvas.captureStream(20);
  const sound = tone(platform);
  for (const track of sound?.stream.getTracks() ?? []) stream.addTrack(track);
  const stop = () => {
    platform.clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    sound?.context.close();
  };
  return { stream, sounds: sound?.context.state === "running", stop };
}

/** @param {Platform} platform */
function tone(platform) {
  if (!platform.AudioContext) return null;
  const context = new platform.AudioContext();
  const destination = context.createMediaStreamDestination();
  const oscillator = context.createOscillator();
  oscillator.connect(destination);
  oscillator.start();
  return { context, stream: destination.stream };
}
