/** The rows of the signaling ladder: each message once, in order, across any number of sockets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ladder, exported, gist, mentions } from "../../static/demo/panels/ladder-model.js";
import { connected, newTape } from "./wire.js";

/** A ladder that follows a tape, as the panel does. */
function following(tape, options = {}) {
  const ladder = new Ladder({ userId: () => "11", ...options });
  tape.listen((entry) => entry && ladder.take(entry));
  return ladder;
}

const counted = (ladder, way) => ladder.rows.filter((it) => it.way === way && it.sequence !== null);
const numbers = (rows) => rows.map(({ content }) => content.data);
const message = (n) => ({ type: "message", to: "22", data: n, id: `m${n}` });
const heard = (n) => ({ type: "message", from: "22", data: n });

test("a message that is said again after a resume stays one row, which tells of it", () => {
  const tape = newTape();
  const ladder = following(tape);
  const first = connected(tape);
  for (const n of [1, 2, 3]) first.says(message(n));
  first.ends(1006);
  const second = connected(tape, { resumed: true, received: 1 });
  for (const n of [2, 3, 4]) second.says(message(n));
  assert.deepEqual(numbers(counted(ladder, "sent")), [1, 2, 3, 4]);
  assert.deepEqual(
    counted(ladder, "sent").map(({ again }) => again.length),
    [0, 1, 1, 0],
  );
});

test("what the server says again is told by the count that the page resumes with", () => {
  const tape = newTape();
  const ladder = following(tape);
  const first = connected(tape);
  for (const n of [1, 2, 3]) first.hears(heard(n));
  first.ends(1006);
  // The page has counted two of them before it was interrupted.
  const second = connected(tape, { resumed: true, received: 0 }, 2);
  for (const n of [3, 4]) second.hears(heard(n));
  assert.deepEqual(numbers(counted(ladder, "received")), [1, 2, 3, 4]);
});

test("over twenty cuts each message is there once, in order", () => {
  const tape = newTape();
  const ladder = following(tape);
  let [said, taken] = [0, 0];
  for (let cut = 0; cut < 20; cut++) {
    const socket = connected(tape, { resumed: cut > 0, received: taken });
    for (let n = taken + 1; n <= said; n++) socket.says(message(n));
    for (let more = 0; more < 5; more++) socket.says(message(++said));
    // Of what is under way when it breaks, a part has arrived.
    taken = said - (cut % 4);
    socket.ends(1006);
  }
  assert.deepEqual(
    numbers(counted(ladder, "sent")),
    Array.from({ length: 100 }, (_, n) => n + 1),
  );
  const ends = ladder.rows.filter(({ type }) => type === "closed");
  assert.equal(ends.length, 20, "and every end of a socket is a line");
});

test("a new session counts from the start, and the same words in it are other messages", () => {
  const tape = newTape();
  const ladder = following(tape);
  connected(tape).says(message(1));
  connected(tape).says(message(1));
  assert.deepEqual(
    counted(ladder, "sent").map(({ session, sequence }) => [session, sequence]),
    [
      [1, 1],
      [2, 1],
    ],
  );
});

test("signs of life and acknowledgements are not counted", () => {
  const tape = newTape();
  const ladder = following(tape);
  const socket = connected(tape);
  for (const type of ["ping", "ack"]) socket.says({ type });
  for (const type of ["pong", "presence", "client-list", "ice-servers"]) socket.hears({ type });
  socket.says(message(1));
  socket.hears(heard(1));
  assert.deepEqual(
    ladder.rows.filter((it) => it.sequence).map(({ content }) => content.data),
    [1, 1],
  );
  assert.ok(ladder.rows.filter(({ kind }) => kind === "heartbeat").length === 3);
});

test("a row knows who speaks to whom, and what goes through the server", () => {
  const tape = newTape();
  const ladder = following(tape);
  const socket = connected(tape);
  const last = () => ladder.rows.at(-1);
  const cases = [
    ["says", { type: "call-request", to: "22" }, true, "22"],
    ["hears", { type: "call-ringing", callId: "c1", to: "22" }, false, "22"],
    ["hears", { type: "call-accept", callId: "c1", from: "22" }, true, "22"],
    ["says", { type: "offer", to: "22", data: {} }, true, "22"],
    ["hears", { type: "answer", from: "22", data: {} }, true, "22"],
    ["hears", { type: "call-peer-away", callId: "c1", from: "22" }, false, "22"],
    ["says", { type: "call-hangup", callId: "c1" }, true, "22"],
    ["hears", { type: "call-ended", callId: "c1", by: "11", reason: "hangup" }, false, "22"],
    ["hears", { type: "call-ended", callId: "c1", by: "22", reason: "hangup" }, true, "22"],
    ["hears", { type: "call-ended", callId: "c1", by: null, reason: "no-answer" }, false, "22"],
    ["says", { type: "message", room: "standup", data: 1 }, true, "standup"],
    ["hears", { type: "member-joined", room: "standup", userId: "33" }, false, "standup"],
    ["hears", { type: "delivered", to: "22", ref: "m1" }, false, "22"],
    ["says", { type: "join", room: "standup" }, false, "standup"],
  ];
  for (const [how, it, through, other] of cases) {
    socket[how](it);
    assert.deepEqual([last().through, last().other], [through, other], JSON.stringify(it));
  }
});

