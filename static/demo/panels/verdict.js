/**
 * The result of a check of the self-test, and how long anything may take.
 *
 * @typedef {"camera" | "microphone" | "websocket" | "stun" | "turn-udp" | "turn-tcp" | "loopback"} CheckName
 * @typedef {"passed" | "failed" | "not-offered" | "not-tried"} Outcome
 *
 * @typedef {object} Verdict
 * @property {Outcome} outcome
 * @property {string} code names the sentence `selftest.<code>`, and where it {@link hasAdvice} that, `selftest.<code>.do`
 * @property {Record<string, string | number>} values to be put into both
 * @property {string} detail the small print for developers: what the browser said
 *
 * @typedef {object} Settings
 * @property {() => RTCIceServer[] | null} iceServers which the server has named; null: it could not be asked
 * @property {string | URL} [url] of the server; default: where the page comes from
 * @property {string | (() => string | Promise<string>)} [token] access token
 *
 * @typedef {any} Platform the parts of a browser, by global name
 */

/**
 * @param {string} code
 * @param {Record<string, string | number>} [values]
 * @param {string} [detail]
 * @returns {Verdict}
 */
export const passed = (code, values = {}, detail = "") => ({ outcome: "passed", code, values, detail });

/**
 * @param {string} code
 * @param {Record<string, string | number>} [values]
 * @param {string} [detail]
 * @returns {Verdict}
 */
export const failed = (code, values = {}, detail = "") => ({ outcome: "failed", code, values, detail });

/** @param {string} code @returns {Verdict} */
export const notOffered = (code) => ({ outcome: "not-offered", code, values: {}, detail: "" });

/** @param {string} code @returns {Verdict} */
export const notTried = (code) => ({ outcome: "not-tried", code, values: {}, detail: "" });

/** Whether there is anything to do about it. @param {Verdict} verdict */
export const hasAdvice = ({ outcome, code }) => outcome !== "passed" && code !== "stun.by-turn";

/**
 * The value of a promise, or `null` after this many ms. A later failure is not reported.
 * @template T
 * @param {Platform} platform @param {number} ms @param {Promise<T>} promise
 * @returns {Promise<T | null>}
 */
export async function within(platform, ms, promise) {
  /** @type {any} */
  let timer;
  const late = new Promise((fulfill) => (timer = platform.setTimeout(() => fulfill(null), ms)));
  promise.catch(() => {});
  try {
    return await Promise.race([promise, /** @type {Promise<null>} */ (late)]);
  } finally {
    platform.clearTimeout(timer);
  }
}
