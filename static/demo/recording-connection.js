/**
 * An `RTCPeerConnection` whose failures with STUN and TURN servers are kept: the event tells of each once, and later
 * nothing does.
 *
 * @import { IceError } from "./panels/diagnosis.js"
 */

/** Per connection. Each server is asked once an interface, and on each restart. */
const KEPT = 40;

/** @type {WeakMap<RTCPeerConnection, IceError[]>} */
const errors = new WeakMap();

/** @param {RTCPeerConnection | null} connection @returns {IceError[]} the oldest first, at most 40 */
export function iceErrorsOf(connection) {
  return (connection && errors.get(connection)) ?? [];
}

/** @param {RTCPeerConnectionIceErrorEvent} event */
function keep({ target, url, errorCode, errorText }) {
  const kept = errors.get(/** @type {RTCPeerConnection} */ (target));
  if (kept && kept.length < KEPT) kept.push({ url, code: errorCode, text: errorText });
}

/** Made when it is wanted: a browser may have no `RTCPeerConnection`, and then there is none of these either. */
export function recordingConnection() {
  const Plain = globalThis.RTCPeerConnection;
  if (!Plain) return undefined;
  return class extends Plain {
    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super(configuration);
      errors.set(this, []);
      this.addEventListener("icecandidateerror", keep);
    }
  };
}
