/** What was given up before it could be said is never said; what was said is ended in words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, request, word } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

/** The line is down: the next socket is not registered yet. */
async function down(page) {
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
}

/** It is up again, with the same session or another one. */
async function up(page, resumed, received = 0) {
  page.socket.registers({ resumed, received, sessionId: resumed ? "s1" : "s2" });
  page.socket.says({ type: "pong" });
  await settle();
}

const types = (page) => page.socket.said.map(({ type }) => type);

for (const resumed of [true, false]) {
  const session = resumed ? "the same session" : "another session";

  test(`a call that is given up while the line is down never rings, in ${session}`, async () => {
    const page = await Page.connected();
    await down(page);
    const outcome = page.me.call("22", { stream: Stream.of("audio") });
    await settle();
    page.me.currentCall.hangUp();
    assert.equal(await fate(outcome), "cancelled");
    await up(page, resumed);
    assert.deepEqual(types(page), []);
    assert.equal(page.me.currentCall, null);
  });

  test(`one that is not given up rings when the line is back, in ${session}`, async () => {
    const page = await Page.connected();
    await down(page);
    const outcome = page.me.call("22");
    await settle();
    await up(page, resumed);
    assert.deepEqual(types(page), ["call-request"]);
    assert.equal(await fate(outcome), "pending");
    page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
    page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true });
    assert.equal(await fate(outcome), "fulfilled");
  });

  test(`a peer that is given up while the line is down is never asked, in ${session}`, async () => {
    const page = await Page.connected();
    await down(page);
    const outcome = page.me.peer("33");
    await settle();
    for (const peer of page.me.peers) peer.close();
    await up(page, resumed);
    assert.equal(await fate(outcome), "closed");
    assert.deepEqual(types(page), []);
  });

  test(`a room that is left before it was asked for is never joined, in ${session}`, async () => {
    const page = await Page.connected();
    await down(page);
    const joined = page.me.join("standup");
    await settle();
    const left = page.me.rooms.get("standup").leave();
    assert.equal(await fate(joined), "closed");
    assert.equal(await fate(left), "fulfilled");
    await up(page, resumed);
    assert.deepEqual(types(page), []);
    assert.equal(page.me.rooms.size, 0);
  });
}

test("a call that was written before the line broke is cancelled when the line is back", async () => {
  const page = await Page.connected();
  page.me.call("22").catch(() => {});
  await settle();
  const { id } = page.socket.last("call-request");
  await down(page);
  page.me.currentCall.hangUp();
  await up(page, true, 1);
  assert.deepEqual(types(page), []);
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: id });
  assert.deepEqual([page.socket.last("call-cancel").callId, page.me.currentCall], ["C", null]);
});

test("a call that was written into a line that was dead already does not ring when it is given up before the next one", async () => {
  const page = await Page.connected();
  page.me.call("22").catch(() => {});
  await settle();
  page.me.currentCall.hangUp();
  page.me.call("33").catch(() => {});
  await settle();
  await down(page);
  await up(page, true, 0);
  assert.deepEqual(page.socket.said.map(({ type, to }) => [type, to]), [["call-request", "33"]]);
});

test("given up while the other's call came: that one has ended as well if the server had made one of both", async () => {
  const page = await Page.connected();
  page.me.call("22").catch(() => {});
  await settle();
  const { id } = page.socket.last("call-request");
  page.me.currentCall.hangUp();
  page.socket.says(request());
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: false, ref: id });
  const cancel = page.socket.last("call-cancel");
  assert.equal(cancel.callId, "C");
  page.socket.says({ type: "call-ended", callId: "C", by: "11", reason: "hangup", ref: cancel.id });
  assert.deepEqual([page.heard("call")[0].state, page.me.currentCall], ["ended", null]);
});

test("a call that rings there is cancelled as soon as the line is back", async () => {
  const page = await Page.connected();
  page.me.call("22").catch(() => {});
  await settle();
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
  await down(page);
  page.me.currentCall.hangUp();
  await up(page, true, 1);
  assert.deepEqual(types(page), ["call-hangup"]);
});

test("an accept that was not said goes with the hang-up that follows it: the caller sees a rejection", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  await down(page);
  await page.me.currentCall.accept();
  page.me.currentCall.hangUp("sorry");
  await up(page, true);
  assert.deepEqual(types(page).filter((it) => it !== "ack"), ["call-hangup"]);
  assert.equal(page.socket.last("call-hangup").detail, "sorry");
});

