/** Counting, acknowledging, resuming and its races: protocol.md §13. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page, fate, settle } from "./fakes.js";

const message = (text) => ({ type: "message", from: "22", data: text });
const texts = (socket) => socket.said.filter(({ type }) => type === "message").map(({ data }) => data);

/** Another socket, not registered yet. */
async function cut(page, code = 1006) {
  page.chance = 0;
  page.socket.closes(code);
  await page.clock.advance(1);
  return page.socket;
}

test("the login opts in to counting and offers the subprotocol", async () => {
  const page = await Page.connected({ name: "李雷" });
  assert.equal(page.socket.url.href, "wss://signal.example/ws?userId=11&name=%E6%9D%8E%E9%9B%B7&received=0");
  assert.deepEqual(page.socket.protocols, ["switchboard.v1"]);
});

test("it comes back with its count, and sends again what the server has not", async () => {
  const page = await Page.connected();
  for (const text of ["one", "two", "three"]) page.me.send("22", text).catch(() => {});
  page.socket.says(message("a"), message("b"), { type: "presence", online: ["22"], offline: [] });

  const socket = await cut(page);
  assert.equal(socket.url.searchParams.get("received"), "2");
  assert.deepEqual(texts(socket), []);
  socket.registers({ resumed: true, received: 1 });
  assert.deepEqual(texts(socket), ["two", "three"]);
  assert.deepEqual(page.heard("message").map(({ data }) => data), ["a", "b"]);
});

test("what is sent while the socket is broken goes with the next one, in order", async () => {
  const page = await Page.connected();
  const socket = await cut(page);
  page.me.send("22", "one").catch(() => {});
  page.me.send("22", "two").catch(() => {});
  socket.registers({ resumed: true });
  assert.deepEqual(texts(socket), ["one", "two"]);
});

test("an acknowledgement goes out after 32 messages, and otherwise within 5 s", async () => {
  const page = await Page.connected();
  for (let n = 0; n < 31; n++) page.socket.says(message(n));
  assert.equal(page.socket.last("ack"), undefined);
  page.socket.says(message(31));
  assert.deepEqual(page.socket.last("ack"), { type: "ack", received: 32 });
  page.socket.says(message("late"));
  await page.clock.advance(5000);
  assert.deepEqual(page.socket.last("ack"), { type: "ack", received: 33 });
});

test("large messages are acknowledged at once", async () => {
  const page = await Page.connected();
  page.socket.says(message("x".repeat(65_000)));
  assert.deepEqual(page.socket.last("ack"), { type: "ack", received: 1 });
});

test("a hidden page acknowledges without waiting for an alarm", async () => {
  const page = await Page.connected();
  page.document.visibilityState = "hidden";
  page.socket.says(message("a"));
  assert.deepEqual(page.socket.last("ack"), { type: "ack", received: 1 });
});

test("state is not counted, unknown types are", async () => {
  const page = await Page.connected();
  page.socket.says(
    { type: "client-list", clients: [], total: 0 }, { type: "presence", online: [], offline: [] },
    { type: "ice-servers", iceServers: [] }, { type: "ack", received: 0 }, { type: "pong" }, { type: "ping" },
  );
  page.socket.says({ type: "of-tomorrow" });
  await page.clock.advance(5000);
  assert.deepEqual(page.socket.last("ack"), { type: "ack", received: 1 });
});

test("a handler that throws changes no count, and is told", async () => {
  const page = await Page.connected();
  page.me.on("message", () => {
    throw new Error("of the app");
  });
  page.socket.says(message("a"), message("b"));
  await page.clock.advance(5000);
  assert.deepEqual(page.socket.last("ack"), { type: "ack", received: 2 });
  assert.deepEqual(page.heard("error").map((it) => it.cause.message), ["of the app", "of the app"]);
});

test("one socket at a time: the older one is closed with 4000 and not listened to any more", async () => {
  const page = await Page.connected();
  const old = page.socket;
  await page.clock.advance(30_000);
  assert.equal(old.closedWith, 4000);
  old.says(message("from the grave"));
  old.closes(4509);
  assert.equal(page.me.state, "waiting");
  assert.deepEqual(page.heard("message"), []);
});

test("the answer to a resume may be lost: it tries again with the same token and count", async () => {
  const page = await Page.connected();
  page.socket.says(message("a"));
  await cut(page);
  const socket = await cut(page);
  assert.deepEqual(socket.protocols, ["switchboard.v1", "resume.T"]);
  assert.equal(socket.url.searchParams.get("received"), "1");
});

