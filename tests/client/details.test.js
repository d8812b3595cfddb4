/** What is easily got wrong by an app, or by the library: pressed twice, too late, by both at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, connected, lost, request, word } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

test("an accept that is pressed twice opens one camera and says one accept", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  let opened = 0;
  const stream = () => (opened++, Stream.of("video"));
  await Promise.all([call.accept({ stream }), call.accept({ stream })]);
  await call.accept({ stream });
  assert.equal(opened, 1);
  assert.equal(page.socket.said.filter(({ type }) => type === "call-accept").length, 1);
});

test("an accept after the end asks for no camera", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "cancelled" });
  assert.equal(await fate(call.accept({ stream: () => assert.fail("asked") })), "fulfilled");
});

test("an accept that waits for a stream that fails is told as such, and the call rings on and can be accepted", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  const refused = call.accept({ stream: () => Promise.reject(new Error("no camera")), waitForStream: true });
  assert.equal(await fate(refused), "failed");
  await assert.rejects(refused, (error) => error.cause.message === "no camera");
  assert.equal(call.state, "ringing");
  await call.accept();
  assert.equal(page.socket.last("call-accept").callId, "C");
});

test("what nobody awaits and fails is told by `error`, whatever it was", async () => {
  const unhandled = [];
  const keep = (error) => unhandled.push(error);
  process.on("unhandledRejection", keep);
  const { page, call } = await connected();
  page.socket.says({ type: "call-request", callId: "X", from: "33", expires: 1 });
  call.replaceTrack({}, {});
  call.shareScreen();
  page.connection.getStats = () => Promise.reject(new Error("no statistics"));
  call.stats();
  call.on("stats", () => {});
  page.me.watch(["44"]);
  page.me.unwatch(["44"]);
  page.me.list();
  page.me.join("standup");
  await page.clock.advance(1500);
  page.me.close();
  await new Promise((done) => setImmediate(done));
  process.off("unhandledRejection", keep);
  assert.deepEqual(unhandled, []);
  assert.ok(page.heard("error").length >= 7);
  assert.deepEqual(page.heard("error").filter(({ name }) => name !== "SwitchboardError"), []);
});

test("calling who is ringing here is accepting that call", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  const [call] = page.heard("call");
  const outcome = page.me.call("22", { stream: Stream.of("audio") });
  assert.equal(await fate(outcome), "fulfilled");
  assert.equal(await outcome, call);
  assert.deepEqual(page.socket.said.map(({ type }) => type).filter((it) => it.startsWith("call")), ["call-accept"]);
});

test("a call that rings before somebody listens is told to who listens first, once", async () => {
  const page = new Page();
  page.begins();
  page.socket.registers();
  await settle();
  page.hearsNoMore("call");
  page.socket.says(request());
  const heard = [];
  page.me.on("call", (call) => heard.push(call.userId));
  page.me.on("call", (call) => heard.push(`again ${call.userId}`));
  assert.deepEqual(heard, ["22"]);
});

test("hanging up twice says it once, and ending what has ended says nothing", async () => {
  const { page, call } = await connected();
  call.hangUp();
  call.hangUp();
  call.close();
  assert.equal(page.socket.said.filter(({ type }) => type === "call-hangup").length, 1);
});

test("a handler of `ended` may call at once: the hang-up is said first", async () => {
  const { page, call } = await connected();
  call.on("state", (state) => state === "ended" && page.me.call("33").catch(() => {}));
  call.hangUp();
  await settle();
  assert.deepEqual(page.socket.said.map(({ type }) => type).slice(-2), ["call-hangup", "call-request"]);
});

test("after the end tracks and channels are refused, as errors of the library", async () => {
  const { page, call } = await called();
  const [track] = Stream.of("video").getTracks();
  call.hangUp();
  assert.throws(() => call.addTrack(track), { name: "SwitchboardError", code: "closed" });
  assert.equal(await fate(call.replaceTrack(track, track)), "closed");
  call.removeTrack(track);
  const channel = call.dataChannel("late");
  assert.equal(channel.state, "closed");
  assert.equal(await fate(channel.send("x")), "closed");
  assert.equal(await fate(call.stats()), "fulfilled");
  page.me.close();
  assert.equal(page.clock.running, 0);
});

test("a screen that is chosen after the end is given back", async () => {
  const { page, call } = await connected();
  const screen = Stream.of("video");
  let choose;
  page.options.platform.navigator.mediaDevices = { getDisplayMedia: () => new Promise((fulfill) => (choose = () => fulfill(screen))) };
  call.shareScreen();
  call.hangUp();
  choose();
  await settle();
  assert.equal(screen.getTracks()[0].readyState, "ended");
});

test("a closed client opens no camera and answers at once", async () => {
  const page = await Page.connected();
  page.me.close();
  const stream = () => assert.fail("asked");
  assert.equal(await fate(page.me.call("22", { stream })), "closed");
  assert.equal(await fate(page.me.peer("22", { stream })), "closed");
  assert.equal(await fate(page.me.join("standup", { stream })), "closed");
  assert.equal(page.clock.running, 0);
});

test("a channel that is closed can be made again at once; the end of the old one does not touch it", async () => {
  const { page, call } = await connected();
  const first = call.dataChannel("file");
  const [rtc] = page.connection.channels.filter(({ label }) => label === "file");
  first.close();
  const second = call.dataChannel("file");
  assert.notEqual(second, first);
  rtc.onclose();
  assert.equal(call.dataChannel("file"), second);
  assert.equal(second.state, "connecting");
});

test("what a channel cannot take is an error of the library, with the cause", async () => {
  const { page, call } = await connected();
  const channel = call.dataChannel("file");
  const [rtc] = page.connection.channels.filter(({ label }) => label === "file");
  rtc.opens();
  rtc.send = () => {
    throw new TypeError("too large");
  };
  const sent = channel.send("x");
  assert.equal(await fate(sent), "failed");
  await assert.rejects(sent, (error) => error.cause.message === "too large");
});

test("two joins of a room are one, and answered together", async () => {
  const page = await Page.connected();
  const both = [page.me.join("standup"), page.me.join("standup")];
  await settle();
  assert.equal(page.socket.said.length, 1);
  assert.equal(await fate(both[1]), "pending");
  page.socket.says({ type: "room-joined", room: "standup", members: [], ref: page.socket.last("join").id });
  assert.equal(await both[0], await both[1]);
});

test("a room that the session has left already is left", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: [], ref: page.socket.last("join").id });
  const room = await joined;
  const left = room.leave();
  page.socket.says({ type: "error", code: "not-in-room", message: "", ref: page.socket.last("leave").id });
  assert.equal(await fate(left), "fulfilled");
  assert.equal(await fate(room.leave()), "fulfilled");
});

test("each member is told once, however many listen and whenever they begin to", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], ref: page.socket.last("join").id });
  const room = await joined;
  const met = [];
  room.on("peer", (peer) => met.push(peer.userId));
  room.on("peer", (peer) => met.push(`again ${peer.userId}`));
  page.socket.says({ type: "member-joined", room: "standup", userId: "33" });
  assert.deepEqual(met, ["22", "33", "again 33"]);
});

test("members who came and went while nobody listened are not kept", async () => {
  const page = await Page.connected();
  const joined = page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], ref: page.socket.last("join").id });
  const room = await joined;
  page.socket.says({ type: "member-left", room: "standup", userId: "22" });
  page.socket.says({ type: "member-joined", room: "standup", userId: "33" });
  const met = [];
  room.on("peer", (peer) => met.push(peer.userId));
  assert.deepEqual(met, ["33"]);
});

test("whoever may not be watched is not kept as watched", async () => {
  const page = await Page.connected();
  const watched = page.me.watch(["22"]);
  page.socket.says({ type: "error", code: "not-permitted", message: "", ref: page.socket.last("watch").id });
  assert.equal(await fate(watched), "not-permitted");
  assert.equal(page.me.watched.size, 0);
  await lost(page);
  assert.equal(page.socket.last("watch"), undefined);
});

test("volatile messages wait for no line: dropped, and undelivered where a receipt is asked for", async () => {
  const page = await Page.connected();
  page.chance = 0;
  page.socket.closes(1006);
  assert.equal(await fate(page.me.send("22", "typing", { volatile: true })), "fulfilled");
  assert.equal(await fate(page.me.send("22", "typing", { volatile: true, receipt: true })), "undelivered");
  await page.clock.advance(1);
  page.socket.registers({ resumed: true });
  assert.deepEqual(page.socket.said, []);
});

test("an offer that found no room at the other side is said again; one for which there is nobody is not", async () => {
  for (const [code, times] of [["queue-full", 2], ["not-in-room", 1]]) {
    const { page } = await called();
    const offers = () => page.socket.said.filter(({ type }) => type === "offer");
    page.socket.says({ type: "error", code, message: "", ref: page.socket.last("offer").id });
    await page.clock.advance(2000);
    assert.equal(offers().length, times);
    assert.deepEqual(offers().at(-1).data, offers()[0].data);
    page.socket.says({ type: "error", code, message: "", ref: offers().at(-1).id });
    page.me.close();
    assert.equal(page.clock.running, 0);
  }
});

test("an offer that another one has followed is not said again", async () => {
  const { page } = await connected();
  const offers = () => page.socket.said.filter(({ type }) => type === "offer").length;
  page.me.currentCall.addTrack(Stream.of("video").getTracks()[0]);
  await settle();
  page.socket.says({ type: "error", code: "queue-full", message: "", ref: page.socket.last("offer").id });
  page.socket.says({ type: "call-ended", callId: "C", by: "22", reason: "lost" });
  await page.clock.advance(0);
  page.socket.says({ type: "call-accept", callId: "D", from: "22", offerer: true, ref: page.socket.last("call-request").id });
  await settle();
  const before = offers();
  await page.clock.advance(3000);
  assert.equal(offers(), before);
});

test("another kind of network restarts ICE, another guess of its speed does not", async () => {
  const network = Object.assign(new EventTarget(), { type: "wifi" });
  const { page } = await connected({ network });
  network.dispatchEvent(new Event("change"));
  assert.equal(page.connection.restarts, 0);
  network.type = "cellular";
  network.dispatchEvent(new Event("change"));
  assert.equal(page.connection.restarts, 1);
});

test("it works where there is neither window nor document, as in a worker", async () => {
  const page = new Page();
  Object.assign(page.options.platform, { document: undefined, window: undefined, navigator: undefined });
  page.begins();
  await settle();
  page.socket.registers();
  await settle();
  page.socket.says({ type: "message", from: "22", data: "hi" });
  assert.deepEqual(page.heard("message").map(({ data }) => data), ["hi"]);
});

test("of all that was sent only the latest is kept: what has ended is stopped once, not again by close()", async () => {
  const page = await Page.connected();
  let stops = 0;
  for (let n = 0; n < 5; n++) {
    const stream = Stream.of("audio");
    const [track] = stream.getTracks();
    track.stop = () => (stops++, (track.readyState = "ended"));
    page.me.call("22", { stream: () => stream }).catch(() => {});
    await settle();
    page.me.currentCall.hangUp();
  }
  assert.equal(stops, 5);
  page.me.close();
  assert.equal(stops, 6, "the last one, which nothing has come after");
});

test("a stranger's words about peers change nothing", async () => {
  const page = await Page.connected();
  for (const data of [{ switchboard: null }, { switchboard: { is: {} } }, { switchboard: { is: "close" } }, null]) {
    page.socket.says({ type: "message", from: "33", data });
    page.socket.says({ type: "offer", from: "33", data });
  }
  page.socket.says(word("accept"), word("close"));
  await settle();
  assert.equal(page.connections.length, 0);
  assert.deepEqual(page.heard("error"), []);
});
