/**
 * M-lines for tracks that the app is still opening: they are negotiated without a track, so that neither the answer nor
 * ICE nor DTLS waits for a camera (RFC 9429 section 4.1.8, `replaceTrack`).
 *
 * Promises: one m-line for each kind that is expected. The first track of that kind takes it without another negotiation.
 * An m-line that no track has taken only receives in the end.
 *
 * @import * as Api from "../../static/switchboard.js"
 */

/** @type {Api.Kind[]} */
export const KINDS = ["audio", "video"];

/**
 * Kinds to negotiate before the app's stream is there; undefined: the stream is waited for.
 * @param {Api.Media | undefined} stream @param {boolean | undefined} waits @param {Partial<Api.Muted>} [media]
 */
export const kindsBefore = (stream, waits, media = {}) => (waits || typeof stream !== "function" ? undefined : media);

export class ExpectedTracks {
  /** @type {Partial<Api.Muted> | null} kinds; none: those of the other side's offer, or else both; null: nothing is expected */ media = null;
  /** @type {Map<string, RTCRtpTransceiver>} by kind */ #free = new Map();
  /** @type {MediaStream | undefined} to which the other side is told that they belong */ stream;

  /** Kinds that are said to come. */
  get #said() {
    return KINDS.filter((kind) => this.media?.[kind]);
  }

  /** Kinds that come, or may. */
  get kinds() {
    const said = this.#said;
    return this.media && said.length === 0 ? KINDS : said;
  }

  /** Are there m-lines that no other track may take? */
  get reserves() {
    return this.#free.size > 0;
  }

  /** @param {RTCPeerConnection} pc an answerer's has the other side's offer @param {() => MediaStream} main makes the stream of camera and microphone */
  reserve(pc, main) {
    if (!this.media) return;
    const streams = [(this.stream = main())];
    const offered = pc.getTransceivers().filter((it) => !it.sender.track);
    const isUnknown = this.#said.length === 0 && offered.length > 0;
    for (const kind of isUnknown ? offered.map((it) => it.receiver.track.kind) : this.kinds) {
      let line = this.#free.get(kind) ?? offered.find((it) => it.receiver.track.kind === kind);
      if (line) {
        line.direction = "sendrecv";
        line.sender.setStreams?.(...streams);
      } else line = pc.addTransceiver(kind, { streams });
      this.#free.set(kind, line);
    }
  }

  /** @param {RTCPeerConnection} pc @param {string} kind @returns the sender of its m-line, for a track of the main stream */
  take(pc, kind) {
    const line = this.#free.get(kind);
    this.#free.delete(kind);
    // A rollback may have removed it, or the other side stopped it.
    return line && pc.getTransceivers().includes(line) && line.currentDirection !== "stopped" ? line.sender : undefined;
  }

  /** There is no connection any more that has them. */
  strip() {
    this.#free.clear();
  }

  /** Nothing more comes. @returns whether there is something to negotiate */
  end() {
    const left = this.reserves;
    this.media = null;
    for (const line of this.#free.values()) if (line.currentDirection !== "stopped") line.direction = "recvonly";
    this.strip();
    return left;
  }
}
