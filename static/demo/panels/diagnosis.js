/**
 * Why two sides have no path to each other yet, from what one of them knows. Pure.
 *
 * @import { Candidate } from "./connection-model.js"
 *
 * @typedef {object} IceError what a STUN or TURN server answered instead of an address
 * @property {string} url of the server
 * @property {number} code 701: it could not be reached; all others are STUN error codes of its own (RFC 8489, section 14.8)
 * @property {string} text
 *
 * @typedef {object} Facts
 * @property {boolean} relayOnly only candidates of a TURN server are allowed
 * @property {string[]} servers addresses of the STUN and TURN servers that this side may use
 * @property {boolean} answered the other side's description has come
 * @property {boolean} gathered the browser has all candidates that it will have
 * @property {Candidate[]} local
 * @property {Candidate[]} remote
 * @property {IceError[]} errors
 *
 * @typedef {{ key: string, values: Record<string, string | number> }} Cause `key` names a sentence, `values` are put into it
 */

/** The browser's own code for a server that it cannot reach. */
const UNREACHABLE = 701;

/**
 * The cause that explains most, the most certain one first.
 * @param {Facts} facts
 * @returns {Cause}
 */
export function diagnose({ relayOnly, servers, answered, gathered, local, remote, errors }) {
  const turn = servers.filter((url) => /^turns?:/.test(url));
  if (relayOnly && turn.length === 0) return cause("missing.no-turn");
  if (!answered) return cause("missing.answer");
  const refused = telling(errors, local);
  if (local.length === 0) return refused ?? ownCause(relayOnly, gathered, turn);
  if (remote.length === 0) return cause("missing.theirs");
  return refused ?? cause(turn.length === 0 ? "missing.pair-without-turn" : "missing.pair");
}

/** @param {boolean} relayOnly @param {boolean} gathered @param {string[]} turn */
function ownCause(relayOnly, gathered, turn) {
  if (relayOnly && !gathered) return cause("missing.silent", { url: turn[0] });
  return cause("missing.own");
}

/**
 * The cause in the answers of STUN and TURN servers. A server that has given an address works, although it may have
 * failed on another interface.
 * @param {IceError[]} errors
 * @param {Candidate[]} local
 * @returns {Cause | null}
 */
function telling(errors, local) {
  const has = (/** @type {string} */ type) => local.some((it) => it.type === type);
  const works = (/** @type {IceError} */ { url }) => (/^turns?:/.test(url) ? has("relay") : has("srflx"));
  const left = errors.filter((it) => it.url && !works(it));
  // The refusal of a TURN server explains more than the silence of a STUN server.
  const [error] = left.sort((one, other) => rank(one) - rank(other));
  if (!error) return null;
  const { url, code } = error;
  return code === UNREACHABLE ? cause("missing.silent", { url }) : cause("missing.refused", { url, code });
}

/** @param {IceError} error */
function rank({ url, code }) {
  return Number(code === UNREACHABLE) + 2 * Number(!/^turns?:/.test(url));
}

/** @param {string} key @param {Cause["values"]} [values] @returns {Cause} */
function cause(key, values = {}) {
  return { key, values };
}

/**
 * The candidates in a description (RFC 8839, section 5.1): those of the other side as they came over the wire, which the
 * browser's statistics leave out as long as it has none of its own to pair them with.
 * @param {string | undefined} sdp
 * @returns {Candidate[]} each once
 */
export function candidatesOf(sdp = "") {
  const found = [...sdp.matchAll(/^a=candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ (\S+)/gm)];
  const all = found.map(([, protocol, host, port, type]) => {
    const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    return { type, protocol: protocol.toLowerCase(), address, chosen: false };
  });
  const names = all.map(({ type, protocol, address }) => `${type} ${protocol} ${address}`);
  return all.filter((_, nth) => names.indexOf(names[nth]) === nth);
}
