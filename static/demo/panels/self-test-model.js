/**
 * The self-test without its looks: which checks there are, how they are run, and what all of them come to.
 *
 * @import { CheckName, Platform, Settings, Verdict } from "./verdict.js"
 *
 * @typedef {object} Progress
 * @property {"running" | "passed" | "failed" | "not-offered" | "not-tried"} state
 * @property {Verdict | null} verdict
 * @property {number} took ms
 */

import { checkDevice } from "./device-checks.js";
import { checkStun, checkTurn } from "./ice-checks.js";
import { checkLoopback } from "./loop-check.js";
import { checkWebSocket } from "./socket-check.js";
import { failed } from "./verdict.js";

/** @type {CheckName[]} */
export const CHECKS = ["camera", "microphone", "websocket", "stun", "turn-udp", "turn-tcp", "loopback"];

/** @type {Record<CheckName, (settings: Settings, platform: Platform) => Promise<Verdict>>} */
const RUNS = {
  camera: async (_, platform) => checkDevice("camera", platform),
  microphone: async (_, platform) => checkDevice("microphone", platform),
  websocket: async (settings, platform) => checkWebSocket(settings, platform),
  stun: async ({ iceServers }, platform) => checkStun(iceServers(), platform),
  "turn-udp": async ({ iceServers }, platform) => checkTurn("udp", iceServers(), platform),
  "turn-tcp": async ({ iceServers }, platform) => checkTurn("tcp", iceServers(), platform),
  loopback: async (_, platform) => checkLoopback(platform),
};

/**
 * Runs every check: the devices one after the other, because the browser asks the person in front of it; the network
 * beside them.
 * @param {Settings} settings
 * @param {(name: CheckName, progress: Progress) => void} tell called when a check begins and when it is done
 * @param {Platform} [platform]
 * @returns {Promise<Record<CheckName, Verdict>>}
 */
export async function runChecks(settings, tell, platform = globalThis) {
  const verdicts = /** @type {Record<CheckName, Verdict>} */ ({});
  const run = async (/** @type {CheckName} */ name) => {
    const began = platform.performance.now();
    const took = () => Math.round(platform.performance.now() - began);
    tell(name, { state: "running", verdict: null, took: 0 });
    // A check that breaks is a check that failed.
    const verdict = await RUNS[name](settings, platform).catch((error) => failed("check.broken", {}, String(error)));
    verdicts[name] = verdict;
    tell(name, { state: verdict.outcome, verdict, took: took() });
  };
  const devices = async () => {
    await run("camera");
    await run("microphone");
  };
  await Promise.all([devices(), run("websocket"), network(run)]);
  return verdicts;
}

/** @param {(name: CheckName) => Promise<void>} run */
async function network(run) {
  await Promise.all([run("stun"), run("turn-udp"), run("turn-tcp")]);
  await run("loopback");
}

/**
 * The final sentences: what does not work, and what that means for calls, the gravest first.
 * @param {Record<CheckName, Verdict>} verdicts
 * @returns {{ outcome: "passed" | "failed", failures: CheckName[], code: string }} `code` names `selftest.sum.<code>`
 */
export function sum(verdicts) {
  const failures = CHECKS.filter((name) => verdicts[name].outcome === "failed");
  return { outcome: failures.length ? "failed" : "passed", failures, code: meaning(verdicts, failures) };
}

/** @param {Record<CheckName, Verdict>} verdicts @param {CheckName[]} failures */
function meaning(verdicts, failures) {
  const has = (/** @type {CheckName} */ name) => failures.includes(name);
  const isOffered = (/** @type {CheckName} */ name) => verdicts[name].outcome !== "not-offered";
  if (has("websocket")) return "no-server";
  if (has("loopback")) return "no-calls";
  const noUdp =
    has("turn-udp") && verdicts["turn-udp"].code === "turn-udp.silent" && (has("stun") || !isOffered("stun"));
  if (noUdp && verdicts["turn-tcp"].outcome === "passed") return "udp-blocked";
  if (has("turn-udp") || has("turn-tcp")) return "no-relay";
  if (has("stun")) return "no-stun";
  if (verdicts.stun.outcome === "not-tried") return "not-tried";
  if (failures.length) return "no-device";
  if (!isOffered("turn-udp") && !isOffered("turn-tcp")) return isOffered("stun") ? "no-turn-offered" : "local-only";
  return "all-well";
}
