/**
 * The server of a client that names none: the one that the library came from.
 */

/** The module or the classic script as a server has it, in whatever version. */
const SERVED = /\/switchboard([-.][^/]*)?\.js$/;

/**
 * A server below a path, behind a proxy, serves the library next to its socket. A library from elsewhere, or within the
 * app's own code, says nothing of the server: that is then the page's origin.
 * @param {string} origin of the page @param {string} [module] address of the library
 */
export function home(origin, module = import.meta.url) {
  const [address] = String(module).split(/[?#]/);
  return address.startsWith(`${origin}/`) && SERVED.test(address) ? address.slice(0, address.lastIndexOf("/")) : origin;
}
