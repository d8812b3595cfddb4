/** Data channels: what was sent arrives, also when the channel is closed at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected } from "./acts.js";
import { fate, settle } from "./fakes.js";

/** A channel that both sides have made: this side writes to the first and reads from both. */
async function channelOfBoth() {
  const { page, call } = await connected();
  const channel = call.dataChannel("file");
  const [own] = page.connection.channels.filter(({ label }) => label === "file");
  const theirs = page.connection.createDataChannel("file");
  page.connection.ondatachannel({ channel: theirs });
  own.opens();
  theirs.opens();
  return { page, call, channel, own, theirs };
}

test("a channel is closed after all that was sent, and `close` resolves when the other side has closed it, too", async () => {
  const { page, call, channel, own, theirs } = await channelOfBoth();
  own.bufferedAmount = 2 << 20;
  const sent = channel.send("last");
  const closed = channel.close();
  assert.equal(channel.state, "closed");
  assert.notEqual(call.dataChannel("file"), channel, "the label is free");
  await settle();
  assert.deepEqual([own.readyState, own.sent], ["open", []]);
  own.drains();
  assert.equal(await fate(sent), "fulfilled");
  own.bufferedAmount = 4;
  await settle();
  own.drains();
  await settle();
  assert.deepEqual([own.readyState, own.sent, theirs.readyState], ["closing", ["last"], "open"]);
  assert.equal(await fate(closed), "pending");
  own.closes();
  theirs.closes();
  assert.equal(await fate(closed), "fulfilled");
  assert.deepEqual(page.heard("error"), []);
});

test("what the other side has sent before it closes its end is still read", async () => {
  const { channel, own, theirs } = await channelOfBoth();
  const heard = [];
  channel.on("message", (it) => heard.push(it));
  own.closes();
  assert.equal(channel.state, "open");
  theirs.onmessage({ data: "the end" });
  assert.equal(await fate(channel.send("back")), "closed");
  theirs.closes();
  assert.deepEqual([channel.state, heard], ["closed", ["the end"]]);
});

test("a channel that the other side has closed is closed here in both directions", async () => {
  const { channel, own, theirs } = await channelOfBoth();
  theirs.closes();
  assert.deepEqual([channel.state, own.readyState], ["closed", "closing"]);
});

test("what comes after `close` is dropped, and nothing more can be sent", async () => {
  const { channel, own, theirs } = await channelOfBoth();
  const heard = [];
  channel.on("message", (it) => heard.push(it));
  channel.close();
  theirs.onmessage({ data: "late" });
  assert.deepEqual([heard, await fate(channel.send("x")), own.sent], [[], "closed", []]);
});

test("`close` fails when the connection ends before everything has arrived, and says nothing where nobody waits", async () => {
  for (const waits of [true, false]) {
    const { page, call, channel, own } = await channelOfBoth();
    own.bufferedAmount = 5;
    const closed = channel.close();
    await settle();
    call.hangUp();
    if (waits) assert.equal(await fate(closed), "closed");
    await settle();
    assert.deepEqual(page.heard("error"), []);
  }
});

test("a channel that is closed before it is open sends first what it was given", async () => {
  const { page, call } = await connected();
  const channel = call.dataChannel("file");
  const [own] = page.connection.channels.filter(({ label }) => label === "file");
  const sent = channel.send("one");
  channel.close();
  own.opens();
  await settle();
  assert.deepEqual([own.sent, own.readyState], [["one"], "closing"]);
  assert.equal(await fate(sent), "fulfilled");
});

test("`flush` resolves when all that was sent has left the page, and `bufferedAmount` says how much has not", async () => {
  const { channel, own } = await channelOfBoth();
  assert.equal(await fate(channel.flush()), "fulfilled");
  own.bufferedAmount = 2 << 20;
  channel.send(new Uint8Array(10));
  channel.send("é");
  assert.equal(channel.bufferedAmount, (2 << 20) + 12);
  const flushed = channel.flush();
  await settle();
  own.drains();
  own.bufferedAmount = 12;
  await settle();
  assert.deepEqual([own.sent.length, channel.bufferedAmount], [2, 12]);
  assert.equal(await fate(flushed), "pending");
  assert.equal(own.bufferedAmountLowThreshold, 0);
  own.drains();
  assert.equal(await fate(flushed), "fulfilled");
  assert.ok(own.bufferedAmountLowThreshold > 0);
});

test("`flush` fails when the channel ends first", async () => {
  const { call, channel, own } = await channelOfBoth();
  own.bufferedAmount = 1;
  const flushed = channel.flush();
  await settle();
  call.hangUp();
  assert.equal(await fate(flushed), "closed");
});

test("what a browser would make a string of is refused, with what it was", async () => {
  const { channel, own } = await channelOfBoth();
  for (const [data, words] of [[5, "not 5"], [{ a: 1 }, "not Object"], [undefined, "not undefined"], [null, "not null"]]) {
    await assert.rejects(channel.send(data), (error) => error.code === "failed" && error.message.includes(words));
  }
  for (const data of ["text", new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new Blob(["x"])]) await channel.send(data);
  assert.equal(own.sent.length, 4);
});