test("of a call that has ended no offers and candidates are said any more", async () => {
  const { page, call } = await connected();
  await down(page);
  call.addTrack(Stream.of("video").getTracks()[0]);
  page.connection.onicecandidate({ candidate: { toJSON: () => ({ candidate: "a" }) } });
  await settle();
  call.hangUp();
  await up(page, true, 2);
  assert.deepEqual(types(page).filter((it) => it !== "ack"), ["call-hangup"]);
});

test("so it is when the other side has ended it while this one had to be silent", async () => {
  const { page } = await connected();
  page.socket.says({ type: "error", code: "rate-limited", message: "", retryAfter: 2000 });
  page.connection.onicecandidate({ candidate: { toJSON: () => ({ candidate: "a" }) } });
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "hangup" });
  await page.clock.advance(5000);
  assert.equal(page.socket.last("candidate"), undefined);
});

test("a call that was written, given up, and lost with the session, is forgotten", async () => {
  const page = await Page.connected();
  const outcome = page.me.call("22");
  await settle();
  await down(page);
  page.me.currentCall.hangUp();
  await up(page, false);
  assert.equal(await fate(outcome), "cancelled");
  assert.equal(page.clock.running, 1, "the line's");
  for (let time = 0; time < 60_000; time += 5000) {
    await page.clock.advance(5000);
    page.socket.says({ type: "pong" });
  }
  assert.deepEqual(types(page), []);
});

test("a peer whose question was written is told the end; one that was accepted, and gave up unsaid, too", async () => {
  const page = await Page.connected();
  page.me.peer("33").catch(() => {});
  await settle();
  page.socket.says(word("invite"));
  const [peer] = page.heard("peer");
  await down(page);
  await peer.accept();
  peer.close("changed my mind");
  await up(page, true, 1);
  const words = page.socket.said.filter(({ type }) => type === "message").map(({ data }) => data.switchboard);
  assert.deepEqual(words, [{ peer: "P", is: "close", data: "changed my mind" }]);
});

test("a room whose `join` was written is left in words; the answer to the `join` then changes nothing", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  const { id } = page.socket.last("join");
  const left = page.me.rooms.get("standup").leave();
  await settle();
  assert.equal(await fate(joined), "closed");
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], ref: id });
  page.socket.says({ type: "room-left", room: "standup", ref: page.socket.last("leave").id });
  assert.equal(await fate(left), "fulfilled");
  assert.deepEqual([page.connections.length, page.me.rooms.size], [0, 0]);
});

test("a room that is left before the new session was asked for it is not asked for there", async () => {
  const page = await Page.connected();
  page.me.join("standup").catch(() => {});
  await settle();
  page.socket.says({ type: "error", code: "rate-limited", message: "", retryAfter: 2000 });
  await down(page);
  await up(page, false);
  await page.me.rooms.get("standup").leave();
  await page.clock.advance(5000);
  assert.deepEqual(types(page).filter((it) => it !== "ack"), []);
});

test("a call that is given up while the camera is asked for says nothing and gives the camera back", async () => {
  const page = await Page.connected();
  const stream = Stream.of("video");
  let open;
  const outcome = page.me.call("22", { stream: () => new Promise((fulfill) => (open = () => fulfill(stream))) });
  page.me.currentCall.hangUp();
  open();
  assert.equal(await fate(outcome), "cancelled");
  assert.deepEqual(types(page), []);
  assert.equal(stream.getTracks()[0].readyState, "ended");
});

test("who gives up a call before it is asked for hears the other's that came meanwhile", async () => {
  const page = await Page.connected();
  page.me.call("22", { stream: () => new Promise(() => {}) }).catch(() => {});
  page.socket.says(request());
  assert.deepEqual(page.heard("call"), []);
  page.me.currentCall.hangUp();
  assert.deepEqual(page.heard("call").map(({ userId, state }) => [userId, state]), [["22", "ringing"]]);
});

test("the other's call that came meanwhile, and is over, is not heard", async () => {
  const page = await Page.connected();
  page.me.call("22", { stream: () => new Promise(() => {}) }).catch(() => {});
  page.socket.says(request());
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "cancelled" });
  page.me.currentCall.hangUp();
  assert.deepEqual(page.heard("call"), []);
});
