/** Data channels: what was sent arrives, also when the channel is closed at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected } from "./acts.js";
import { fate, settle } from "./fakes.js";

/** A call with a client that is made without the library, and confirms nothing. */
const withOther = () => connected();

/** A call with a user of the library, which confirms what it has received. */
async function withLibrary() {
  const { page, call } = await called();
  const { peer } = page.socket.last("offer").data.switchboard;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", sdp: "x", switchboard: { peer, round: 2, muted: [] } } });
  await settle();
  page.connection.becomes("connected");
  const [control] = page.connection.channels;
  control.opens();
  control.sent.length = 0;
  return { page, call, control };
}

/** A channel that this side has made, and that is open. */
async function channelOfOne(options) {
  const { page, call, control } = await withLibrary();
  const channel = call.dataChannel("file", options);
  const own = page.connection.channels.at(-1);
  own.opens();
  return { page, call, control, channel, own };
}

/** A channel that both sides have made: this side writes to the first and reads from both. */
async function channelOfBoth(call22 = withOther) {
  const { page, call, control } = await call22();
  const channel = call.dataChannel("file");
  const [own] = page.connection.channels.filter(({ label }) => label === "file");
  const theirs = page.connection.createDataChannel("file");
  page.connection.ondatachannel({ channel: theirs });
  own.opens();
  theirs.opens();
  return { page, call, control, channel, own, theirs };
}

