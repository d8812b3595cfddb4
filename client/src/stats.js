/**
 * Facts of a connection for people, out of the reports of a browser.
 *
 * Promises: the same answer for Chromium, Firefox and Safari.
 *
 * @import * as Api from "../../static/switchboard.js"
 * @import { MediaConnection } from "./media-connection.js"
 */
import { failure } from "./errors.js";
import { Alarm } from "./platform.js";

/**
 * @param {any[]} reports @param {Map<string, any>} [before] those of the last look, by id
 * @returns {{ stats: Api.Stats, before: Map<string, any> }}
 */
export function summary(reports, before) {
  const byId = new Map(reports.map((it) => [it.id, it]));
  // Firefox has no transport, but marks the pair.
  const pair = reports.find((it) => it.selected) ?? byId.get(reports.find((it) => it.selectedCandidatePairId)?.selectedCandidatePairId);
  const relayed = [pair?.localCandidateId, pair?.remoteCandidateId].some((id) => byId.get(id)?.candidateType === "relay");
  /** @type {any} */
  const stats = { path: pair ? (relayed ? "relayed" : "direct") : null, roundTrip: null, received: {}, sent: {} };
  if (pair?.currentRoundTripTime !== undefined) stats.roundTrip = pair.currentRoundTripTime * 1000;
  for (const it of reports) {
    const way = { "inbound-rtp": "received", "outbound-rtp": "sent" }[String(it.type)];
    if (!way) continue;
    const bytes = way === "sent" ? "bytesSent" : "bytesReceived";
    const last = before?.get(it.id) ?? it;
    const loss = byId.get(it.remoteId)?.fractionLost ?? it.packetsLost / (it.packetsLost + it.packetsReceived);
    const bitrate = ((it[bytes] - last[bytes]) * 8000) / (it.timestamp - last.timestamp) || 0;
    // Of several pictures the one that moves most.
    if (stats[way][it.kind]?.bitrate > bitrate) continue;
    stats[way][it.kind] = { bitrate, loss: loss || 0, width: it.frameWidth, height: it.frameHeight };
  }
  return { stats, before: byId };
}

/** Looks at one connection after the other, and every second while somebody listens. */
export class Statistics {
  /** @type {Map<string, any> | undefined} */ #before;
  #ticks;
  #peer;

  /** @param {MediaConnection} peer */
  constructor(peer) {
    this.#ticks = new Alarm(peer._core.platform);
    this.#peer = peer;
  }

  async look() {
    try {
      const reports = [...((await this.#peer.connection?.getStats()) ?? new Map()).values()];
      const { stats, before } = summary(reports, this.#before);
      this.#before = before;
      return stats;
    } catch (cause) {
      throw failure("getStats", cause);
    }
  }

  tick() {
    const peer = this.#peer;
    this.#ticks.set(1000, () => {
      if (peer.state === "ended" || !peer._listens("stats")) return;
      this.tick();
      this.look().then((stats) => peer._emit("stats", stats), peer._failed);
    });
  }

  stop() {
    this.#ticks.stop();
  }
}
