/** Errors: one kind, with a code of the types, a sentence, and advice that fits the cause. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SwitchboardError } from "../../client/src/index.js";
import { called, connected, request } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

const types = readFileSync(new URL("../../static/switchboard.d.ts", import.meta.url), "utf8");
const protocol = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");

/** The codes that a union of the types names itself. */
const union = (name) => [...types.split(`export type ${name} =`)[1].split(";")[0].matchAll(/"([a-z-]+)"/g)].map(([, code]) => code);
const rowsOf = (section) => [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);

/** The error with which a promise fails. */
const failureOf = (promise) => promise.then(() => assert.fail("it has not failed"), (error) => error);

/** An error as browsers throw it. */
const thrown = (name) => new DOMException("the browser's words", name);

test("the types name every code of the protocol, and every reason for the end of a call", () => {
  assert.deepEqual(union("RefusalCode"), rowsOf(protocol.split("## 10.")[1].split("\n## ")[0]));
  const reasons = new Set(rowsOf(protocol.split("| `reason` | `by` |")[1].split("\n\n")[0]));
  assert.deepEqual(new Set(union("EndReason")), reasons);
});

for (const [name, advice] of [
  ["NotAllowedError", /allow/],
  ["NotFoundError", /device/],
  ["NotReadableError", /another program/],
  ["SomethingElse", /cause/],
]) {
  test(`advice follows a camera that fails with ${name}`, async () => {
    const camera = () => Promise.reject(thrown(name));
    const page = await Page.connected();
    page.socket.says(request({ from: "33", callId: "D" }));
    const failures = [page.me.call("22", { stream: camera }), page.me.peer("22", { stream: camera }), page.me.join("r", { stream: camera }), page.heard("call")[0].accept({ stream: camera, waitForStream: true })];
    for (const error of await Promise.all(failures.map(failureOf))) {
      assert.equal(error.code, "failed");
      assert.equal(error.cause.name, name);
      assert.match(error.advice, advice);
      assert.match(error.message, /`stream`.*the browser's words/);
    }
  });
}

test("only where no path was found may a TURN server help", async () => {
  const { page, outcome } = await called();
  page.connection.becomes("failed");
  const peer = failureOf(page.me.peer("33"));
  const error = page.me.currentCall;
  await page.clock.advance(60_000);
  assert.equal(error.reason, "failed");
  await outcome;
  const other = await Page.connected();
  const asked = failureOf(other.me.peer("33"));
  await settle();
  const { id } = other.socket.last("message");
  other.socket.says({ type: "ack", received: 1 }, { type: "message", from: "33", data: { switchboard: { peer: other.socket.last("message").data.switchboard.peer, is: "accept" } } });
  await settle();
  other.connection.becomes("failed");
  for (let time = 0; time < 60; time++) {
    await other.clock.advance(1000);
    other.socket.says({ type: "pong" });
  }
  const { code, advice, message, to } = await asked;
  assert.deepEqual([code, to, Boolean(id)], ["failed", "33", true]);
  assert.match(advice, /TURN/);
  assert.match(message, /no path to 33/);
  assert.equal((await peer).code, "no-answer");
  assert.ok(!/TURN/.test((await peer).advice));
});

for (const [reason, words] of [
  ["busy", "22 is in another call"],
  ["offline", "22 is not connected"],
  ["no-answer", "22 did not answer"],
  ["rejected", "22 rejected it"],
  ["lost", "the session with 22 is lost"],
  ["replaced", "the call with 22 has ended: replaced"],
  ["ended-by-operator", "the call with 22 has ended: ended-by-operator"],
  ["of-a-later-server", "the call with 22 has ended: of-a-later-server"],
]) {
  test(`a call that ends with ${reason} says so in a sentence`, async () => {
    const page = await Page.connected();
    const outcome = failureOf(page.me.call("22"));
    await settle();
    const { id } = page.socket.last("call-request");
    page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: id }, { type: "call-ended", callId: "C", by: "22", reason });
    const error = await outcome;
    assert.deepEqual([error.code, error.message, error.to], [reason, words, "22"]);
    assert.ok(!/TURN/.test(error.advice), error.advice);
  });
}

test("the word of the one who ended it stands behind the sentence", async () => {
  const page = await Page.connected();
  const outcome = failureOf(page.me.call("22"));
  await settle();
  page.socket.says({ type: "call-ended", by: null, reason: "rejected", detail: "in a $& meeting", ref: page.socket.last("call-request").id });
  assert.equal((await outcome).message, "22 rejected it: in a $& meeting");
});

/** Arguments of the wrong kind. */
const WRONG = {
  "a call with a track for a stream": (me) => me.call("22", { stream: Stream.of("audio").getTracks()[0] }),
  "a call whose stream is made of nothing": (me) => me.call("22", { stream: () => ({}) }),
  "a room with a track for a stream": (me) => me.join("standup", { stream: {} }),
};
for (const [what, act] of Object.entries(WRONG)) {
  test(`${what} fails as everything does`, async () => {
    const { me } = await Page.connected();
    const error = await failureOf(act(me));
    assert.ok(error instanceof SwitchboardError, String(error));
    assert.ok(error.message.length > 20, error.message);
    assert.equal(me.currentCall, null);
    assert.equal(me.rooms.size, 0);
  });
}