test("to a client without the library a channel is closed after all that was sent, and `close` resolves when the other side has closed it, too", async () => {
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

test("a channel is closed when the other side has confirmed all that was sent, and not before", async () => {
  const { channel, control, own } = await channelOfOne();
  for (const piece of ["a", "b"]) channel.send(piece);
  await settle();
  own.bufferedAmount = 2;
  const closed = channel.close();
  await settle();
  assert.deepEqual(control.sent, [], "some of it is still in this page");
  own.drains();
  await settle();
  assert.deepEqual([control.sent, own.readyState], [[`sent ${own.id} 2`], "open"]);
  control.onmessage({ data: `received ${own.id + 1}` });
  await settle();
  assert.equal(own.readyState, "open", "that was another channel");
  control.onmessage({ data: `received ${own.id}` });
  await settle();
  assert.equal(own.readyState, "closing");
  assert.equal(await fate(closed), "pending");
  own.closes();
  assert.equal(await fate(closed), "fulfilled");
});

test("to a client without the library nothing is said over the control channel", async () => {
  const { page, channel, own } = await channelOfBoth();
  const [control] = page.connection.channels;
  control.opens();
  control.sent.length = 0;
  channel.send("a");
  channel.close();
  await settle();
  assert.deepEqual([control.sent, own.readyState], [[], "closing"]);
});

test("a side confirms what the other one says to have sent once all of it has come, and is told that the channel is closed after that", async () => {
  const { channel, control, own } = await channelOfOne();
  const heard = [];
  channel.on("message", (it) => heard.push(it));
  channel.on("closed", () => heard.push("closed"));
  own.onmessage({ data: "a" });
  control.onmessage({ data: `sent ${own.id} 2` });
  assert.deepEqual([control.sent, channel.state], [[], "open"]);
  own.onmessage({ data: "b" });
  assert.deepEqual([heard, control.sent, channel.state], [["a", "b", "closed"], [`received ${own.id}`], "closed"]);
  assert.equal(await fate(channel.send("late")), "closed");
  control.onmessage({ data: `sent ${own.id} 2` });
  assert.equal(control.sent.length, 1, "once is enough");
  assert.equal(own.readyState, "open", "the side that closes it does so");
  own.closes();
  assert.deepEqual([heard, control.sent.length], [["a", "b", "closed"], 1]);
});

test("what waits to be sent fails when the other side closes the channel", async () => {
  const { channel, control, own } = await channelOfOne();
  own.bufferedAmount = 2 << 20;
  const sent = channel.send("x");
  await settle();
  control.onmessage({ data: `sent ${own.id} 0` });
  assert.equal(await fate(sent), "closed");
});

test("the word that a channel is closed may overtake its messages and the channel itself", async () => {
  const { page, call, control } = await withLibrary();
  const heard = [];
  call.on("channel", (channel) => {
    channel.on("message", (it) => heard.push(it));
    channel.on("closed", () => heard.push("closed"));
  });
  const [empty, full] = ["empty", "full"].map((label) => page.connection.createDataChannel(label));
  for (const [rtc, count] of [[empty, 0], [full, 1]]) {
    control.onmessage({ data: `sent ${rtc.id} ${count}` });
    assert.deepEqual(control.sent, []);
    page.connection.ondatachannel({ channel: rtc });
    if (count) rtc.onmessage({ data: "a" });
    assert.deepEqual(control.sent.splice(0), [`received ${rtc.id}`]);
  }
  assert.deepEqual(heard, ["closed", "a", "closed"]);
});

test("a channel with the id of an earlier one is confirmed by its own messages", async () => {
  const { page, call, control } = await withLibrary();
  const rtc = () => Object.assign(page.connection.createDataChannel("file"), { id: 7 });
  const earlier = rtc();
  page.connection.ondatachannel({ channel: earlier });
  earlier.onmessage({ data: "a" });
  control.onmessage({ data: "sent 7 1" });
  // The browser tells the end of the earlier one late.
  control.onmessage({ data: "sent 7 1" });
  assert.deepEqual(control.sent, ["received 7"]);
  const later = rtc();
  page.connection.ondatachannel({ channel: later });
  assert.deepEqual(control.sent, ["received 7"]);
  later.onmessage({ data: "b" });
  assert.deepEqual(control.sent, ["received 7", "received 7"]);
  assert.equal(call.state, "connected");
});

test("of two sides that close at the same time each waits until it has all of the other's, and the other has all of its own", async () => {
  for (const order of ["theirs first", "own first"]) {
    const { channel, control, own } = await channelOfOne();
    channel.send("a");
    const closed = channel.close();
    await settle();
    assert.deepEqual(control.sent, [`sent ${own.id} 1`]);
    control.onmessage({ data: `sent ${own.id} 1` });
    if (order === "own first") control.onmessage({ data: `received ${own.id}` });
    await settle();
    assert.equal(own.readyState, "open");
    own.onmessage({ data: "b" });
    await settle();
    assert.deepEqual(control.sent, [`sent ${own.id} 1`, `received ${own.id}`]);
    if (order === "theirs first") {
      assert.equal(own.readyState, "open");
      control.onmessage({ data: `received ${own.id}` });
      await settle();
    }
    assert.equal(own.readyState, "closing");
    own.closes();
    assert.equal(await fate(closed), "fulfilled");
  }
});

test("of two sides that close at the same time one may see the channel closed before the confirmation comes", async () => {
  const { channel, control, own } = await channelOfOne();
  const closed = channel.close();
  await settle();
  control.onmessage({ data: `sent ${own.id} 0` });
  own.closes();
  assert.equal(await fate(closed), "fulfilled");
});

test("two sides that close at the same time a channel that both have made close what they write to", async () => {
  const { channel, control, own, theirs } = await channelOfBoth(withLibrary);
  channel.send("a");
  const closed = channel.close();
  await settle();
  control.onmessage({ data: `sent ${theirs.id} 1` });
  theirs.onmessage({ data: "b" });
  control.onmessage({ data: `received ${own.id}` });
  await settle();
  assert.deepEqual(control.sent, [`sent ${own.id} 1`, `received ${theirs.id}`]);
  assert.deepEqual([own.readyState, theirs.readyState], ["closing", "open"]);
  own.closes();
  theirs.closes();
  assert.equal(await fate(closed), "fulfilled");
});

test("a channel that both have made is closed in both directions when the other side closes it", async () => {
  const { channel, control, own, theirs } = await channelOfBoth(withLibrary);
  control.onmessage({ data: `sent ${theirs.id} 0` });
  assert.deepEqual([channel.state, own.readyState], ["closed", "open"]);
  theirs.closes();
  assert.equal(own.readyState, "closing");
});

test("a channel that may lose what was sent is closed without a confirmation, and an unordered one is not", async () => {
  for (const options of [{ maxRetransmits: 0 }, { maxPacketLifeTime: 100 }, { ordered: false }]) {
    const { channel, control, own } = await channelOfOne(options);
    Object.assign(own, { maxRetransmits: null, maxPacketLifeTime: null, ...options });
    channel.send("a");
    channel.close();
    await settle();
    const loses = options.ordered ?? true;
    assert.deepEqual([own.readyState, control.sent.length], loses ? ["closing", 0] : ["open", 1]);
  }
});

test("`close` fails when the channel or the connection ends without a confirmation", async () => {
  for (const ends of ["channel", "connection", "call"]) {
    const { page, call, channel, control, own } = await channelOfOne();
    const closed = channel.close();
    await settle();
    if (ends === "channel") own.closes();
    else if (ends === "connection") control.onmessage({ data: "bye" });
    else call.hangUp();
    assert.equal(await fate(closed), "closed", ends);
    assert.deepEqual(page.heard("error"), []);
  }
});

test("`close` fails when the other side closes the channel before all has left the page", async () => {
  for (const call22 of [withOther, withLibrary]) {
    const { channel, own, theirs } = await channelOfBoth(call22);
    own.bufferedAmount = 2 << 20;
    const sent = channel.send("x");
    const closed = channel.close();
    await settle();
    own.closes();
    assert.deepEqual([await fate(sent), await fate(closed), theirs.readyState], ["closed", "closed", "closing"]);
  }
});

test("a second `close` waits for the same confirmation", async () => {
  const { channel, control, own } = await channelOfOne();
  const closed = [channel.close(), channel.close()];
  await settle();
  assert.deepEqual(control.sent, [`sent ${own.id} 0`]);
  assert.deepEqual(await Promise.all(closed.map(fate)), ["pending", "pending"]);
  control.onmessage({ data: `received ${own.id}` });
  await settle();
  own.closes();
  assert.deepEqual(await Promise.all(closed.map(fate)), ["fulfilled", "fulfilled"]);
  assert.equal(await fate(channel.close()), "fulfilled");
});

test("a channel whose messages nobody reads is closed in order", async () => {
  const { channel, control, own } = await channelOfOne();
  for (let n = 0; n <= 1000; n++) own.onmessage({ data: `${n}` });
  await settle();
  assert.deepEqual([channel.state, control.sent], ["closed", [`sent ${own.id} 0`]]);
});

test("a channel is closed at once where the control channel is gone", async () => {
  const { channel, control, own } = await channelOfOne();
  control.readyState = "closed";
  channel.close();
  await settle();
  assert.deepEqual([control.sent, own.readyState], [[], "closing"]);
});

test("another connection to the same user begins without what was said over the last one", async () => {
  const { page, control } = await withLibrary();
  control.onmessage({ data: "sent 9 0" });
  const { peer } = page.socket.last("offer").data.switchboard;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", switchboard: { peer, gone: true } } });
  await settle();
  const about = { peer: page.socket.last("offer").data.switchboard.peer, round: 2, muted: [] };
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", sdp: "x", switchboard: about } });
  await settle();
  assert.equal(page.connections.length, 2);
  const [another] = page.connection.channels;
  another.opens();
  const rtc = Object.assign(page.connection.createDataChannel("file"), { id: 9 });
  page.connection.ondatachannel({ channel: rtc });
  control.onmessage({ data: "sent 9 0" });
  assert.deepEqual(another.sent.filter((it) => it.startsWith("received")), []);
});

test("whatever another client says of channels does no harm", async () => {
  const { page, call, control, own } = await channelOfOne();
  for (const data of ["sent", "sent x y", "sent 1", "received", "received x", `received ${own.id}`]) control.onmessage({ data });
  assert.deepEqual([call.state, control.sent, own.readyState, page.heard("error")], ["connected", [], "open", []]);
});

test("of channels that never come a thousand are remembered", async () => {
  const { page, control } = await withLibrary();
  for (let id = 200; id < 3200; id++) control.onmessage({ data: `sent ${id} 0` });
  for (const id of [1199, 1200]) page.connection.ondatachannel({ channel: Object.assign(page.connection.createDataChannel(`${id}`), { id }) });
  assert.deepEqual(control.sent, ["received 1199"]);
});

test("a channel that the browser never closes counts as closed after 5 s, on the side that closes it and on the other one", async () => {
  const { page, control, channel, own } = await channelOfOne();
  const closed = channel.close();
  await settle();
  control.onmessage({ data: `received ${own.id}` });
  await settle();
  assert.equal(own.readyState, "closing");
  await page.clock.advance(4999);
  assert.equal(await fate(closed), "pending");
  await page.clock.advance(1);
  assert.equal(await fate(closed), "fulfilled");

  const other = await channelOfOne();
  other.control.onmessage({ data: `sent ${other.own.id} 0` });
  await other.page.clock.advance(4999);
  assert.deepEqual([other.channel.state, other.own.readyState], ["closed", "open"]);
  await other.page.clock.advance(1);
  assert.equal(other.own.readyState, "closing");
});

test("so does one to a client without the library", async () => {
  const { page, channel, own } = await channelOfBoth();
  const closed = channel.close();
  await settle();
  assert.equal(own.readyState, "closing");
  await page.clock.advance(5000);
  assert.equal(await fate(closed), "fulfilled");
});

test("a channel that is closed in time leaves no timer", async () => {
  const { page, control, channel, own } = await channelOfOne();
  const { running } = page.clock;
  channel.close();
  await settle();
  control.onmessage({ data: `received ${own.id}` });
  await settle();
  own.closes();
  await settle();
  assert.equal(page.clock.running, running);
});
