/** Access tokens: asked for at first, again before they expire, and again when they have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lost } from "./acts.js";
import { Page, fate, settle } from "./fakes.js";

/** A token that is good for so many ms. */
function token(name, ms) {
  const claims = { sub: "11", jti: name, exp: (Date.now() + ms) / 1000 };
  return `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
}

test("a token goes as a subprotocol, never in the URL", async () => {
  const page = await Page.connected({ token: "secret" });
  assert.deepEqual(page.socket.protocols, ["switchboard.v1", "bearer.secret"]);
  assert.ok(!page.socket.url.href.includes("secret"));
});

test("a function is asked once, and again after 4401", async () => {
  let asked = 0;
  const page = await Page.connected({ token: async () => `t${++asked}` });
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  assert.deepEqual(page.socket.protocols, ["switchboard.v1", "bearer.t1", "resume.T"]);
  page.socket.registers({ resumed: true });
  page.socket.closes(4401, "retry after 10 ms");
  await page.clock.advance(10);
  assert.deepEqual(page.socket.protocols, ["switchboard.v1", "bearer.t2", "resume.T"]);
});

test("4401 ends a client whose token is no function", async () => {
  const page = await Page.connected({ token: "t" });
  page.socket.closes(4401);
  assert.equal(page.heard("close")[0].code, "bad-token");
});

test("before it expires another one is fetched and sent, without another socket", async () => {
  let asked = 0;
  const page = await Page.connected({ token: () => token(`t${++asked}`, asked === 1 ? 100_000 : 1e9) });
  page.socket.says({ type: "presence", online: [], offline: [] });
  for (let time = 0; time < 90_000; time += 10_000) {
    await page.clock.advance(10_000);
    page.socket.says({ type: "pong" });
  }
  assert.equal(asked, 2);
  assert.equal(page.sockets.length, 1);
  assert.match(page.socket.last("refresh").token, /^h\./);
});

test("a refused refresh is told by `error`", async () => {
  let asked = 0;
  const page = await Page.connected({ token: () => token(`t${++asked}`, asked === 1 ? 10_000 : 1e9) });
  await page.clock.advance(10_000);
  const { id } = page.socket.last("refresh");
  page.socket.says({ type: "error", code: "bad-token", message: "no", ref: id });
  assert.equal(page.heard("error")[0].code, "bad-token");
});

test("a function that fails is asked again after a while, and the failure is told", async () => {
  let asked = 0;
  const fetchToken = () => {
    if (++asked === 2) throw new Error("sign-in server is down");
    return `t${asked}`;
  };
  const page = await Page.connected({ token: fetchToken });
  page.chance = 0;
  page.socket.closes(4401);
  await page.clock.advance(1);
  await settle();
  assert.equal(page.heard("error")[0].code, "bad-token");
  await page.clock.advance(500);
  assert.deepEqual(page.socket.protocols, ["switchboard.v1", "bearer.t3", "resume.T"]);
});

test("a function that fails at first fails `connect`, with the cause", async () => {
  const page = new Page({ token: () => Promise.reject(new Error("sign-in server is down")) });
  page.begins();
  assert.equal(await fate(page.connected), "bad-token");
  await assert.rejects(page.connected, (error) => error.cause.message === "sign-in server is down");
  assert.equal(page.clock.running, 0);
});

test("a token that comes after `close()` opens no socket", async () => {
  let give;
  const page = new Page({ token: () => new Promise((fulfill) => (give = fulfill)), timeout: 1000 });
  page.begins();
  await page.clock.advance(1000);
  assert.equal(await fate(page.connected), "unavailable");
  give("t1");
  await settle();
  assert.equal(page.sockets.length, 0);
});

/** In the end so many seconds have passed, and the server has answered all that it was asked. */
async function passes(page, seconds, expires) {
  for (let time = 0; time < seconds; time++) {
    await page.clock.advance(1000);
    const asked = page.socket.last("refresh");
    if (asked && !asked.answered) page.socket.says({ type: "refreshed", expires, ref: asked.id });
    if (asked) asked.answered = true;
    page.socket.says({ type: "pong" });
  }
}

test("a token that seems to have expired, by a wrong clock, is renewed by what the server says of it", async () => {
  let asked = 0;
  const page = await Page.connected({ token: () => token(`t${++asked}`, -3_600_000) });
  await passes(page, 29, 3_600_000);
  assert.equal(asked, 1);
  await passes(page, 600, 3_600_000);
  assert.equal(asked, 2);
});

test("a token that the server refuses does not replace the one that there is, and another one is asked for later", async () => {
  const given = [];
  const fetchToken = () => (given.push(token(`t${given.length}`, 10_000)), given.at(-1));
  const page = await Page.connected({ token: fetchToken });
  await page.clock.advance(8000);
  page.socket.says({ type: "error", code: "bad-token", message: "", ref: page.socket.last("refresh").id });
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  assert.equal(page.socket.protocols[1], `bearer.${given[0]}`);
  page.socket.registers({ resumed: true, received: 1 });
  page.socket.says({ type: "pong" });
  await passes(page, 30);
  assert.equal(given.length, 3);
});

test("a refresh that was under way when the session was lost is no failure", async () => {
  const page = await Page.connected({ token: () => token("t", 10_000) });
  await page.clock.advance(8000);
  assert.ok(page.socket.last("refresh"));
  await lost(page);
  assert.deepEqual(page.heard("error"), []);
});

test("a function whose tokens have always expired fails `connect` as such", async () => {
  const page = new Page({ token: () => "t", timeout: 10_000 });
  page.chance = 0.9;
  page.begins();
  await settle();
  for (let time = 0; time < 10; time++) {
    if (page.socket.readyState === 0) {
      page.socket.says({ type: "error", code: "bad-token", message: "it has expired" });
      page.socket.closes(4401);
    }
    await page.clock.advance(1000);
  }
  assert.equal(await fate(page.connected), "bad-token");
});

/** A client whose token has expired, and whose function fails from now on with this. */
async function withoutToken(fails) {
  let asked = 0;
  const page = await Page.connected({ token: () => (++asked === 1 ? "t1" : fails(asked)) });
  page.chance = 0;
  page.socket.closes(4401);
  page.chance = 1;
  return page;
}

test("a function that fails three times in a row, when the token has expired, ends the client with its cause", async () => {
  const page = await withoutToken(() => Promise.reject(new Error("signed out")));
  await page.clock.advance(1);
  assert.deepEqual([page.heard("close").length, page.heard("error").length], [0, 1]);
  await page.clock.advance(60_000);
  const [error] = page.heard("close");
  assert.deepEqual([error.code, error.cause.message, error.advice], ["bad-token", "signed out", "see `cause`"]);
  assert.equal(page.heard("error").length, 2);
  assert.equal(page.sockets.length, 1);
  assert.equal(page.clock.running, 0);
});

test("a function that gives a token after it has failed twice has not failed", async () => {
  const page = await withoutToken((asked) => (asked < 4 ? Promise.reject(new Error("down")) : "t4"));
  for (let time = 0; time < 5; time++) await page.clock.advance(1000);
  assert.deepEqual(page.heard("close"), []);
  assert.equal(page.socket.protocols[1], "bearer.t4");
});

test("a function that gives no token fails `connect` before a socket is opened", async () => {
  for (const token of [() => undefined, async () => null, () => "", ""]) {
    const page = new Page({ token });
    page.begins();
    await assert.rejects(page.connected, { code: "bad-token", message: "the app's `token` gave none" });
    assert.equal(page.sockets.length, 0);
  }
});

test("a token that is null is none", async () => {
  const page = await Page.connected({ token: null });
  assert.deepEqual(page.socket.protocols, ["switchboard.v1"]);
});

test("a function that fails after the client was closed is not told", async () => {
  let fail;
  let late;
  const page = await Page.connected({ token: () => fail ?? "t" });
  page.chance = 0;
  fail = new Promise((_, reject) => (late = reject));
  page.socket.closes(4401);
  await page.clock.advance(1);
  page.me.close();
  late(new Error("late"));
  await settle();
  assert.deepEqual(page.heard("error"), []);
});
