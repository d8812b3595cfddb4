/**
 * The call that this tab was in when it was reloaded or left, so that it can go on.
 *
 * The library of the other side asks to go on with a call whose media it still has, and this page rings with the name of
 * that call (docs/client.md). A tab that remembers it takes it up.
 */

import { keep, recall } from "./kept.js";

/**
 * @typedef {{ callId: string, userId: string, name: string, me: string, at: number }} LeftCall
 *   `userId`, `name`: of the other side; `me`: who this tab was; `at`: ms, of the wall clock
 */

const KEPT = "switchboard.call";
/** Age up to which a call is taken up without a question. The other side gives up after 45 s; ms. */
export const FRESH = 60_000;

/**
 * Before the page goes. Outlives a reload, and Back and Forward, in this tab.
 * @param {LeftCall | null} call
 */
export function keepCall(call) {
  keep("sessionStorage", KEPT, call && JSON.stringify(call));
}

/**
 * Reads the call that the page before this one has kept, and forgets it.
 * @param {number} [now] ms
 * @returns {LeftCall | null}
 */
export function leftCall(now = Date.now()) {
  const kept = recall("sessionStorage", KEPT);
  keepCall(null);
  try {
    const { callId, userId, name, me, at } = JSON.parse(kept ?? "null") ?? {};
    const whole = [callId, userId, name, me].every((it) => typeof it === "string") && now - at < FRESH;
    return whole ? { callId, userId, name, me, at } : null;
  } catch {
    return null;
  }
}
