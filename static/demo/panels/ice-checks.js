/**
 * STUN and TURN: each server is asked by a peer connection that knows no other, and what the browser finds, or is
 * refused, tells who is to blame.
 *
 * @import { Platform, Verdict } from "./verdict.js"
 *
 * @typedef {{ url: string, server: RTCIceServer }} Asked one address of one server
 * @typedef {object} Found
 * @property {string[]} candidates as the browser writes them
 * @property {Array<{ code: number, text: string }>} errors
 * @property {boolean} complete whether the browser has done all it wanted
 */

import { failed, notOffered, notTried, passed, within } from "./verdict.js";

/** A server that is there answers in a fraction of this, also after a lost packet or two. */
const STUN_PATIENCE = 5_000;
const TURN_PATIENCE = 8_000;
/** The browser's own code for a server that it cannot reach; all others are the server's. */
const UNREACHABLE = 701;
/** Which failure of several tells most. */
const TELLING = [
  "ice.malformed",
  "turn.expired",
  "turn.refused",
  "turn.forbidden",
  "turn.quota",
  "turn.full",
  "turn.other",
  "ice.name",
];
/** Error codes of TURN servers (RFC 8656, section 19). @type {Record<number, string>} */
const ANSWERS = {
  401: "turn.refused",
  403: "turn.forbidden",
  438: "turn.refused",
  486: "turn.quota",
  508: "turn.full",
};

/** @param {RTCIceServer[]} servers @returns {Record<"stun" | "turn-udp" | "turn-tcp", Asked[]>} */
export function sorted(servers) {
  const all = servers.flatMap((server) => [server.urls].flat().map((url) => ({ url, server })));
  const isTcp = (/** @type {Asked} */ { url }) => url.startsWith("turns:") || /[?&]transport=tcp/i.test(url);
  const turn = all.filter(({ url }) => /^turns?:/.test(url));
  return {
    stun: all.filter(({ url }) => /^stuns?:/.test(url)),
    "turn-udp": turn.filter((it) => !isTcp(it)),
    "turn-tcp": turn.filter(isTcp),
  };
}

/** @param {RTCIceServer[] | null} servers @param {Platform} platform @returns {Promise<Verdict>} */
export async function checkStun(servers, platform) {
  if (!platform.RTCPeerConnection) return failed("rtc.unsupported");
  if (!servers) return notTried("ice.unasked");
  const { stun, ...turn } = sorted(servers);
  const hasTurn = turn["turn-udp"].length + turn["turn-tcp"].length > 0;
  if (!stun.length) return notOffered(hasTurn ? "stun.by-turn" : "stun.none");
  return together(await Promise.all(stun.map((asked) => askStun(asked, platform))), stun);
}

/**
 * @param {"udp" | "tcp"} transport
 * @param {RTCIceServer[] | null} servers
 * @param {Platform} platform
 * @returns {Promise<Verdict>}
 */
export async function checkTurn(transport, servers, platform) {
  if (!platform.RTCPeerConnection) return failed("rtc.unsupported");
  if (!servers) return notTried("ice.unasked");
  const turn = sorted(servers)[`turn-${transport}`];
  if (!turn.length) return notOffered(`turn-${transport}.none`);
  return together(await Promise.all(turn.map((asked) => askTurn(transport, asked, platform))), turn);
}

/**
 * One that works is enough; those that do not are named.
 * @param {Verdict[]} verdicts
 * @param {Asked[]} asked
 * @returns {Verdict}
 */
function together(verdicts, asked) {
  const good = verdicts.filter((it) => it.outcome === "passed");
  const dead = asked.filter((_, nth) => verdicts[nth].outcome === "failed").map(({ url }) => url);
  if (good.length && dead.length) return passed("ice.some", { ...good[0].values, dead: dead.join(", ") });
  if (good.length) return good[0];
  const rank = (/** @type {Verdict} */ { code }) => (TELLING.includes(code) ? TELLING.indexOf(code) : TELLING.length);
  return [...verdicts].sort((one, other) => rank(one) - rank(other))[0];
}

