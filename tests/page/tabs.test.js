// One tab of a browser for each user.
import assert from "node:assert/strict";
import test from "node:test";

const MODULE = "../../static/demo/tabs.js";
/** A tab is a page with modules of its own. */
const tab = (nth) => import(`${MODULE}?tab=${nth}`);

/** Locks as a browser has them, for all its tabs (Web Locks, exclusive mode). */
class Locks {
  #held = new Map();
  #states = [];
  /** Resolves when a free lock may be granted. */
  busy = Promise.resolve();

  async query() {
    const of = (state) => this.#states.filter((it) => it.state === state);
    return { held: of("held"), pending: of("pending") };
  }

  async request(name, { signal }, run) {
    const before = this.#held.get(name) ?? Promise.resolve();
    const aborted = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const entry = { name, state: "pending" };
    this.#states.push(entry);
    let done;
    const mine = new Promise((fulfill) => (done = fulfill));
    this.#held.set(name, before.then(() => mine));
    try {
      await Promise.race([Promise.all([before, this.busy]), aborted]);
      entry.state = "held";
      return await run();
    } finally {
      this.#states.splice(this.#states.indexOf(entry), 1);
      done();
    }
  }
}

test("a second tab does not get the name that another one has", async () => {
  const locks = new Locks();
  const [first, second] = [await tab(1), await tab(2)];
  assert.equal(await first.claim("11", { locks }), true);
  assert.equal(await second.claim("11", { locks, patience: async () => {} }), false);
  assert.equal(await second.claim("22", { locks }), true);
});

test("a name is free again when its tab signs out, or goes a moment later", async () => {
  const locks = new Locks();
  const [first, second] = [await tab(3), await tab(4)];
  await first.claim("11", { locks });
  const waiting = second.claim("11", { locks });
  first.releaseClaim();
  assert.equal(await waiting, true);
});

test("a tab that takes another name gives its first one back", async () => {
  const locks = new Locks();
  const [first, second] = [await tab(5), await tab(6)];
  await first.claim("11", { locks });
  await first.claim("33", { locks });
  assert.equal(await second.claim("11", { locks }), true);
});

test("a browser that is slow to grant a free name is waited for", async () => {
  const locks = new Locks();
  let granted;
  locks.busy = new Promise((fulfill) => (granted = fulfill));
  const { claim } = await tab(8);
  let waits = 0;
  const patience = async () => void (++waits === 3 && granted());
  assert.equal(await claim("11", { locks, patience }), true);
  assert.ok(waits >= 3, "it has looked for another tab meanwhile");
});

test("where the browser has no locks, and for a guest, nothing stands in the way", async () => {
  const { claim } = await tab(7);
  assert.equal(await claim("11", { locks: undefined }), true);
  assert.equal(await claim("", { locks: new Locks() }), true);
});
