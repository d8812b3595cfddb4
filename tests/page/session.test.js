/** Signing in, as the page tells it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import "./document.js";
import { Socket } from "./wire.js";

const sockets = [];
globalThis.WebSocket = class extends Socket {
  constructor(...all) {
    super(...all);
    sockets.push(this);
  }
  ends(code) {
    super.ends(code);
    this.onclose?.({ code, reason: "" });
  }
  close() {}
};
const { Session } = await import("../../static/demo/session.js");

/** Waits until this holds. */
async function until(holds) {
  while (!holds()) await new Promise((done) => setImmediate(done));
}

test("a socket that ends after the server has refused the page changes nothing of what is told", async (t) => {
  t.mock.method(Math, "random", () => 0);
  let answers = () => {};
  t.mock.method(globalThis, "fetch", () => new Promise((fulfill) => (answers = fulfill)));
  const told = [];
  new Session(({ phase, error }) => told.push(error ? `${phase} ${error.code}` : phase)).open({ userId: "ana", displayName: "" });
  sockets[0].ends(1006);
  await until(() => sockets.length === 2);

  answers(new Response(JSON.stringify({ accepts: false, reason: "host", permanent: true, message: "not this name" })));
  await until(() => told.at(-1).startsWith("over"));
  sockets[1].ends(1006);

  assert.equal(told.at(-1), "over host-refused");
});
