/** How fast the library speaks, by the prices of protocol.md §4. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, settle } from "./fakes.js";

const BURST = 80;
const RATE = 10;
const members = (count) => Array.from({ length: count }, (_, nth) => `u${nth}`);

/** A page at a server that allows 40 units at once, the other half of its burst being the reserve. */
const connected = (more) => Page.connected(more, { limits: { frame: 65_536, rate: RATE, burst: BURST } });

/** The price of a message, by how many messages of one unit fit behind it. */
async function costOf(page, say) {
  await page.clock.advance(15_000);
  page.socket.says({ type: "pong" });
  say();
  await settle();
  const before = page.socket.said.length;
  for (let nth = 0; nth < BURST; nth++) page.me.send("22", nth, { receipt: false }).catch(() => {});
  await settle();
  return BURST / 2 - (page.socket.said.length - before);
}

/** In a room with so many others, without connections. */
async function inRoom(page, count) {
  const joined = page.me.join("standup", { mesh: false });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: members(count), ref: page.socket.last("join").id });
  return joined;
}

/** Nothing of it is of interest but its price. */
const unheard = (promise) => void promise.catch(() => {});

test("a message costs one unit, and one more for each full 4 KiB", async () => {
  for (const [length, cost] of [[10, 1], [4000, 1], [4096, 2], [40_000, 10], [60_000, 15]]) {
    const page = await connected();
    assert.equal(await costOf(page, () => unheard(page.me.send("22", "x".repeat(length)))), cost, `${length} characters`);
  }
});

test("length is counted in bytes, not in characters", async () => {
  const page = await connected();
  assert.equal(await costOf(page, () => unheard(page.me.send("22", "中".repeat(3000)))), 3);
});

test("a message to a room costs one unit more for each 16 members", async () => {
  for (const [others, cost] of [[2, 1], [14, 1], [15, 2], [47, 4]]) {
    const page = await connected();
    const room = await inRoom(page, others);
    assert.equal(await costOf(page, () => unheard(room.send("hi"))), cost, `${others} others`);
  }
});

test("leaving a room, and joining it again, costs one unit more for each 8 members", async () => {
  for (const [others, cost] of [[6, 1], [7, 2], [31, 5]]) {
    const page = await connected();
    const room = await inRoom(page, others);
    assert.equal(await costOf(page, () => unheard(room.leave())), cost, `${others} others`);
  }
});

test("joining a room is paced as one of the default size, because its members are not known yet", async () => {
  const page = await connected();
  assert.equal(await costOf(page, () => unheard(page.me.join("standup", { mesh: false }))), 3);
});

test("watching costs one unit more for each 8 names, begun ones too", async () => {
  for (const [count, cost] of [[1, 2], [8, 2], [9, 3]]) {
    const page = await connected();
    assert.equal(await costOf(page, () => unheard(page.me.watch(members(count)))), cost, `${count} names`);
  }
});

test("a list costs one unit more for each 32 users of its page", async () => {
  for (const [limit, cost] of [[10, 1], [64, 3], [undefined, 32]]) {
    const page = await connected();
    assert.equal(await costOf(page, () => unheard(page.me.list({ limit }))), cost, `limit ${limit}`);
  }
});

test("a new token costs ten units, and what it may take away", async () => {
  const token = `x.${btoa(JSON.stringify({ exp: Date.now() / 1000 + 20 }))}.x`;
  const page = await connected({ token: () => token });
  page.socket.says({ type: "client-list", clients: members(63), names: {}, total: 63 });
  await inRoom(page, 15);
  unheard(page.me.watch(members(16)));
  page.socket.says({ type: "presence", online: [], offline: [], ref: page.socket.last("watch").id });
  await page.clock.advance(15_900);
  page.socket.says({ type: "pong" });
  assert.equal(page.socket.last("refresh"), undefined);
  await page.clock.advance(200);
  assert.equal(page.socket.last("refresh").token, token);
  const before = page.socket.said.length;
  for (let nth = 0; nth < BURST; nth++) page.me.send("22", nth, { receipt: false }).catch(() => {});
  const fit = page.socket.said.length - before;
  // 10; 1 + 2 for the room, 2 for the watches, 2 for the list. Within 200 ms one or two have come back.
  assert.ok(fit >= BURST / 2 - 17 && fit <= BURST / 2 - 15, `${fit} fit behind it`);
});

test("a message that costs more than the reserve allows waits until the server has all of it back", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 10, burst: 20 } });
  page.socket.says({ type: "pong" });
  unheard(page.me.send("22", 1));
  unheard(page.me.send("22", "x".repeat(60_000)));
  unheard(page.me.send("22", 2));
  const sizes = () => page.socket.said.map(({ data }) => String(data).length);
  assert.deepEqual(sizes(), [1]);
  await page.clock.advance(200);
  page.socket.says({ type: "pong" });
  assert.deepEqual(sizes(), [1, 60_000], "15 of 20 units, which are all there again");
  // The level is 5, and 11 must be there.
  await page.clock.advance(500);
  assert.equal(sizes().length, 2);
  await page.clock.advance(100);
  assert.equal(sizes().length, 3);
});