test("one 4009 resumes, two in a row connect afresh", async () => {
  const page = await Page.connected();
  page.socket.says(message("a"));
  const second = await cut(page, 4009);
  assert.deepEqual(second.protocols, ["switchboard.v1", "resume.T"]);
  const third = await cut(page, 4009);
  assert.deepEqual(third.protocols, ["switchboard.v1"]);
  assert.equal(third.url.searchParams.get("received"), "0");
});

test("a `registered` between two 4009 makes them two single ones", async () => {
  const page = await Page.connected();
  const second = await cut(page, 4009);
  second.registers({ resumed: true });
  const third = await cut(page, 4009);
  assert.deepEqual(third.protocols, ["switchboard.v1", "resume.T"]);
});

test("4509 after a failed resume is told, and not fought", async () => {
  const page = await Page.connected();
  const socket = await cut(page);
  socket.closes(4509);
  await page.clock.advance(100_000);
  assert.equal(page.sockets.length, 2);
  assert.equal(page.heard("close")[0].code, "replaced");
});

test("a fresh session: what was written is unknown, what was not is sent now, and counts start at 0", async () => {
  const page = await Page.connected();
  page.socket.says(message("a"));
  const written = page.me.send("22", "written");
  const socket = await cut(page);
  const unwritten = page.me.send("22", "unwritten");
  socket.registers({ resumed: false, sessionId: "s2", resumeToken: "U" });
  assert.equal(await fate(written), "unknown");
  assert.equal(await fate(unwritten), "pending");
  assert.deepEqual(texts(socket), ["unwritten"]);
  assert.equal(page.heard("fresh").length, 1);

  socket.says(message("b"), { type: "ack", received: 1 });
  await page.clock.advance(5000);
  assert.deepEqual(socket.last("ack"), { type: "ack", received: 1 });
  assert.deepEqual((await cut(page)).protocols, ["switchboard.v1", "resume.U"]);
});

test("a guest keeps the name that the server has made", async () => {
  const page = await Page.connected({ userId: undefined });
  assert.equal(page.sockets[0].url.searchParams.has("userId"), false);
  assert.equal(page.me.userId, "guest-1");
  assert.equal((await cut(page)).url.searchParams.get("userId"), "guest-1");
});

test("an error in what is replayed still finds its message, although `registered` has acknowledged that", async () => {
  const page = await Page.connected();
  const sent = page.me.send("22", "x", { receipt: false });
  const { id } = page.socket.last("message");
  const socket = await cut(page);
  socket.registers({ resumed: true, received: 1 });
  assert.equal(await fate(sent), "pending");
  socket.says({ type: "error", code: "user-offline", message: "22 is offline", ref: id, to: "22" });
  socket.says({ type: "pong" });
  assert.equal(await fate(sent), "user-offline");
});

test("what `registered` has acknowledged is settled when all that was kept has come", async () => {
  const page = await Page.connected();
  const sent = page.me.send("22", "x", { receipt: false });
  const socket = await cut(page);
  socket.registers({ resumed: true, received: 1 });
  assert.equal(await fate(sent), "pending");
  socket.says({ type: "pong" });
  assert.equal(await fate(sent), "fulfilled");
});

test("rooms and watches are restored in a fresh session", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: [], ref: page.socket.last("join").id });
  const room = await joined;
  const watched = page.me.watch(["22"]);
  page.socket.says({ type: "presence", online: ["22"], offline: [], ref: page.socket.last("watch").id });
  assert.deepEqual(await watched, { online: ["22"], offline: [] });

  const socket = await cut(page);
  socket.registers({ resumed: false, sessionId: "s2" });
  await settle();
  assert.equal(socket.last("join").room, "standup");
  assert.deepEqual(socket.last("watch").users, ["22"]);
  socket.says({ type: "room-joined", room: "standup", members: [], ref: socket.last("join").id });
  await settle();
  assert.equal(page.me.rooms.get("standup"), room);
});

test("in a resumed session nothing of that is asked for again", async () => {
  const page = await Page.connected();
  page.me.watch(["22"]).catch(() => {});
  const socket = await cut(page);
  socket.registers({ resumed: true, received: 1 });
  assert.deepEqual(socket.said, []);
});
