/** What the client makes of the end of a socket: protocol.md §11. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, fate, settle } from "./fakes.js";

const COMES_BACK = [1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 4008, 4029, 4053, 4099, 4499];
const FOR_GOOD = {
  1002: "protocol", 1003: "protocol", 1007: "protocol", 1009: "protocol", 4500: "protocol", 4501: "bad-token",
  4503: "removed", 4509: "replaced", 4510: "name-in-use", 4513: "too-large", 4999: "protocol",
};

for (const code of COMES_BACK) {
  test(`after ${code} it comes back and asks for its session`, async () => {
    const page = await Page.connected();
    page.socket.closes(code);
    assert.equal(page.me.state, "waiting");
    await page.clock.advance(500);
    assert.equal(page.sockets.length, 2);
    assert.deepEqual(page.socket.protocols, ["switchboard.v1", "resume.T"]);
  });
}

for (const [code, name] of Object.entries(FOR_GOOD)) {
  test(`after ${code} it stays away, and says ${name}`, async () => {
    const page = await Page.connected();
    page.socket.closes(Number(code), "because");
    await page.clock.advance(600_000);
    assert.equal(page.sockets.length, 1);
    assert.equal(page.me.state, "closed");
    assert.deepEqual(page.heard("close").map((it) => it.code), [name]);
    assert.ok(page.heard("close")[0].advice.length > 5);
  });
}

test("a refusal of the first login fails `connect` with the server's code and sentence", async () => {
  const page = new Page();
  page.begins();
  page.socket.says({ type: "error", code: "bad-user-id", message: "a user has no spaces" });
  page.socket.closes(4500);
  assert.equal(await fate(page.connected), "bad-user-id");
  await assert.rejects(page.connected, { message: "a user has no spaces" });
  assert.equal(page.clock.running, 0);
});

test("a server that cannot be reached fails `connect` after its time, and nothing goes on", async () => {
  const page = new Page({ timeout: 10_000 });
  page.begins();
  for (let time = 0; time < 10_000; time += 100) {
    page.socket.closes(1006);
    await page.clock.advance(100);
  }
  assert.equal(await fate(page.connected), "unavailable");
  assert.equal(page.clock.running, 0);
  assert.equal(page.window.listeners, 0);
});

test("the back-off is random below a bound of 1 s for 20 s, which then doubles to 30 s, and starts over when registered", async () => {
  const page = await Page.connected();
  page.chance = 0.999;
  const soon = Array.from({ length: 20 }, () => 1000);
  for (const bound of [500, ...soon, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]) {
    const before = page.sockets.length;
    page.socket.closes(1006);
    await page.clock.advance(bound * 0.99);
    assert.equal(page.sockets.length, before, `not before ${bound}`);
    await page.clock.advance(bound * 0.01);
    assert.equal(page.sockets.length, before + 1, `at ${bound}`);
  }
  page.socket.registers({ resumed: true });
  page.socket.closes(1006);
  await page.clock.advance(500);
  assert.equal(page.socket.readyState, 0);
});

test("with no luck at all the back-off is nearly nothing", async () => {
  const page = await Page.connected();
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  assert.equal(page.sockets.length, 2);
});

test("`retry after` is waited for, also when the page is seen and the network comes back", async () => {
  const page = await Page.connected();
  page.chance = 0;
  page.socket.closes(1012, "retry after 4000 ms");
  await page.clock.advance(3000);
  page.window.fires("online");
  page.document.fires("visibilitychange");
  await page.clock.advance(999);
  assert.equal(page.sockets.length, 1);
  await page.clock.advance(1);
  assert.equal(page.sockets.length, 2);
});

test("the `retryAfter` of a refusal is waited for as well", async () => {
  const page = new Page({ timeout: 60_000 });
  page.chance = 0;
  page.begins();
  page.socket.says({ type: "error", code: "unavailable", message: "full", retryAfter: 3000 });
  page.socket.closes(1013);
  await page.clock.advance(2999);
  assert.equal(page.sockets.length, 1);
  await page.clock.advance(1);
  assert.equal(page.sockets.length, 2);
});

test("a page that is hidden or left acknowledges, and neither asks nor comes back for that", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "message", from: "22", data: 1 });
  const pings = () => page.socket.sent.filter(({ type }) => type === "ping").length;
  const before = pings();
  page.window.fires("pagehide");
  assert.deepEqual(page.socket.last("ack"), { type: "ack", received: 1 });
  page.document.visibilityState = "hidden";
  page.document.fires("visibilitychange");
  assert.equal(pings(), before);
  page.chance = 0.999;
  page.socket.closes(1006);
  page.window.fires("pagehide");
  assert.equal(page.sockets.length, 1);
});

test("a hidden page whose alarms are late by a second, as browsers make them, is back in time to resume", async () => {
  const page = await Page.connected();
  page.document.visibilityState = "hidden";
  page.chance = 0.999;
  page.socket.closes(1006);
  await page.clock.sleep(1500);
  assert.equal(page.sockets.length, 2);
  assert.deepEqual(page.socket.protocols, ["switchboard.v1", "resume.T"]);
});

for (const [where, event] of [["window", "online"], ["document", "visibilitychange"], ["window", "pageshow"]]) {
  test(`at ${event} it comes back at once`, async () => {
    const page = await Page.connected();
    page.chance = 0.999;
    for (let n = 0; n < 7; n++) {
      page.socket.closes(1006);
      await page.clock.advance(30_000);
    }
    page.socket.closes(1006);
    const before = page.sockets.length;
    page[where].fires(event);
    await settle();
    assert.equal(page.sockets.length, before + 1);
  });
}

test("a socket that is never registered is given up after 15 s, with 4000", async () => {
  const page = new Page({ timeout: 60_000 });
  page.begins();
  const { socket } = page;
  await page.clock.advance(14_999);
  assert.equal(socket.closedWith, null);
  await page.clock.advance(1);
  assert.equal(socket.closedWith, 4000);
  await page.clock.advance(500);
  assert.equal(page.sockets.length, 2);
});

test("silence for a heartbeat brings a ping, and 5 s without an answer another socket", async () => {
  const page = await Page.connected();
  const { socket } = page;
  const pings = () => socket.sent.filter(({ type }) => type === "ping").length;
  const before = pings();
  await page.clock.advance(24_999);
  assert.equal(pings(), before);
  await page.clock.advance(1);
  assert.equal(pings(), before + 1);
  await page.clock.advance(4999);
  assert.equal(socket.closedWith, null);
  await page.clock.advance(1);
  assert.equal(socket.closedWith, 4000);
  assert.equal(page.me.state, "waiting");
});

test("anything that is heard counts as an answer", async () => {
  const page = await Page.connected();
  await page.clock.advance(27_000);
  page.socket.says({ type: "presence", online: [], offline: [] });
  await page.clock.advance(20_000);
  assert.equal(page.socket.closedWith, null);
});

test("a page that is seen again asks at once whether the socket lives", async () => {
  const page = await Page.connected();
  const before = page.socket.sent.length;
  page.document.fires("visibilitychange");
  assert.equal(page.socket.sent.length, before + 1);
  await page.clock.advance(5000);
  assert.equal(page.socket.closedWith, 4000);
});

test("an alarm that is late itself is no proof: it asks once more", async () => {
  const page = await Page.connected();
  await page.clock.advance(25_000);
  await page.clock.sleep(60_000);
  assert.equal(page.socket.closedWith, null);
  page.socket.says({ type: "pong" });
  await page.clock.advance(10_000);
  assert.equal(page.socket.closedWith, null);
});

test("the server's ping is answered", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "ping" });
  assert.deepEqual(page.socket.sent.at(-1), { type: "pong" });
});
