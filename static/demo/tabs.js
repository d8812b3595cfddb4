/**
 * One tab for each user: two tabs of a browser under one name would sign each other out in turn.
 *
 * Promises: a name belongs to the tab that has claimed it until the tab releases it or goes. Browsers give locks to
 * secure pages only: over plain HTTP every tab may have every name, and the server tells the older one.
 */

/** The tab before a reload may still be going; ms. */
const PATIENCE = 2000;

/** @type {(() => void) | null} */
let release = null;
/** Counts the claims: the answer to an earlier one is of no use. */
let turn = 0;

/**
 * @param {string} userId
 * @param {{ locks?: LockManager, patience?: () => Promise<void> }} [options] for tests; `patience`: resolves when a claim
 *   has waited long enough to ask for the reason
 * @returns {Promise<boolean>} false: another tab of this browser has it
 */
export async function claim(userId, { locks = globalThis.navigator?.locks, patience = waited } = {}) {
  releaseClaim();
  const mine = ++turn;
  if (!locks || userId === "") return true;
  const name = `switchboard.user.${userId}`;
  const { signal, abort } = aborting();
  return new Promise((answer) => {
    const hold = () =>
      new Promise((/** @type {(value: void) => void} */ done) => {
        if (mine === turn) release = done;
        else done();
        abort();
        answer(true);
      });
    // A browser that cannot tell must not keep anybody out.
    locks.request(name, { signal }, hold).catch(() => answer(!signal.aborted));
    whenTaken(name, locks, patience, signal).then(() => {
      abort();
      answer(false);
    }, () => answer(true));
  });
}

/** From now on another tab may have the name. */
export function releaseClaim() {
  turn++;
  release?.();
  release = null;
}

/**
 * Resolves when another tab holds the lock; never once it is granted. A busy browser is slow to grant a free one.
 * @param {string} name
 * @param {LockManager} locks
 * @param {() => Promise<void>} patience
 * @param {AbortSignal} signal
 */
async function whenTaken(name, locks, patience, signal) {
  for (;;) {
    await patience();
    if (signal.aborted) return new Promise(() => {});
    const { held = [], pending = [] } = await locks.query();
    // This tab's own request is the one that waits.
    if ([held, pending].every((all) => all.some((it) => it.name === name))) return;
  }
}

function aborting() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** @returns {Promise<void>} */
function waited() {
  return new Promise((done) => setTimeout(done, PATIENCE));
}
