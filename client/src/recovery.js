/**
 * Looks after the media of one peer: restarts ICE, and gives up in the end.
 *
 * Promises: what fails is restarted at once, what is disconnected after a second; of two sides one begins, or the one
 * whose own network is another one; what has not come back after 45 s is given up. The time that a machine sleeps does not count.
 *
 * @import { MediaConnection } from "./media-connection.js"
 */
import { Alarm } from "./platform.js";

/** Broken media are given up after this; ms. */
export const PATIENCE = 45_000;
/** Between two looks at them; ms. */
export const INTERVAL = 4_000;
/** For what is disconnected, in intervals: by then the line has found out whether this side's network is gone. */
const GRACE = 0.25;

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

  /** This side has a new socket: by the addresses of the network before the other side may not be reached any more. */
  hurry() {
    if (this.#since && ["disconnected", "failed"].includes(String(this.#peer.connection?.connectionState))) this.#restart();
  }

  #restart() {
    this.#restartedAt = this.#now();
    this.#peer._restart();
  }

  #look() {
    const peer = this.#peer;
    if (this.#now() - this.#since > PATIENCE) return peer._giveUp();
    // One side is enough, so the other one waits whether it can.
    const patience = { failed: 0, disconnected: this.#restartedAt < this.#since ? GRACE : 1 }[String(peer.connection?.connectionState)] ?? 3;
    const untouched = this.#now() - Math.max(this.#since, this.#restartedAt);
    const left = INTERVAL * (patience + (peer._polite ? 2 : 0)) - untouched;
    if (left <= 0) this.#restart();
    const pause = (left > 0 ? Math.min(left, INTERVAL) : INTERVAL) + 1;
    const due = this.#now() + pause;
    this.#alarm.set(pause, () => {
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
