/**
 * The path of media, read from `RTCPeerConnection.getStats()`, and its quality over two minutes. Pure.
 *
 * @typedef {object} Candidate
 * @property {string} type `host`, `srflx`, `prflx`, `relay`
 * @property {string} protocol between this machine and its end: `udp`, `tcp`; to a TURN server also `tls`
 * @property {string} address with its port; empty where the browser hides it
 * @property {boolean} chosen
 *
 * @typedef {object} Route
 * @property {Candidate[]} local the chosen one first, then from near to far
 * @property {Candidate[]} remote
 * @property {{ local: Candidate, remote: Candidate } | null} pair the chosen one
 * @property {string | null} dtls
 *
 * @typedef {object} Moment
 * @property {number} at ms
 * @property {number | null} roundTrip ms
 * @property {number | null} lossIn of the packets, in percent
 * @property {number | null} lossOut
 * @property {number | null} rateIn kbit/s
 * @property {number | null} rateOut
 */

/** How far back the plots go; ms. */
export const WINDOW = 120_000;
const NEAR_TO_FAR = ["host", "srflx", "prflx", "relay"];

/** @param {Iterable<any>} reports the values of a stats report @returns {Route} */
export function routeOf(reports) {
  const all = new Map([...reports].map((it) => [it.id, it]));
  const ofType = (/** @type {string} */ type) => [...all.values()].filter((it) => it.type === type);
  const [transport] = ofType("transport")
    .filter((it) => it.selectedCandidatePairId)
    .concat(ofType("transport"));
  // Firefox names no chosen pair in its transport.
  const pair = all.get(transport?.selectedCandidatePairId) ?? ofType("candidate-pair").find((it) => it.selected);
  const candidates = (/** @type {string} */ type, /** @type {string} */ chosen) =>
    arranged(ofType(type).map((it) => candidateOf(it, it.id === chosen)));
  const local = candidates("local-candidate", pair?.localCandidateId);
  const remote = candidates("remote-candidate", pair?.remoteCandidateId);
  const ends = { local: local.find((it) => it.chosen), remote: remote.find((it) => it.chosen) };
  const isWhole = ends.local && ends.remote;
  return {
    local,
    remote,
    pair: isWhole ? /** @type {Route["pair"]} */ (ends) : null,
    dtls: transport?.dtlsState ?? null,
  };
}

/** @param {any} report @param {boolean} chosen @returns {Candidate} */
function candidateOf({ candidateType, protocol, relayProtocol, address, ip, port }, chosen) {
  const host = address || ip || "";
  const place = host.includes(":") ? `[${host}]` : host;
  return { type: candidateType, protocol: relayProtocol ?? protocol, address: place && `${place}:${port}`, chosen };
}

/** Each once; the same one is reported again for every transport. @param {Candidate[]} candidates */
function arranged(candidates) {
  const rank = (/** @type {Candidate} */ it) => (it.chosen ? -1 : NEAR_TO_FAR.indexOf(it.type));
  const known = new Set();
  return candidates
    .sort((one, other) => rank(one) - rank(other))
    .filter((it) => {
      const name = `${it.type} ${it.protocol} ${it.address}`;
      return !known.has(name) && known.add(name);
    });
}

/**
 * How many there are of each type, from near to far.
 * @param {Candidate[]} candidates
 * @returns {Array<[string, number]>}
 */
export function countByType(candidates) {
  const counts = new Map();
  for (const { type } of candidates) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => NEAR_TO_FAR.indexOf(one) - NEAR_TO_FAR.indexOf(other));
}

/** The last two minutes. */
export class History {
  /** @type {Moment[]} oldest first */ moments = [];

  /** @param {any} stats of the library @param {number} at ms */
  add({ roundTrip, received, sent }, at) {
    // A rate is since the last look, and the first has none.
    const isFirst = !this.moments.length;
    this.moments.push({
      at,
      // A connection that is over, or not there yet, has none.
      roundTrip: Number.isFinite(roundTrip) ? roundTrip : null,
      lossIn: lossOf(received),
      lossOut: lossOf(sent),
      rateIn: isFirst ? null : rateOf(received),
      rateOut: isFirst ? null : rateOf(sent),
    });
    while (this.moments[0].at < at - WINDOW) this.moments.shift();
  }
}

/** The worse of sound and picture. @param {any} media */
function lossOf({ audio, video }) {
  const all = [audio, video].filter(Boolean).map(({ loss }) => loss * 100);
  return all.length ? Math.max(...all) : null;
}

/** Sound and picture together. @param {any} media */
function rateOf({ audio, video }) {
  const all = [audio, video].filter(Boolean).map(({ bitrate }) => bitrate / 1000);
  return all.length ? all.reduce((sum, it) => sum + it, 0) : null;
}

/**
 * The least, the greatest and the last of a series, without its gaps.
 * @param {Array<number | null>} series
 */
export function extent(series) {
  const known = /** @type {number[]} */ (series.filter((it) => it !== null));
  return known.length
    ? { least: Math.min(...known), greatest: Math.max(...known), last: known[known.length - 1] }
    : null;
}

/**
 * The top of an axis for this value: 1, 2 or 5 and noughts, so that it seldom changes and reads well.
 * @param {number} greatest @param {number} least no lower than this
 */
export function axisTop(greatest, least) {
  const wanted = Math.max(greatest, least);
  const unit = 10 ** Math.floor(Math.log10(wanted));
  return unit * ([1, 2, 5].find((it) => it * unit >= wanted) ?? 10);
}

/**
 * A line in a box of 100 by 100, now at its right edge; a new piece after every gap.
 * @param {Array<{ at: number, value: number | null }>} points @param {number} now @param {number} top
 * @returns {string} a path as SVG has it
 */
export function pathOf(points, now, top) {
  let pen = "M";
  const steps = [];
  let before = -Infinity;
  for (const { at, value } of points) {
    // Nothing for three seconds is a gap, too.
    if (value === null || at - before > 3000) pen = "M";
    before = at;
    if (value === null) continue;
    const x = 100 - ((now - at) / WINDOW) * 100;
    const y = 100 - Math.min(1, value / top) * 100;
    steps.push(`${pen}${x.toFixed(2)} ${y.toFixed(2)}`);
    pen = "L";
  }
  return steps.join("");
}
