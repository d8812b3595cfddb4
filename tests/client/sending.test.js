/** What becomes of what the app sends, and how fast it goes: protocol.md §9, §10, §12. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, fate, settle } from "./fakes.js";

const LIMITS = { frame: 65_536, rate: 100, burst: 500 };

test("a message asks for a receipt and resolves when it is delivered", async () => {
  const page = await Page.connected();
  const sent = page.me.send("22", { text: "hi" });
  const { id, ...rest } = page.socket.last("message");
  assert.deepEqual(rest, { type: "message", to: "22", data: { text: "hi" }, receipt: true });
  page.socket.says({ type: "ack", received: 1 });
  assert.equal(await fate(sent), "pending");
  page.socket.says({ type: "delivered", ref: id, to: "22" });
  assert.equal(await fate(sent), "fulfilled");
});

for (const [verdict, code] of [["undelivered", "undelivered"], ["relayed", "unknown"]]) {
  test(`the verdict ${verdict} rejects it with ${code}`, async () => {
    const page = await Page.connected();
    const sent = page.me.send("22", "x");
    page.socket.says({ type: verdict, ref: page.socket.last("message").id, to: "22" });
    assert.equal(await fate(sent), code);
    await assert.rejects(sent, { name: "SwitchboardError", to: "22" });
  });
}

for (const code of ["user-offline", "queue-full", "rate-limited", "self", "bad-user-id", "of-tomorrow"]) {
  test(`the error ${code} rejects it`, async () => {
    const page = await Page.connected();
    const sent = page.me.send("22", "x");
    page.socket.says({ type: "error", code, message: "why", ref: page.socket.last("message").id, retryAfter: 7 });
    assert.equal(await fate(sent), code);
    await assert.rejects(sent, (error) => error.message === "why" && error.retryAfter === 7 && error.advice !== "");
  });
}

test("without receipt it resolves when the server has taken it", async () => {
  const page = await Page.connected();
  const sent = page.me.send("22", "x", { volatile: true });
  assert.equal(page.socket.last("message").receipt, undefined);
  assert.equal(page.socket.last("message").volatile, true);
  page.socket.says({ type: "ack", received: 1 });
  assert.equal(await fate(sent), "fulfilled");
});

test("a message over the limit is refused here, counted in bytes", async () => {
  const page = await Page.connected();
  assert.equal(await fate(page.me.send("22", "李".repeat(30_000))), "too-large");
  assert.deepEqual(page.socket.said, []);
});

test("a failure that nobody waits for is told by `error`, one that somebody waits for is not", async () => {
  const page = await Page.connected();
  page.me.send("22", "x");
  page.socket.says({ type: "error", code: "user-offline", message: "22 is offline", ref: page.socket.last("message").id });
  await settle();
  assert.deepEqual(page.heard("error").map(({ code }) => code), ["user-offline"]);

  await assert.rejects(async () => {
    const sent = page.me.send("22", "y");
    page.socket.says({ type: "error", code: "self", message: "", ref: page.socket.last("message").id });
    await sent;
  });
  assert.equal(page.heard("error").length, 1);
});

test("an error that belongs to no message is told by `error`", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "error", code: "too-large", message: "skipped" });
  assert.equal(page.heard("error")[0].code, "too-large");
});

test("it never speaks faster than the limits allow, and says everything in the end", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 10, burst: 20 } });
  for (let n = 0; n < 60; n++) page.me.send("22", n, { receipt: false }).catch(() => {});
  let level = 20;
  let seen = 0;
  for (let time = 0; time < 60_000 && seen < 60; time += 100) {
    const now = page.socket.said.filter(({ type }) => type === "message").length;
    level -= now - seen;
    assert.ok(level >= 0, `after ${time} ms ${now} were written`);
    seen = now;
    page.socket.says({ type: "ack", received: seen });
    await page.clock.advance(100);
    level = Math.min(20, level + 1);
  }
  assert.equal(seen, 60);
  assert.deepEqual(page.socket.said.map(({ data }) => data).slice(0, 3), [0, 1, 2]);
});

test("what is sent again after a resume is paced too", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 10, burst: 40 } });
  for (let n = 0; n < 40; n++) page.me.send("22", n).catch(() => {});
  await page.clock.advance(3000);
  const written = page.socket.said.length;
  assert.equal(written, 40);
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: true, received: 0, limits: { frame: 65_536, rate: 10, burst: 40 } });
  page.socket.says({ type: "pong" });
  assert.ok(page.socket.said.length < 15, `${page.socket.said.length} at once`);
  await page.clock.advance(5000);
  assert.equal(page.socket.said.length, 40);
});

test("a server without a rate is not waited for", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 0, burst: 1 } });
  for (let n = 0; n < 100; n++) page.me.send("22", n).catch(() => {});
  assert.equal(page.socket.said.length, 100);
});

test("after `rate-limited` it is silent for as long as the server says", async () => {
  const page = await Page.connected();
  page.me.send("22", 0).catch(() => {});
  page.socket.says({ type: "error", code: "rate-limited", message: "", ref: page.socket.last("message").id, retryAfter: 2000 });
  page.me.send("22", 1).catch(() => {});
  await page.clock.advance(1900);
  const written = () => page.socket.said.filter(({ type }) => type === "message").length;
  assert.equal(written(), 1);
  await page.clock.advance(200);
  assert.equal(written(), 2);
});

test("no more than 128 messages are with the server unacknowledged, and calls are not held up by the others", async () => {
  const page = await Page.connected({}, { limits: { ...LIMITS, rate: 0 } });
  for (let n = 0; n < 200; n++) page.me.send("22", n).catch(() => {});
  assert.equal(page.socket.said.length, 128);
  page.me.call("33").catch(() => {});
  await settle();
  assert.equal(page.socket.said.at(-1).type, "call-request");
  page.socket.says({ type: "ack", received: 100 });
  assert.equal(page.socket.said.filter(({ type }) => type === "message").length, 199);
});

test("of thousands of messages the last ones are refused", async () => {
  const page = await Page.connected();
  page.socket.closes(1006);
  for (let n = 0; n < 1000; n++) page.me.send("22", n).catch(() => {});
  assert.equal(await fate(page.me.send("22", "too many")), "queue-full");
});

test("what a server that drains did not carry out is sent to the next one, in order", async () => {
  const page = await Page.connected();
  const sent = ["a", "b", "c"].map((text) => page.me.send("22", text));
  for (const { id } of page.socket.said) page.socket.says({ type: "error", code: "unavailable", message: "", ref: id });
  const late = page.me.send("22", "d");
  assert.equal(page.socket.said.length, 3);
  page.chance = 0;
  page.socket.closes(1012, "retry after 100 ms");
  await page.clock.advance(100);
  page.socket.registers({ resumed: false, sessionId: "s2" });
  assert.deepEqual(page.socket.said.map(({ data }) => data), ["a", "b", "c", "d"]);
  for (const { id } of page.socket.said) page.socket.says({ type: "delivered", ref: id, to: "22" });
  for (const promise of [...sent, late]) assert.equal(await fate(promise), "fulfilled");
});

test("presence is kept: lists, changes, totals", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "client-list", clients: ["22", "33"], names: { 22: "李雷" }, total: 2 });
  assert.deepEqual([...page.me.people], [["22", "李雷"], ["33", undefined]]);
  page.socket.says({ type: "presence", online: ["44"], offline: ["22"] });
  assert.deepEqual([...page.me.people.keys()], ["33", "44"]);
  assert.equal(page.me.total, 2);
  page.socket.says({ type: "client-list", clients: ["44", "55"], total: 2 });
  const { online, offline } = page.heard("presence").at(-1);
  assert.deepEqual({ online, offline }, { online: ["55"], offline: ["33"] });
  page.socket.says({ type: "presence", total: 2500 });
  assert.equal(page.me.people.size, 0);
  assert.equal(page.me.total, 2500);
});

test("a user who is called as objects have it, and has no display name, has none", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "client-list", clients: ["constructor", "22"], names: { 22: "李雷" }, total: 2 });
  assert.deepEqual([...page.me.people], [["constructor", undefined], ["22", "李雷"]]);
  page.socket.says({ type: "presence", online: ["toString", "__proto__"], offline: [] });
  assert.deepEqual([...page.me.people].slice(2), [["toString", undefined], ["__proto__", undefined]]);
  page.me.join("standup", { mesh: false });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["valueOf"], ref: page.socket.last("join").id });
  await settle();
  assert.deepEqual([...page.me.rooms.get("standup").members], [["valueOf", undefined]]);
});

test("whom one watches is kept apart when there are too many to name", async () => {
  const page = await Page.connected();
  page.socket.says({ type: "client-list", clients: [], total: 2500 });
  page.me.watch(["22"]);
  page.socket.says({ type: "presence", online: [], offline: ["22"], ref: page.socket.last("watch").id });
  page.socket.says({ type: "presence", online: ["22"], offline: [] });
  assert.deepEqual([...page.me.watched], [["22", true]]);
  assert.equal(page.me.people.size, 0);
  assert.equal(page.me.total, 2500);
});
