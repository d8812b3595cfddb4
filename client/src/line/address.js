/**
 * Address and subprotocols of a socket (§1, §2): the server, the user, and the token that resumes the session.
 *
 * Promises: neither token stands in the address, because proxies write addresses down; a fault of `url` is named.
 *
 * @import * as Api from "../../../static/switchboard.js"
 * @import { SwitchboardError } from "../errors.js"
 * @import { Platform } from "../platform.js"
 */
import { failure } from "../errors.js";
import { badOption } from "../options.js";
import { lack } from "../platform.js";
import { home } from "./home.js";

/** Schemes of a server's address, and of its socket. */
const SCHEMES = /^(http|ws)s?:$/;

/**
 * The address of the server's socket. `/ws` is added where it is missing.
 * @param {Platform} platform
 * @param {string | URL} [url] relative to the page; default: the one that the library came from, or the page's own
 */
export function serverOf(platform, url) {
  const page = platform("location");
  const given = url ?? (page?.origin && home(page.origin));
  if (!given || given === "null") throw fault("is missing: there is no page here");
  const base = platform("document")?.baseURI ?? page?.href;
  let address;
  try {
    address = new URL(given, base);
  } catch {
    throw fault(`${given} is no address here`);
  }
  if (!SCHEMES.test(address.protocol)) throw fault(`${given} begins with ${address.protocol}, not with https: or wss:`);
  if (address.hash) throw fault(`${given} has a fragment`);
  address.protocol = address.protocol.replace("http", "ws");
  address.pathname = address.pathname.replace(/(\/ws)?\/?$/, "/ws");
  return address;
}

/** @param {string} why */
const fault = (why) => badOption(`\`url\` ${why}`);

/** @param {URL} server @param {Record<string, string | undefined>} query what is empty is left out */
export function addressOf(server, query) {
  const address = new URL(server);
  for (const [key, value] of Object.entries(query)) if (value) address.searchParams.set(key, value);
  return address.href;
}

/** Why a socket could not be opened. @param {Platform} platform @param {URL} server @param {any} cause @returns {SwitchboardError} */
export function unopened(platform, server, cause) {
  if (cause.name === "SecurityError") return fault(`${server} needs wss: in a page over https`);
  return lack(platform, ["WebSocket"]) || failure("opening a socket", cause);
}

/** @param {string | undefined} token @param {string} resumeToken */
export function protocolsOf(token, resumeToken) {
  const protocols = ["switchboard.v1"];
  if (token !== undefined) protocols.push(`bearer.${token}`);
  if (resumeToken) protocols.push(`resume.${resumeToken}`);
  return protocols;
}
