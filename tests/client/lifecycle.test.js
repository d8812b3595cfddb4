/** The life of the page: the back/forward cache, freezing, prerendering. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { request } from "./acts.js";
import { Page, fate, settle } from "./fakes.js";

const pagehide = (page, persisted) => page.window.dispatchEvent(Object.assign(new Event("pagehide"), { persisted }));

/** How a page stops running, and how it is told that it runs again. */
const SLEEPS = {
  "kept in the back/forward cache": [(page) => pagehide(page, true), (page) => page.window.fires("pageshow")],
  frozen: [(page) => page.document.fires("freeze"), (page) => page.document.fires("resume")],
};

for (const [how, [sleeps, wakes]] of Object.entries(SLEEPS)) {
  test(`a page that is ${how} lets its session wait, and resumes at once when it runs again`, async () => {
    const page = await Page.connected();
    page.socket.says({ type: "message", from: "22", data: 1 });
    sleeps(page);
    const [first] = page.sockets;
    assert.equal(first.last("ack").received, 1);
    assert.equal(first.closedWith, 4000, "no goodbye, so that the session waits");
    assert.deepEqual(page.heard("state"), ["waiting"]);

    wakes(page);
    assert.equal(page.sockets.length, 2);
    assert.deepEqual(page.socket.protocols, ["switchboard.v1", "resume.T"]);
    page.socket.registers({ resumed: true });
    assert.equal(page.me.state, "online");
  });

  test(`a page that is ${how} opens no socket before it runs again, whatever its timers and the app do`, async () => {
    const page = await Page.connected();
    sleeps(page);
    const sent = page.me.send("22", "hi");
    await page.clock.advance(600_000);
    assert.equal(page.sockets.length, 1);
    assert.equal(await fate(sent), "pending");

    wakes(page);
    page.socket.registers({ resumed: true });
    assert.equal(page.socket.last("message").data, "hi");
  });

  test(`a page that is ${how} while it waits for its next attempt makes that when it runs again, but not before the server allows it`, async () => {
    const page = await Page.connected();
    page.socket.closes(1013, "retry after 5000 ms");
    sleeps(page);
    await page.clock.sleep(2000);
    wakes(page);
    assert.equal(page.sockets.length, 1);
    await page.clock.advance(3000);
    assert.equal(page.sockets.length, 2);
  });

  test(`a token that comes while the page is ${how} opens no socket`, async () => {
    let give;
    const page = new Page({ token: () => new Promise((fulfill) => (give = fulfill)) });
    page.begins();
    await settle();
    sleeps(page);
    give("t1");
    await settle();
    assert.equal(page.sockets.length, 0);
    wakes(page);
    give("t2");
    await settle();
    assert.deepEqual(page.socket.protocols, ["switchboard.v1", "bearer.t2"]);
  });

  test(`time in which the page is ${how} is not counted by the timeout of connect`, async () => {
    const page = new Page({ timeout: 10_000 });
    page.begins();
    await settle();
    await page.clock.advance(4000);
    sleeps(page);
    await page.clock.advance(60_000);
    assert.equal(await fate(page.connected), "pending");
    wakes(page);
    await page.clock.advance(9000);
    assert.equal(await fate(page.connected), "pending");
    await page.clock.advance(1000);
    assert.equal(await fate(page.connected), "unavailable");
  });
}

test("a page that is frozen in the back/forward cache sleeps once", async () => {
  const page = await Page.connected();
  pagehide(page, true);
  page.document.fires("freeze");
  page.document.fires("resume");
  page.window.fires("pageshow");
  assert.equal(page.sockets.length, 2);
  assert.equal(page.socket.closedWith, null);
});

test("a page that goes for good keeps its socket until the browser closes it", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "message", from: "22", data: 1 });
  pagehide(page, false);
  assert.equal(page.socket.closedWith, null);
  assert.equal(page.socket.last("ack").received, 1);
});

test("calls that rang while the page slept ring when it is back, as far as they still ring", async () => {
  const page = await Page.connected();
  pagehide(page, true);
  page.window.fires("pageshow");
  page.socket.registers({ resumed: true, calls: ["C"] });
  page.socket.says(request(), { type: "pong" });
  assert.deepEqual(page.heard("call").map(({ callId }) => callId), ["C"]);
});

test("a closed client sleeps and wakes no more", async () => {
  const page = await Page.connected();
  page.me.close();
  pagehide(page, true);
  page.window.fires("pageshow");
  assert.equal(page.sockets.length, 1);
  assert.equal(page.window.listeners + page.document.listeners, 0);
});

test("a prerendered page asks for no token and opens no socket before it is shown, and has its whole timeout then", async () => {
  let asked = 0;
  const page = new Page({ token: () => `t${++asked}`, timeout: 1000 });
  page.document.prerendering = true;
  page.begins();
  await settle();
  page.window.fires("pageshow");
  page.window.fires("online");
  await page.clock.advance(60_000);
  assert.deepEqual([asked, page.sockets.length, await fate(page.connected)], [0, 0, "pending"]);

  page.document.prerendering = false;
  page.document.fires("prerenderingchange");
  await settle();
  assert.equal(asked, 1);
  page.socket.registers();
  assert.equal(await fate(page.connected), "fulfilled");
});

test("a `window` without events, as in React Native, is followed by none of them", async () => {
  const page = new Page();
  page.options.platform.window = {};
  page.begins();
  await settle();
  page.socket.registers();
  const me = await page.connected;
  assert.equal(me.state, "online");
  me.close();
  assert.equal(me.state, "closed");
});
