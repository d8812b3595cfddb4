/** Users who are in no call, room or peer connection of the app's choosing: docs/client.md, strangers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lost, request } from "./acts.js";
import { Page, fate, settle } from "./fakes.js";

const SECONDS = 10;
const TEXTS = Array.from({ length: 23 }, (_, nth) => `text ${nth}`);
const data = (is) => ({ switchboard: { peer: "P", is } });

/** What two accounts that the app has nothing to do with can say at a rate of 100/s each. */
const FLOODS = {
  "offers of unknown peers": (from) => ({ type: "offer", from, data: { type: "offer", sdp: "x", switchboard: { peer: "P", round: 1 } } }),
  "accepts of peers that nobody has asked for": (from) => ({ type: "message", from, data: data("accept") }),
  "invitations that nobody listens to": (from, nth) => ({ type: "message", from, data: { switchboard: { peer: `P${nth}`, is: "invite" } } }),
};

/** The server's side of a page: takes what comes, acknowledges it, and answers signs of life. */
function serves(page) {
  const { socket } = page;
  const taken = [];
  const send = socket.send.bind(socket);
  socket.send = (text) => {
    send(text);
    const message = JSON.parse(text);
    if (message.type !== "ack" && message.type !== "ping") taken.push({ ...message, at: page.clock.now });
  };
  return {
    taken,
    acknowledges: () => socket.says({ type: "ack", received: taken.length }, { type: "pong" }),
  };
}

for (const [what, says] of Object.entries(FLOODS)) {
  test(`a flood of strangers, ${what}, holds up nothing that the app sends`, async () => {
    const page = await Page.connected();
    page.hearsNoMore("peer");
    const server = serves(page);
    const sent = [];
    const began = page.clock.now;
    let nth = 0;
    for (let time = 0; time < SECONDS * 1000; time += 10) {
      for (const from of ["eve", "mallory"]) page.socket.says(says(from, ++nth));
      if (time % 400 === 0 && sent.length < TEXTS.length) {
        sent.push(page.me.send("22", TEXTS[sent.length], { receipt: false }));
        assert.equal(server.taken.at(-1).data, TEXTS[sent.length - 1], "it is written at once");
      }
      if (time % 100 === 0) server.acknowledges();
      await page.clock.advance(10);
    }
    server.acknowledges();
    for (const promise of sent) assert.equal(await fate(promise), "fulfilled");
    const texts = server.taken.filter(({ to }) => to === "22").map((it) => it.data);
    assert.deepEqual(texts, TEXTS);

    const answers = server.taken.filter(({ to }) => to !== "22");
    assert.ok(answers.length > 0 && answers.length <= 5 * (SECONDS + 1), `${answers.length} answers in ${SECONDS} s`);
    for (const { at } of answers) {
      const soon = answers.filter((it) => it.at >= at && it.at < at + 1000).length;
      assert.ok(soon <= 10, `${soon} answers in the second from ${at - began}`);
    }
    assert.equal(page.me.strangers.answered, answers.length);
    assert.equal(page.me.strangers.dropped, nth - answers.length);
    assert.deepEqual(page.heard("error"), []);
  });
}

test("members of a room who renegotiate without end hold up nothing that the app sends", async () => {
  const page = await Page.connected();
  const server = serves(page);
  page.me.join("standup");
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["eve", "mallory"], ref: page.socket.last("join").id });
  await settle();
  const sent = [];
  let nth = 0;
  for (let time = 0; time < SECONDS * 1000; time += 10) {
    const data = () => ({ type: "offer", sdp: "x", switchboard: { peer: `L${++nth}`, round: 1 } });
    for (const from of ["eve", "mallory"]) page.socket.says({ type: "offer", from, room: "standup", data: data() });
    if (time % 400 === 0 && sent.length < TEXTS.length) sent.push(page.me.send("22", TEXTS[sent.length], { receipt: false }));
    if (time % 100 === 0) server.acknowledges();
    await page.clock.advance(10);
  }
  server.acknowledges();
  for (const promise of sent) assert.equal(await fate(promise), "fulfilled");
  assert.deepEqual(server.taken.filter(({ to }) => to === "22").map((it) => it.data), TEXTS);
});

test("an answer to a stranger waits behind everything that the app has sent", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 10, burst: 20 } });
  const server = serves(page);
  for (const text of TEXTS) page.me.send("22", text, { receipt: false }).catch(() => {});
  page.socket.says(FLOODS["offers of unknown peers"]("eve"));
  for (let time = 0; time < 4000; time += 100) {
    server.acknowledges();
    await page.clock.advance(100);
  }
  assert.deepEqual(server.taken.map(({ to }) => to), [...TEXTS.map(() => "22"), "eve"]);
});

test("answers to strangers that wait while the connection is broken are bounded, and end with the session", async () => {
  const page = await Page.connected({}, { limits: { frame: 65_536, rate: 1, burst: 2 } });
  page.me.send("22", "the rate is used up").catch(() => {});
  for (let nth = 0; nth < 100; nth++) {
    page.socket.says(FLOODS["offers of unknown peers"]("eve"));
    if (nth % 10 === 0) await page.clock.advance(100);
  }
  const before = page.me.strangers.dropped;
  assert.ok(before >= 85, `${100 - before} wait`);
  await lost(page);
  await page.clock.advance(3000);
  assert.deepEqual(page.socket.said.filter(({ to }) => to === "eve"), []);
  assert.deepEqual(page.me.strangers, { answered: 0, dropped: 100 });
});

test("a stranger's call that claims to go on with one that was hung up here is refused, a few a second", async () => {
  const page = await Page.connected();
  page.socket.says(request());
  page.heard("call")[0].reject();
  const rejects = () => page.socket.said.filter(({ type, callId }) => type === "call-reject" && callId !== "C").length;
  for (let nth = 0; nth < 40; nth++) page.socket.says(request({ callId: `D${nth}`, continues: "C" }));
  assert.ok(rejects() >= 1 && rejects() <= 5, `${rejects()} at once`);
  assert.equal(page.heard("call").length, 1);
});

test("invitations that the app leaves alone are bounded, in all and of one user", async () => {
  const page = await Page.connected();
  const invites = (from, count) => {
    for (let nth = 0; nth < count; nth++) page.socket.says({ type: "message", from, data: { switchboard: { peer: `${from}${nth}`, is: "invite" } } });
  };
  invites("eve", 30);
  assert.equal(page.me.peers.size, 10);
  for (let nth = 0; nth < 20; nth++) invites(`user${nth}`, 10);
  assert.equal(page.me.peers.size, 100);
  assert.equal(page.me.strangers.dropped, 20 + 110);
  assert.equal(page.heard("peer").length, 100);
});

test("what the app itself refuses is not held up by strangers, nor does refusing strangers hold up the app", async () => {
  const page = await Page.connected();
  const server = serves(page);
  page.me.on("peer", (peer) => peer.close("not now"));
  for (let nth = 0; nth < 100; nth++) page.socket.says({ type: "message", from: "eve", data: { switchboard: { peer: `P${nth}`, is: "invite" } } });
  page.me.send("22", "hello").catch(() => {});
  assert.equal(server.taken.at(-1).data, "hello");
  assert.ok(server.taken.length <= 11, `${server.taken.length} were written`);
  assert.equal(page.me.peers.size, 0);
  await settle();
});
