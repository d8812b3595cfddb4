/**
 * The way to the server: whether a WebSocket gets through, and if not, what still does.
 *
 * Promises: nobody notices. It knocks with a name that no user can have, which the server refuses in a message and a
 * close of its own: that went all the way, and no session was touched.
 *
 * @import { Platform, Settings, Verdict } from "./verdict.js"
 */

import { failed, passed, within } from "./verdict.js";

const PATIENCE = 6_000;
/** Between the first word and the goodbye. */
const GOODBYE = 2_000;
const IMPOSSIBLE_NAME = "/";
/** The server's own answer at `/healthz`. */
const ALIVE = "ok";
/** Answers of a proxy that does not reach the server behind it. */
const GATEWAY = [502, 503, 504];
/** Why the server refuses a WebSocket, in its own words. */
const REASONS = ["origin", "host", "path", "full", "draining"];

/** @typedef {{ opened: boolean, words: string[], closed: { code: number, reason: string } | null }} Heard */

/** @param {Settings} settings @param {Platform} platform @returns {Promise<Verdict>} */
export async function checkWebSocket({ url, token }, platform) {
  if (!platform.WebSocket) return failed("websocket.unsupported");
  const address = socketAddress(url ?? new URL(".", platform.location.href));
  const place = `${address.protocol}//${address.host}`;
  let heard;
  try {
    heard = await knock(address, platform);
  } catch (error) {
    // Browsers let no secure page open a socket that is not.
    const mixed = platform.location.protocol === "https:" && address.protocol === "ws:";
    return failed(mixed ? "websocket.mixed" : "websocket.malformed", { place }, String(error));
  }
  if (heard.opened) return verdictOn(heard, place, await expiry(token), platform);
  const { code, ...values } = await whatElse(address, platform);
  return failed(code, { place, ...values }, heard.closed ? `close ${heard.closed.code} ${heard.closed.reason}`.trim() : "");
}

/** As the client library makes it. @param {string | URL} url */
export function socketAddress(url) {
  const address = new URL(url);
  address.protocol = address.protocol.replace("http", "ws");
  address.pathname = address.pathname.replace(/(\/ws)?\/?$/, "/ws");
  address.search = "";
  address.searchParams.set("userId", IMPOSSIBLE_NAME);
  return address;
}

/** @param {URL} address @param {Platform} platform @returns {Promise<Heard>} */
async function knock(address, platform) {
  /** @type {Heard} */
  const heard = { opened: false, words: [], closed: null };
  const socket = new platform.WebSocket(address.href, ["switchboard.v1"]);
  const spoken = new Promise((fulfill) => {
    socket.onmessage = (/** @type {any} */ { data }) => fulfill(heard.words.push(String(data)));
  });
  const closed = new Promise((fulfill) => {
    socket.onclose = (/** @type {any} */ { code, reason }) => fulfill((heard.closed = { code, reason }));
  });
  socket.onopen = () => (heard.opened = true);
  await within(platform, PATIENCE, Promise.race([spoken, closed]));
  if (heard.words.length) await within(platform, GOODBYE, closed);
  socket.onmessage = socket.onclose = socket.onopen = null;
  socket.close();
  return heard;
}

/** @param {Heard} heard @param {string} place @param {number} expires @param {Platform} platform @returns {Verdict} */
function verdictOn({ words, closed }, place, expires, platform) {
  const detail = closed ? `close ${closed.code}` : "";
  if (!words.length) return failed("websocket.mute", { place }, detail);
  const said = parsed(words[0]);
  if (said?.type !== "error") return failed("websocket.stranger", { place }, words[0].slice(0, 120));
  if (said.code === "unavailable") return failed("websocket.full", { place }, said.message);
  if (expires <= platform.Date.now()) return failed("websocket.expired", { place });
  return passed("websocket.passed", { place });
}

/**
 * No socket opens: why not, or does anything at all reach the server? What answers in its place is not taken for it.
 * @param {URL} address @param {Platform} platform
 * @returns {Promise<{ code: string, status?: number }>}
 */
async function whatElse(address, platform) {
  const told = await refusal(address, platform);
  if (told) return { code: `websocket.${told}` };
  // Only its own server may be asked anything else by this page.
  if (address.host !== platform.location.host) return { code: "websocket.unreachable" };
  try {
    const answer = await within(platform, PATIENCE, platform.fetch(sibling(address, "healthz"), { cache: "no-store" }));
    if (!answer) return { code: "websocket.down" };
    if (GATEWAY.includes(answer.status)) return { code: "websocket.gateway", status: answer.status };
    const text = await within(platform, PATIENCE, answer.text());
    return { code: answer.ok && text?.trim() === ALIVE ? "websocket.blocked" : "websocket.stranger" };
  } catch {
    return { code: "websocket.down" };
  }
}

/**
 * Asks the server why it refuses a WebSocket of this page (docs/protocol.md §1).
 * @param {URL} address @param {Platform} platform
 * @returns {Promise<string | null>} `blocked`: it would take it; null: no answer, or none that this page knows
 */
async function refusal(address, platform) {
  const question = sibling(address, "ws/check");
  question.searchParams.set("origin", platform.origin ?? platform.location.origin);
  try {
    const answer = await within(platform, PATIENCE, platform.fetch(question, { cache: "no-store" }));
    const { accepts, reason } = parsed((await within(platform, PATIENCE, answer.text())) ?? "") ?? {};
    if (accepts === true) return "blocked";
    return REASONS.includes(reason) ? reason : null;
  } catch {
    return null;
  }
}

/** An address at the same server, below the same path. @param {URL} address of the socket @param {string} path */
function sibling(address, path) {
  const other = new URL(path, address);
  other.protocol = address.protocol.replace("ws", "http");
  return other;
}

/** Until when a token is good, as far as it can be read; ms since 1970. @param {Settings["token"]} token */
async function expiry(token) {
  try {
    const text = String(typeof token === "function" ? await token() : token);
    const { exp } = JSON.parse(atob(text.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return exp ? exp * 1000 : Infinity;
  } catch {
    return Infinity;
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