test("errors, verdicts of loss, unreadable frames and broken sockets are marked", () => {
  const tape = newTape();
  const ladder = following(tape);
  const socket = connected(tape);
  socket.hears({ type: "error", code: "rate-limited" });
  socket.hears({ type: "undelivered", to: "22", ref: "m1" });
  socket.hears("{");
  socket.hears(heard(1));
  socket.ends(4509);
  assert.deepEqual(
    ladder.rows.filter(({ wrong }) => wrong).map(({ type }) => type),
    ["error", "undelivered", "unreadable", "closed"],
  );
});

test("the number of rows is bounded", () => {
  const tape = newTape();
  const ladder = following(tape, { limit: 10 });
  const socket = connected(tape);
  for (let n = 1; n <= 50; n++) socket.says(message(n));
  assert.deepEqual(numbers(ladder.rows), [41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
});

test("people who come and go do not drive out the rows of a call", () => {
  const tape = newTape();
  const ladder = following(tape, { limit: 10 });
  const socket = connected(tape);
  for (const type of ["call-request", "offer", "candidate"]) socket.says({ type, to: "22" });
  for (let nth = 0; nth < 50; nth++) socket.hears({ type: "presence", online: [`u${nth}`], offline: [] });
  const types = ladder.rows.map(({ type }) => type);
  assert.deepEqual(types.slice(0, 6), ["opening", "open", "registered", "call-request", "offer", "candidate"]);
  assert.deepEqual([types.length, ladder.rows.at(-1).content.online], [10, ["u49"]]);
});

test("an end that tells of a failure is marked, and says what the other side's library said", () => {
  const tape = newTape();
  const ladder = following(tape);
  const socket = connected(tape);
  const ends = [
    [{ reason: "hangup" }, false, "hangup"],
    [{ reason: "hangup", detail: "bye" }, false, "hangup · bye"],
    [{ reason: "hangup", detail: "failed" }, true, "hangup · failed"],
    [{ reason: "lost" }, true, "lost"],
  ];
  for (const [end, wrong, words] of ends) {
    socket.hears({ type: "call-ended", callId: "c", by: "22", ...end });
    const row = ladder.rows.at(-1);
    assert.deepEqual([row.wrong, gist(row)], [wrong, words]);
  }
});

test("a tape that has forgotten the beginning is shown as it is", () => {
  const tape = newTape({ entries: 3 });
  const socket = connected(tape, { resumed: true, received: 5 });
  for (const n of [1, 2, 3]) socket.hears(heard(n));
  const ladder = new Ladder();
  for (const entry of tape.entries) ladder.take(entry);
  assert.deepEqual(
    ladder.rows.map(({ sequence }) => sequence),
    [null, null, null],
  );
});

test("the export parses, has each message once and in order, and no secret", () => {
  const tape = newTape();
  const ladder = following(tape);
  const first = connected(tape);
  first.says({ type: "refresh", token: "s3cr3t" });
  first.says(message(1));
  first.ends(1006);
  const second = connected(tape, { resumed: true, received: 1, resumeToken: "s3cr3t" });
  second.says(message(1));
  const text = JSON.stringify(exported(ladder.rows, { userId: "11", now: new Date(0) }));
  const { format, version, exportedAt, userId, entries } = JSON.parse(text);
  assert.deepEqual(
    [format, version, exportedAt, userId],
    ["switchboard-signaling", 1, "1970-01-01T00:00:00.000Z", "11"],
  );
  const types = entries.map(({ type }) => type);
  assert.deepEqual(types, [
    "opening",
    "open",
    "registered",
    "refresh",
    "message",
    "closed",
    "opening",
    "open",
    "registered",
  ]);
  assert.equal(entries[4].again.length, 1);
  assert.deepEqual(entries[4].content, message(1));
  assert.ok(!text.includes("s3cr3t"));
});

test("a few words tell one message from others of its type", () => {
  const row = (content) => ({ type: content.type, content, text: null });
  const cases = [
    [{ type: "offer", data: { sdp: "v=0\r\nm=audio 9 x\r\nm=video 9 x\r\nm=video 9 x\r\n" } }, "audio, video"],
    [
      { type: "candidate", data: { candidate: "candidate:1 1 udp 1 10.0.0.1 5000 typ relay raddr 0.0.0.0" } },
      "relay udp",
    ],
    [{ type: "error", code: "busy" }, "busy"],
    [{ type: "call-ended", reason: "hangup" }, "hangup"],
    [{ type: "message", data: { text: "hello" } }, "hello"],
    [{ type: "message", data: { n: 1 } }, '{"n":1}'],
    [{ type: "message" }, ""],
    [{ type: "presence", online: ["22"], offline: ["33"] }, "+22 −33"],
    [{ type: "presence", total: 5000 }, "5000"],
    [{ type: "registered", resumed: true }, "resumed"],
  ];
  for (const [content, words] of cases) assert.equal(gist(row(content)), words, JSON.stringify(content));
});

test("rows are found by type, other party and content", () => {
  const row = { type: "message", other: "李雷", content: { data: "Good Morning" }, text: null };
  for (const words of ["mess", "李", "good m"]) assert.ok(mentions(row, words), words);
  assert.ok(!mentions(row, "evening"));
});
