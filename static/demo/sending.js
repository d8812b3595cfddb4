/**
 * Sends in a call or a room: picture, sound, and a screen.
 *
 * Promises: everything is given back by `stop`, also a camera that is still being opened. The stream stays the same
 * object; its tracks are exchanged with the devices.
 *
 * Event: `change`, whenever something else is sent.
 */

import { GENERATED, openSource, openSources } from "./media.js";

/** @typedef {import("./media.js").Kind} Kind */
/** @typedef {import("./media.js").Source} Source */
/** @typedef {import("../switchboard.js").Sender} Sender */

/** @type {Kind[]} */
const KINDS = ["audio", "video"];

export class Sending extends EventTarget {
  /** @type {MediaStream | null} null: not open yet */ stream = null;
  /** @type {MediaStream | null} */ screen = null;
  /** Whether picture and sound are on. */ on = { audio: true, video: true };
  /** Keys of a sentence: why something is generated, and what. */ notice = { problem: "", missing: "" };
  #name;
  #target;
  #stopped = false;
  /** @type {Record<Kind, Source | null>} */ #sources = { audio: null, video: null };

  /**
   * @param {string} name written into a generated picture
   * @param {() => Sender | null} target the call or room that it is sent to; null: not yet
   */
  constructor(name, target) {
    super();
    this.#name = name;
    this.#target = target;
  }

  /** @param {Kind} kind */
  isGenerated(kind) {
    return this.#sources[kind]?.generated ?? false;
  }

  /**
   * For the library, which asks when it needs it.
   * @param {"devices" | "generated"} wish
   */
  async open(wish) {
    const { audio, video, problem, missing } = await openSources(this.#name, wish);
    this.#sources = { audio, video };
    this.#watch("audio", audio);
    this.#watch("video", video);
    this.stream = new MediaStream([audio.track, video.track]);
    this.notice = { problem, missing };
    this.#apply();
    if (this.#stopped) this.stop();
    else this.#changed();
    return this.stream;
  }

  /** @param {Kind} kind */
  toggle(kind) {
    this.on[kind] = !this.on[kind];
    this.#apply();
    this.tell();
    this.#changed();
  }

  /** Tells the other side what is off. */
  tell() {
    for (const kind of KINDS) this.#target()?.mute(kind, !this.on[kind]);
  }

  /**
   * Sends another device in the place of one. Fails as `getUserMedia` does, and then nothing has changed.
   * @param {Kind} kind
   * @param {string} id
   */
  async use(kind, id) {
    const source = await openSource(kind, id, this.#name);
    const old = this.#sources[kind];
    if (this.#stopped || !old || !this.stream) return source.stop();
    this.#sources[kind] = source;
    this.#watch(kind, source);
    this.#apply();
    this.stream.removeTrack(old.track);
    this.stream.addTrack(source.track);
    // A call that is ending just now need not have it, and must not keep the old device open.
    await this.#target()?.replaceTrack(old.track, source.track).catch(() => {});
    old.stop();
    this.#changed();
  }

  /**
   * A device that is unplugged, or taken away by the system, ends by itself.
   * @param {Kind} kind
   * @param {Source} source
   */
  #watch(kind, source) {
    if (source.generated) return;
    source.track.addEventListener("ended", () => {
      if (this.#stopped || this.#sources[kind] !== source) return;
      const video = kind === "video";
      const missing = video ? "media.missing-picture" : "media.missing-tone";
      this.notice = { problem: video ? "media.lost-camera" : "media.lost-microphone", missing };
      this.use(kind, GENERATED);
    });
  }

  /** @param {Kind} kind */
  deviceId(kind) {
    return this.#sources[kind]?.track.getSettings().deviceId ?? "";
  }

  /** Asks for a screen and sends it beside the camera. Fails as `getDisplayMedia` does. */
  async shareScreen() {
    const screen = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
    if (this.#stopped || this.screen) return screen.getTracks().forEach((track) => track.stop());
    this.screen = screen;
    for (const track of screen.getTracks()) this.#target()?.addTrack(track, screen);
    // The browser's own button ends it, too.
    screen.getVideoTracks()[0].onended = () => this.unshareScreen();
    this.#changed();
  }

  unshareScreen() {
    for (const track of this.screen?.getTracks() ?? []) {
      this.#target()?.removeTrack(track);
      track.stop();
    }
    this.screen = null;
    this.#changed();
  }

  stop() {
    this.#stopped = true;
    for (const source of Object.values(this.#sources)) source?.stop();
    for (const stream of [this.stream, this.screen]) stream?.getTracks().forEach((track) => track.stop());
    this.screen = null;
  }

  #apply() {
    for (const kind of KINDS) {
      const source = this.#sources[kind];
      if (source) source.track.enabled = this.on[kind];
    }
  }

  #changed() {
    if (!this.#stopped) this.dispatchEvent(new Event("change"));
  }
}
