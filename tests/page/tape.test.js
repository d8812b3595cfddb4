/** The page's tape: which frames and which fields it keeps, and which never. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Socket, connected, newTape } from "./wire.js";

const story = (tape) =>
  tape.entries.map(({ what, content, text }) => `${what} ${content?.type ?? content?.code ?? text ?? ""}`.trim());

test("every frame and every event is kept once, in the order of the wire", () => {
  const tape = newTape();
  const socket = connected(tape);
  socket.says({ type: "ping" });
  socket.hears({ type: "pong" });
  socket.hears("not json");
  socket.ends(1012, "retry after 200 ms");
  assert.deepEqual(story(tape), [
    "opening",
    "open",
    "received registered",
    "sent ping",
    "received pong",
    "received not json",
    "closed 1012",
  ]);
  assert.deepEqual(
    tape.entries.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6, 7],
  );
  assert.deepEqual(tape.entries.at(-1).content, { code: 1012, reason: "retry after 200 ms", clean: true });
  assert.deepEqual(socket.written, ['{"type":"ping"}'], "and the socket itself got it as it was");
});

test("a frame is on the tape before the page hears of it", () => {
  const tape = newTape();
  const socket = connected(tape);
  let kept = 0;
  socket.addEventListener("message", () => (kept = tape.entries.length));
  socket.hears({ type: "pong" });
  assert.equal(kept, 4);
});

test("what a closing socket drops was not said", () => {
  const tape = newTape();
  const socket = connected(tape);
  socket.readyState = 2;
  socket.says({ type: "ping" });
  assert.deepEqual(story(tape), ["opening", "open", "received registered"]);
});

test("sizes are those of the bytes, and sockets are told apart", () => {
  const tape = newTape();
  connected(tape).hears('"李雷"');
  connected(tape).hears('"x"');
  assert.equal(tape.entries[3].size, 8);
  assert.deepEqual(
    tape.entries.map(({ socket }) => socket),
    [1, 1, 1, 1, 2, 2, 2, 2],
  );
});

test("no access token, resume token or TURN password is kept", () => {
  const tape = newTape();
  const secret = "s3cr3t";
  const url = `ws://me:${secret}@host/ws?token=${secret}&userId=11&resume=${secret}&received=3`;
  const socket = new tape.WebSocket(url, ["switchboard.v1", `bearer.${secret}`, `resume.${secret}`]);
  socket.opens();
  const iceServers = [{ urls: ["turn:host"], username: "1700000000:11", credential: secret }, { urls: ["stun:host"] }];
  socket.hears({ type: "registered", resumeToken: secret, iceServers });
  socket.hears({ type: "ice-servers", iceServers });
  socket.says({ type: "refresh", token: secret });
  assert.ok(!JSON.stringify(tape.entries).includes(secret), JSON.stringify(tape.entries));
  assert.equal(tape.entries[0].content.url, "ws://me:…@host/ws?token=…&userId=11&resume=…&received=3");
  assert.deepEqual(tape.entries[0].content.protocols, ["switchboard.v1", "bearer.…", "resume.…"]);
  assert.deepEqual(tape.entries[2].content.iceServers[0], {
    urls: ["turn:host"],
    username: "1700000000:11",
    credential: "…",
  });
  assert.equal(JSON.parse(socket.written[0]).token, secret, "the server still gets it");
});

test("the oldest go when there are too many of them, or too many bytes", () => {
  const few = newTape({ entries: 5 });
  const socket = connected(few);
  for (let n = 0; n < 10; n++) socket.says({ n });
  assert.deepEqual(
    few.entries.map(({ content }) => content.n),
    [5, 6, 7, 8, 9],
  );

  const small = newTape({ bytes: 1000 });
  const other = connected(small);
  for (let n = 0; n < 10; n++) other.says({ n, filling: "x".repeat(280) });
  assert.deepEqual(
    small.entries.map(({ content }) => content.n),
    [7, 8, 9],
  );
});

test("people who come and go, and signs of life, do not drive out the messages of a call", () => {
  for (const bounds of [{ entries: 20 }, { bytes: 2000 }]) {
    const tape = newTape(bounds);
    const socket = connected(tape);
    for (const type of ["call-request", "offer", "candidate"]) socket.says({ type, to: "22" });
    for (let nth = 0; nth < 400; nth++) {
      socket.hears({ type: "presence", online: [`u${nth}`], offline: [] });
      socket.hears({ type: "pong" });
    }
    const types = tape.entries.map(({ content }) => content?.type);
    assert.deepEqual(types.filter((it) => !["presence", "pong"].includes(it)), [undefined, undefined, "registered", "call-request", "offer", "candidate"]);
    assert.ok(types.includes("presence"), "the last of them are there, too");
    assert.equal(tape.entries.at(-1).number, 806, "and in order");
    assert.ok(tape.entries.every(({ number }, nth, all) => nth === 0 || number > all[nth - 1].number));
  }
});

test("what passes by may fill what nobody else needs", () => {
  const tape = newTape({ entries: 20 });
  const socket = connected(tape);
  for (let nth = 0; nth < 100; nth++) socket.hears({ type: "presence", online: [`u${nth}`], offline: [] });
  assert.deepEqual([tape.entries.length, tape.entries.at(-1).content.online], [20, ["u99"]]);
});

test("listeners hear of every entry and of a clearing, and one that fails stops nothing", (context) => {
  context.mock.method(console, "error", () => {});
  const tape = newTape();
  const heard = [];
  tape.listen(() => {
    throw new Error("a listener's own mistake");
  });
  const stop = tape.listen((entry) => heard.push(entry?.what ?? "cleared"));
  const socket = connected(tape);
  tape.clear();
  assert.deepEqual(heard, ["opening", "open", "received", "cleared"]);
  assert.deepEqual(tape.entries, []);
  stop();
  socket.says({ type: "ping" });
  assert.equal(heard.length, 4);
  assert.equal(tape.entries[0].number, 4, "numbers go on");
});

test("the recording socket is still a WebSocket of the browser", () => {
  const tape = newTape();
  assert.ok(new tape.WebSocket("ws://host/ws") instanceof Socket);
  assert.equal(tape.WebSocket, tape.WebSocket);
});
