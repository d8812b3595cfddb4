/**
 * Cameras, microphones and how loud it is, for pages that choose devices.
 *
 *     import { switchDevice, watchDevices, watchLevel } from "/switchboard-media.js";
 *
 *     const stop = watchDevices(({ cameras }) => show(cameras));
 *     button.onclick = () => switchDevice(call, "video");
 *
 * Needs a page that is served securely, by https or from localhost. Every promise that fails, fails with a
 * {@link SwitchboardError} of the code `failed`, whose `cause` is what the browser has thrown.
 */
import type { Call, Kind, Peer, Sender, SwitchboardError } from "./switchboard.js";

/** The devices of this machine. Empty before the person has allowed the page a device of the kind; speakers also where the browser names none. */
export interface Devices {
  cameras: MediaDeviceInfo[];
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

export function listDevices(): Promise<Devices>;

/**
 * Tells the devices now, and again when one is plugged in or removed. `failed` hears of what could not be listed, and
 * of what `tell` throws; default: the console.
 * @returns a function that ends it
 */
export function watchDevices(tell: (devices: Devices) => unknown, failed?: (error: SwitchboardError) => void): () => void;

/**
 * Opens a camera (`video`) or microphone (`audio`) and sends it in the place of the one there is: by its `deviceId`, by
 * constraints such as `{ facingMode: "environment" }`, or, without either, the next one of this machine. Width, height
 * and the like are asked for as before. The one that was sent is stopped, whoever opened it, and what was muted stays so.
 * Resolves to the new track, which is stopped at the end as the old one would have been. Where it fails the old one goes
 * on, except where a camera is in use (`NotReadableError`): then the old one is stopped first, because many phones open
 * one camera at a time.
 */
export function switchDevice(sender: Sender, kind: Kind, device?: string | MediaTrackConstraints): Promise<MediaStreamTrack>;

/**
 * Tells ten times a second how loud it is, from 0 to 1: of a call, a peer or a member of a room what comes from the other
 * side, of a stream what is in it, such as `call.localStream`, or one that is in no call. Follows a stream whose track
 * changes. 0 where there is no sound, or it is muted; of the other side also where no element plays it; of a stream also
 * until the person has touched the page, and without a device to sound through, where the browser wants these.
 * @returns a function that ends it
 */
export function watchLevel(source: MediaStream | Peer | Call, tell: (level: number) => unknown): () => void;