/** @param {Asked} asked @param {Platform} platform @returns {Promise<Verdict>} */
async function askStun({ url }, platform) {
  const isAnswer = (/** @type {string} */ candidate) => candidate.includes(" typ srflx ");
  const found = await gather({ iceServers: [{ urls: url }] }, isAnswer, STUN_PATIENCE, platform);
  if (typeof found === "string") return failed("ice.malformed", { url }, found);
  const seen = found.candidates.find(isAnswer);
  if (seen) return passed("stun.passed", { url, address: seen.split(" ")[4] });
  const detail = detailOf(found);
  if (isUnknownName(found)) return failed("ice.name", { url }, detail);
  if (found.complete && !found.candidates.length) return failed("ice.no-network", { url }, detail);
  // The browser waits for the answer before it is done, and leaves out an address that is its own.
  const tells = "onicecandidateerror" in platform.RTCPeerConnection.prototype;
  if (found.complete && !found.errors.length && tells) return passed("stun.direct", { url });
  return failed("stun.silent", { url }, detail);
}

/** @param {"udp" | "tcp"} transport @param {Asked} asked @param {Platform} platform @returns {Promise<Verdict>} */
async function askTurn(transport, { url, server }, platform) {
  const { username, credential } = server;
  const isAnswer = (/** @type {string} */ candidate) => candidate.includes(" typ relay ");
  const only = { iceServers: [{ urls: url, username, credential }], iceTransportPolicy: "relay" };
  const found = await gather(only, isAnswer, TURN_PATIENCE, platform);
  if (typeof found === "string") return failed("ice.malformed", { url }, found);
  if (found.candidates.some(isAnswer)) return passed("turn.passed", { url });
  const detail = detailOf(found);
  const answer = found.errors.find(({ code }) => code !== UNREACHABLE);
  if (answer?.code === 401 && hasExpired(username, platform)) return failed("turn.expired", { url }, detail);
  if (answer) return failed(ANSWERS[answer.code] ?? "turn.other", { url, code: answer.code }, detail);
  return failed(isUnknownName(found) ? "ice.name" : `turn-${transport}.silent`, { url }, detail);
}

/**
 * The candidates that the browser finds with this configuration until there are enough; a string: why it refuses the configuration.
 * @param {any} configuration @param {(candidate: string) => boolean} isEnough
 * @param {number} ms @param {Platform} platform
 * @returns {Promise<Found | string>}
 */
async function gather(configuration, isEnough, ms, platform) {
  /** @type {Found} */
  const found = { candidates: [], errors: [], complete: false };
  let connection;
  try {
    connection = new platform.RTCPeerConnection(configuration);
  } catch (error) {
    return String(error);
  }
  const done = new Promise((fulfill) => {
    connection.onicecandidate = (/** @type {any} */ { candidate }) => {
      if (candidate?.candidate) found.candidates.push(candidate.candidate);
      if (candidate?.candidate && isEnough(candidate.candidate)) fulfill(true);
    };
    connection.onicecandidateerror = (/** @type {any} */ { errorCode, errorText }) => {
      found.errors.push({ code: errorCode, text: errorText });
    };
    connection.onicegatheringstatechange = () => {
      found.complete = connection.iceGatheringState === "complete";
      if (found.complete) fulfill(true);
    };
  });
  try {
    connection.createDataChannel("self-test");
    await connection.setLocalDescription();
    await within(platform, ms, done);
  } finally {
    connection.close();
  }
  return found;
}

/** @param {Found} found */
function isUnknownName({ errors }) {
  return errors.length > 0 && errors.every(({ text }) => /lookup/i.test(text));
}

/**
 * Until when it is good stands before the colon (the TURN REST form).
 * @param {string | undefined} username
 * @param {Platform} platform
 */
function hasExpired(username, platform) {
  const until = Number(/^(\d{9,11})(:|$)/.exec(username ?? "")?.[1] ?? Infinity);
  return until * 1000 < platform.Date.now();
}

/** @param {Found} found */
function detailOf({ errors }) {
  return [...new Set(errors.map(({ code, text }) => `${code} ${text}`.trim()))].join("; ");
}
