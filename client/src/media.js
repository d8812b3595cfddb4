/**
 * Cameras, microphones and how loud it is: a module of its own, static/switchboard-media.js, for pages that choose
 * devices, also before there is any call.
 *
 * Promises: what fails is a `SwitchboardError`, and a device that was opened for nothing is closed. Uses of calls and
 * rooms only what every app can.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import * as Media from "../../static/switchboard-media.js"
 */
import { SwitchboardError } from "./index.js";

/** Between two looks at how loud it is; ms. */
const LOOK = 100;

/** @param {string} what @param {unknown} cause */
const failure = (what, cause) => new SwitchboardError("failed", `${what} has failed: ${/** @type {any} */ (cause)?.message ?? cause}`, { cause });

// -- devices

/** @param {MediaDeviceKind} kind @returns {Promise<MediaDeviceInfo[]>} those that the page may tell apart */
async function devicesOf(kind) {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.filter((it) => it.kind === kind && it.deviceId);
}

/** @returns {Promise<Media.Devices>} */
export async function listDevices() {
  try {
    const kinds = /** @type {const} */ (["videoinput", "audioinput", "audiooutput"]);
    const [cameras, microphones, speakers] = await Promise.all(kinds.map(devicesOf));
    return { cameras, microphones, speakers };
  } catch (cause) {
    throw failure("listing devices", cause);
  }
}

/** @param {(devices: Media.Devices) => unknown} tell @param {(error: Api.SwitchboardError) => void} [failed] */
export function watchDevices(tell, failed = console.error) {
  let latest = 0;
  const look = async () => {
    const turn = ++latest;
    try {
      const devices = await listDevices();
      // Of two looks at the same time the later one is right; after the end none is.
      if (turn === latest) await tell(devices);
    } catch (error) {
      failed(/** @type {any} */ (error));
    }
  };
  // Undefined in a page that is not secure, where `look` tells what is wrong.
  const { mediaDevices } = navigator;
  mediaDevices?.addEventListener("devicechange", look);
  look();
  return () => {
    latest = -1;
    mediaDevices?.removeEventListener("devicechange", look);
  };
}

// -- another device

/** @param {Api.Sender} sender @param {Api.Kind} kind @param {string | MediaTrackConstraints} [device] */
export async function switchDevice(sender, kind, device) {
  const old = sender.localStream.getTracks().find((it) => it.kind === kind);
  const wanted = device ?? (await nextDevice(kind, old));
  const track = await open(kind, old, typeof wanted === "string" ? { deviceId: { exact: wanted } } : wanted);
  try {
    if (old) await sender.replaceTrack(old, track);
    else sender.addTrack(track);
  } catch (error) {
    track.stop();
    throw error;
  }
  old?.stop();
  return track;
}

/** The one after that which is in use. @param {Api.Kind} kind @param {MediaStreamTrack | undefined} old */
async function nextDevice(kind, old) {
  const { cameras, microphones } = await listDevices();
  const ids = (kind === "video" ? cameras : microphones).map(({ deviceId }) => deviceId);
  const next = ids[(ids.indexOf(String(old?.getSettings().deviceId)) + 1) % ids.length];
  if (next === undefined) throw new SwitchboardError("failed", `there is no ${kind} device that this page may use: ask for one by getUserMedia first`);
  return next;
}

/** @param {Api.Kind} kind @param {MediaStreamTrack | undefined} old @param {MediaTrackConstraints} wanted */
async function open(kind, old, wanted) {
  // The app wants the size and the like of the old one again.
  const { deviceId, groupId, facingMode, ...same } = old?.getConstraints() ?? {};
  const ask = async () => (await navigator.mediaDevices.getUserMedia({ [kind]: { ...same, ...wanted } })).getTracks()[0];
  try {
    return await ask().catch((error) => {
      // Many phones open one camera at a time.
      if (!old || error.name !== "NotReadableError") throw error;
      old.stop();
      return ask();
    });
  } catch (cause) {
    throw failure(`opening ${kind === "video" ? "a camera" : "a microphone"}`, cause);
  }
}

// -- how loud it is

/** @param {MediaStream | Api.Peer | Api.Call} source @param {(level: number) => unknown} tell */
export function watchLevel(source, tell) {
  const meter = "remoteStream" in source ? new PeerMeter(source) : new StreamMeter(source);
  const timer = setInterval(() => tell(meter.level), LOOK);
  return () => {
    clearInterval(timer);
    meter.stop();
  };
}

/** Loudness of the other side by its packets (RFC 6464), which needs no permission to sound. */
class PeerMeter {
  /** @type {Map<number, number>} time of the last packet of each source */ #last = new Map();
  #peer;

  /** @param {Pick<Api.Peer, "connection" | "remoteStream">} peer */
  constructor(peer) {
    this.#peer = peer;
  }

  get level() {
    const { connection, remoteStream } = this.#peer;
    const receivers = connection?.getReceivers().filter((it) => remoteStream.getTracks().includes(it.track)) ?? [];
    const levels = receivers.flatMap((it) => it.getSynchronizationSources()).map((it) => this.#levelOf(it));
    return Math.max(0, ...levels);
  }

  /** Nothing has come since the last look: browsers tell of a source for another ten seconds. @param {RTCRtpSynchronizationSource} it */
  #levelOf({ source, rtpTimestamp, audioLevel = 0 }) {
    const isNew = this.#last.get(source) !== rtpTimestamp;
    this.#last.set(source, rtpTimestamp);
    return isNew ? audioLevel : 0;
  }

  stop() {
    this.#last.clear();
  }
}

/** @type {AudioContext | undefined} one for all, since browsers allow a few only */
let context;

/** Loudness of a stream. */
class StreamMeter {
  /** @type {MediaStreamTrack | undefined} that is listened to */ #track;
  /** @type {MediaStreamAudioSourceNode | undefined} */ #source;
  #analyser;
  #samples;
  #stream;

  /** @param {MediaStream} stream whose track may change */
  constructor(stream) {
    context ??= new AudioContext();
    this.#stream = stream;
    this.#analyser = new AnalyserNode(context, { fftSize: 2048 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
  }

  /** Root mean square of the last samples, from 0 to 1. */
  get level() {
    this.#follow();
    if (!this.#track) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const energy = this.#samples.reduce((sum, it) => sum + it * it, 0);
    return Math.min(1, Math.sqrt(energy / this.#samples.length));
  }

  #follow() {
    // Browsers begin with silence until the person has touched the page.
    if (context?.state === "suspended") context.resume().catch(() => {});
    const [track] = this.#stream.getAudioTracks().filter((it) => it.readyState === "live");
    if (track === this.#track) return;
    this.stop();
    this.#track = track;
    if (!track || !context) return;
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
    this.#source.connect(this.#analyser);
  }

  stop() {
    this.#source?.disconnect();
    this.#track = this.#source = undefined;
  }
}
