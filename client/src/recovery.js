/**
 * Looks after the media of one peer: restarts ICE, and gives up in the end.
 *
 * Promises: what fails is restarted at once, what is disconnected after a while; of two sides one begins; what has not
 * come back after 45 s is given up. The time that a machine sleeps does not count.
 *
 * @import { MediaConnection } from "./media-connection.js"
 */
import { Alarm } from "./platform.js";

/** Broken media are given up after this; ms. */
export const PATIENCE = 45_000;
/** Between two looks at them; ms. */
export const INTERVAL = 4_000;

export class Recovery {
  #peer;
  #alarm;
  /** Since when the media are broken; 0: they are not. */ #since = 0;
  #restartedAt = 0;

  /** @param {MediaConnection} peer whose polite side leaves the first try to the other one */
  constructor(peer) {
    this.#peer = peer;
    this.#alarm = new Alarm(peer._core.platform);
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
    const peer = this.#peer;
    if (this.#now() - this.#since > PATIENCE) return peer._giveUp();
    // One side is enough, so the other one waits whether it can.
    const patience = { failed: 0, disconnected: 1 }[String(peer.connection?.connectionState)] ?? 3;
    const untouched = this.#now() - Math.max(this.#since, this.#restartedAt);
    if (untouched >= INTERVAL * (patience + (peer._polite ? 2 : 0))) {
      this.#restartedAt = this.#now();
      peer._restart();
    }
    const due = this.#now() + INTERVAL + 1;
    this.#alarm.set(INTERVAL + 1, () => {
      // Asleep it could do nothing.
      const late = this.#now() - due;
      if (late > 1000) this.#since += late;
      this.#look();
    });
  }

  #now() {
    return this.#peer._core.platform("performance").now();
  }
}
