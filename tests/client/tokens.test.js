/** Access tokens: asked for at first, again before they expire, and again when they have. */
import assert from "node:assert/strict";
import { test } from "node:test";
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