test("a track that is replaced by none stays, and the client closes as ever", async () => {
  const stream = Stream.of("video");
  const page = await Page.connected();
  page.me.call("22", { stream }).catch(() => {});
  await settle();
  const error = await failureOf(page.me.currentCall.replaceTrack(stream.getTracks()[0], null));
  assert.deepEqual([error.code, error.cause.constructor], ["failed", TypeError]);
  page.me.close();
  assert.equal(page.heard("close").length, 1);
  assert.equal(stream.getTracks()[0].readyState, "ended");
});

test("what a channel cannot send has nothing to do with TURN", async () => {
  const { call } = await connected();
  const { code, advice } = await failureOf(call.dataChannel("x").send(5));
  assert.deepEqual([code, advice], ["failed", "see `message`"]);
});

test("a fault in the platform that an app gives is a SwitchboardError, too", async () => {
  const page = new Page();
  page.options.platform.performance = {};
  page.begins();
  const { name, code, cause } = await failureOf(page.connected);
  assert.deepEqual([name, code, cause.constructor], ["SwitchboardError", "failed", TypeError]);
});

test("options that are null are none", async () => {
  const page = await Page.connected();
  const all = [page.me.call("22", null), page.me.peer("33", null), page.me.join("standup", null), page.me.send("22", 1, null), page.me.list(null)];
  for (const it of all) assert.equal(await fate(it), "pending");
});

test("what a browser throws at a track or a channel is a SwitchboardError, and leaves nothing behind", async () => {
  const { page, call } = await connected();
  const [track] = Stream.of("video").getTracks();
  const throws = (name) => () => {
    throw thrown(name);
  };
  Object.assign(page.connection, { addTrack: throws("InvalidAccessError"), createDataChannel: throws("OperationError") });
  for (const act of [() => call.addTrack(track), () => call.dataChannel("x"), () => call.addTrack("camera"), () => call.addTrack("camera", new Stream())]) {
    assert.throws(act, (error) => error instanceof SwitchboardError && error.code === "failed" && error.cause !== undefined);
  }
  delete page.connection.createDataChannel;
  assert.equal(call.dataChannel("x").state, "connecting");
  page.me.close();
  assert.equal(page.heard("close").length, 1);
});

test("what a handler throws is told as a SwitchboardError with its cause", async () => {
  const page = await Page.connected();
  const cause = new TypeError("a mistake of the app");
  page.hearsNoMore("message");
  page.me.on("message", () => {
    throw cause;
  });
  page.me.on("presence", async () => {
    throw cause;
  });
  page.socket.says({ type: "message", from: "22", data: 1 }, { type: "presence", online: ["22"], offline: [], names: {} });
  await settle();
  const errors = page.heard("error");
  assert.deepEqual(errors.map((it) => [it instanceof SwitchboardError, it.code, it.cause]), [[true, "failed", cause], [true, "failed", cause]]);
  assert.match(errors[0].message, /handler of `message`.*a mistake of the app/);
});

test("a handler of `error` that fails is told on the console, once", async () => {
  const page = await Page.connected();
  const told = [];
  const { error } = console;
  console.error = (it) => told.push(it.message);
  try {
    page.me.on("error", async () => {
      throw new Error("again");
    });
    page.socket.says({ type: "error", code: "internal", message: "" });
    await settle();
  } finally {
    console.error = error;
  }
  assert.deepEqual(told, ["again"]);
  assert.equal(page.heard("error").length, 1);
});

test("a server that is none ends the client with its words", async () => {
  for (const words of ["hello", "null", "[object Blob]"]) {
    const page = new Page();
    page.begins();
    await settle();
    page.socket.onmessage({ data: words });
    const error = await failureOf(page.connected);
    assert.deepEqual([error.code, error.message], ["protocol", "signal.example is no switchboard server"]);
    assert.equal(page.clock.running, 0);
  }
});

test("a room whose name has a fault gets the server's sentence", async () => {
  const page = await Page.connected();
  const joined = failureOf(page.me.join("a b"));
  await settle();
  page.socket.says({ type: "error", code: "bad-message", message: "`room` has a space in it", ref: page.socket.last("join").id });
  const { code, message } = await joined;
  assert.deepEqual([code, message], ["bad-message", "`room` has a space in it"]);
  assert.equal(page.me.rooms.size, 0);
});

test("a second join with other options says so, and the first one goes on", async () => {
  const page = await Page.connected();
  const stream = Stream.of("audio");
  const first = page.me.join("standup", { stream });
  await settle();
  for (const [options, what] of [[{ stream: Stream.of("audio") }, "stream"], [{ mesh: false }, "mesh"]]) {
    const { code, message } = await failureOf(page.me.join("standup", options));
    assert.equal(code, "bad-option");
    assert.match(message, new RegExp(`room standup is joined with another \`${what}\``));
  }
  const again = [page.me.join("standup"), page.me.join("standup", { stream }), page.me.join("standup", { stream, mesh: true })];
  page.socket.says({ type: "room-joined", room: "standup", members: [], ref: page.socket.last("join").id });
  for (const it of again) assert.equal(await it, await first);
});

test("a client that is closed while a call rings tells the call why", async () => {
  const page = await Page.connected();
  const outcome = failureOf(page.me.call("22"));
  await settle();
  page.socket.closes(4509, "replaced by a newer connection");
  const { code, message } = await outcome;
  assert.equal(code, "replaced");
  assert.match(message, /replaced by a newer connection/);
});
