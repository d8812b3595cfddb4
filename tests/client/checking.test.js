/** A first socket that is refused: the server is asked why, and the app is told at once what cannot get better. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { home } from "../../client/src/line/home.js";
import { Page, fate, settle } from "./fakes.js";

const refuses = (reason, permanent = true) => ({ accepts: false, reason, permanent, message: `refused: ${reason}` });

/** A page whose first socket was refused. */
async function refused(options) {
  const page = new Page(options);
  page.begins();
  await settle();
  page.socket.closes(1006);
  await settle();
  return page;
}

/** Waits for the bodies of answers, which come in turns of their own. */
const answered = () => new Promise((done) => setImmediate(done)).then(settle);

for (const reason of ["origin", "host", "path"]) {
  test(`a page that is refused for its ${reason} is told at once, by the server's sentence`, async () => {
    const page = await refused();
    page.questions[0].answers(refuses(reason));
    await answered();
    assert.equal(await fate(page.connected), `${reason}-refused`);
    await assert.rejects(page.connected, { name: "SwitchboardError", message: `refused: ${reason}` });
    assert.equal(page.clock.running, 0);
    await page.clock.advance(600_000);
    assert.equal(page.sockets.length, 1);
  });
}

for (const reason of ["full", "draining"]) {
  test(`a server that is ${reason} is tried again, and its sentence is the end of a connect that came to nothing`, async () => {
    const page = await refused({ timeout: 10_000 });
    page.questions[0].answers(refuses(reason, false));
    await answered();
    assert.equal(await fate(page.connected), "pending");
    for (let time = 0; time < 10_000; time += 100) {
      page.socket.closes(1006);
      await page.clock.advance(100);
    }
    assert.equal(await fate(page.connected), "unavailable");
    await assert.rejects(page.connected, { message: `refused: ${reason}` });
    assert.equal(page.questions.length, 1, "it is asked once");
  });
}

test("a server that answers and whose sockets are cut is told from one that is down", async () => {
  const page = await refused({ timeout: 100 });
  page.questions[0].answers({ accepts: true });
  await answered();
  await page.clock.advance(100);
  await assert.rejects(page.connected, { code: "unavailable", message: /no WebSocket reaches it.*proxy/ });
});

test("the question goes to the path of the socket, names the page, and has no token and no user in it", async () => {
  for (const [url, asked] of [
    ["https://signal.example", "https://signal.example/ws/check"],
    ["ws://localhost:8080/signal/ws?token=s3cr3t", "http://localhost:8080/signal/ws/check"],
  ]) {
    const page = new Page({ url, token: "s3cr3t" });
    page.options.platform.origin = "https://page.example";
    page.begins();
    await settle();
    page.socket.closes(1006);
    assert.equal(page.questions[0].url.href, `${asked}?origin=https%3A%2F%2Fpage.example`);
  }
});

test("a question without an answer is asked again at the next refusal, one at a time", async () => {
  const page = await refused({ timeout: 60_000 });
  await page.clock.advance(500);
  page.socket.closes(1006);
  assert.equal(page.questions.length, 1, "the first one is still under way");
  for (const [nth, unanswered] of [(it) => it.fails(new TypeError("Failed to fetch")), (it) => it.answers("<html>"), (it) => it.answers("null")].entries()) {
    unanswered(page.questions[nth]);
    await answered();
    await page.clock.advance(30_000 * page.chance);
    page.socket.closes(1006);
    assert.equal(page.questions.length, nth + 2);
  }
  page.questions.at(-1).answers(refuses("origin"));
  await answered();
  assert.equal(await fate(page.connected), "origin-refused");
});

test("once it was connected, and after other closes, nobody is asked", async () => {
  const page = await Page.connected();
  page.socket.closes(1006);
  await page.clock.advance(500);
  page.socket.closes(1006);
  const other = new Page();
  other.begins();
  other.socket.closes(1013);
  assert.deepEqual([page.questions.length, other.questions.length], [0, 0]);
});

test("an answer that comes when a socket has come about changes nothing, and close() takes the question back", async () => {
  const page = await refused();
  await page.clock.advance(500);
  page.socket.registers();
  assert.ok(page.questions[0].signal.aborted);
  await answered();
  assert.equal((await page.connected).state, "online");

  const left = await refused({ timeout: 100 });
  await left.clock.advance(100);
  assert.ok(left.questions[0].signal.aborted);
  assert.equal(await fate(left.connected), "unavailable");
});

test("where there is no `fetch` nobody is asked", async () => {
  const page = new Page();
  page.options.platform.fetch = null;
  const { fetch } = globalThis;
  delete globalThis.fetch;
  page.begins();
  page.socket.closes(1006);
  globalThis.fetch = fetch;
  assert.equal(await fate(page.connected), "pending");
});

for (const [module, server] of [
  ["https://page.example/switchboard.js", "https://page.example"],
  ["https://page.example/signal/switchboard.js", "https://page.example/signal"],
  ["https://page.example/signal/switchboard-0.2.0.js?v=1#x", "https://page.example/signal"],
  ["https://page.example/a/b/switchboard.js", "https://page.example/a/b"],
  ["https://page.example/signal/switchboard.global.js", "https://page.example/signal"],
  ["https://page.example/signal/switchboard-0.2.0.global.js", "https://page.example/signal"],
  // Within the app's own code, or from elsewhere: the page's server.
  ["https://page.example/assets/index-a1b2.js", "https://page.example"],
  ["https://cdn.example/npm/switchboard.js", "https://page.example"],
  ["https://page.example.evil.example/signal/switchboard.js", "https://page.example"],
  ["file:///app/static/switchboard.js", "https://page.example"],
  [undefined, "https://page.example"],
]) {
  test(`without a url a library at ${module} goes to ${server}`, () => {
    assert.equal(home("https://page.example", module), server);
  });
}
