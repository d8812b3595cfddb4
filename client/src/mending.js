/**
 * Looks after the media of one peer: restarts ICE, and gives up in the end.
 *
 * Promises: what fails is restarted at once, what is disconnected after a while; of two sides one begins; what has not
 * come back after 45 s is given up. The time that a machine sleeps does not count.
 *
 * @import { Platform } from "./platform.js"
 * @typedef {object} Patient what it asks of the peer, and tells it
 * @property {Platform} platform
 * @property {() => boolean} polite leaves the first try to the other side
 * @property {() => string | undefined} state of the RTCPeerConnection
 * @property {() => void} restart
 * @property {() => void} giveUp
 */
import { Alarm } from "./platform.js";

/** Broken media are given up after this; ms. */
export const PATIENCE = 45_000;
/** Between two looks at them; ms. */
export const MENDING = 4_000;

export class Mending {
  #patient;
  #alarm;
  /** Since when the media are broken; 0: they are not. */ #since = 0;
  #restartedAt = 0;

  /** @param {Patient} patient */
  constructor(patient) {
    this.#patient = patient;
    this.#alarm = new Alarm(patient.platform);
  }

  /** They flow, or it is over. */
  stop() {
    this.#since = 0;
    this.#alarm.stop();
  }

  /** Something else must come within the patience. @param {() => void} late */
  await(late) {
    this.#alarm.set(PATIENCE, late);
  }

  /** From now on until they flow. */
  start() {
    this.#since ||= this.#now();
    this.#look();
  }

  #look() {
    const { state, polite, restart, giveUp } = this.#patient;
    if (this.#now() - this.#since > PATIENCE) return giveUp();
    // One side is enough, so the other one waits whether it can.
    const patience = { failed: 0, disconnected: 1 }[String(state())] ?? 3;
    const untouched = this.#now() - Math.max(this.#since, this.#restartedAt);
    if (untouched >= MENDING * (patience + (polite() ? 2 : 0))) {
      this.#restartedAt = this.#now();
      restart();
    }
    const due = this.#now() + MENDING + 1;
    this.#alarm.set(MENDING + 1, () => {
      // Asleep it could do nothing.
      const late = this.#now() - due;
      if (late > 1000) this.#since += late;
      this.#look();
    });
  }

  #now() {
    return this.#patient.platform("performance").now();
  }
}
