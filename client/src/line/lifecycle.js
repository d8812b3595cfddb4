/**
 * The life of the page, as far as the line follows it: prerendered, shown, hidden, frozen, kept in the back/forward
 * cache, in another network (HTML: `pagehide`, `pageshow`; Page Lifecycle: `freeze`, `resume`).
 *
 * Promises: tells `sleeps` when the page stops running, and `wakes` when it runs again. A page that is discarded was
 * frozen before, or ends as a closed one does. Leaves to the line what becomes of its socket.
 *
 * @import { Platform } from "../platform.js"
 * @typedef {object} Life
 * @property {() => void} hides nobody looks at the page; its alarms may be late
 * @property {() => void} sleeps the page stops running, or may not begin yet
 * @property {() => void} wakes the page runs, is looked at, or has a network again
 * @property {() => void} moves the page has another network
 */

/** @param {Platform} platform @param {Life} life @returns {() => void} stops following */
export function follow(platform, { hides, sleeps, wakes, moves }) {
  const window = platform("window");
  const document = platform("document");
  const network = platform("navigator")?.connection;
  let type = network?.type;
  // Events of a prerendered page, `pageshow` among them, do not mean that anybody sees it.
  const wake = () => document?.prerendering || wakes();
  const move = () => {
    moves();
    wake();
  };
  /** @type {Array<[any, string, (event: any) => void]>} */
  const listeners = [
    [window, "online", move],
    [window, "pageshow", wake],
    [window, "pagehide", ({ persisted }) => (persisted ? sleeps() : hides())],
    [document, "freeze", sleeps],
    [document, "resume", wake],
    [document, "prerenderingchange", wake],
    [document, "visibilitychange", () => (document.visibilityState === "hidden" ? hides() : wake())],
    // This event also tells each new estimate of the speed.
    [network, "change", () => network.type !== type && ((type = network.type), move())],
  ];
  for (const [target, event, handler] of listeners) target?.addEventListener?.(event, handler);
  // A socket of a prerendered page would take over from the page that the user looks at.
  if (document?.prerendering) sleeps();
  return () => listeners.forEach(([target, event, handler]) => target?.removeEventListener?.(event, handler));
}
