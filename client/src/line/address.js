/**
 * What a socket is opened with (§1, §2): the server's address, who comes, and what the session is resumed by.
 *
 * Promises: neither token stands in the address, because proxies write addresses down.
 *
 * @import * as Api from "../../../static/switchboard.js"
 */

/**
 * `/ws` is added where it is missing.
 * @param {string | URL} url @param {Record<string, string | undefined>} query what is empty is left out
 */
export function addressOf(url, query) {
  const address = new URL(url);
  address.protocol = address.protocol.replace("http", "ws");
  address.pathname = address.pathname.replace(/(\/ws)?\/?$/, "/ws");
  for (const [key, value] of Object.entries(query)) if (value) address.searchParams.set(key, value);
  return address.href;
}

/** @param {string | undefined} token @param {string} resumeToken */
export function protocolsOf(token, resumeToken) {
  const protocols = ["switchboard.v1"];
  if (token !== undefined) protocols.push(`bearer.${token}`);
  if (resumeToken) protocols.push(`resume.${resumeToken}`);
  return protocols;
}
