/** Tracks that this side sends to a whole room, and its own picture of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected } from "./acts.js";
import { Page, Stream, fate, settle } from "./fakes.js";

const track = (kind = "video") => Stream.of(kind).getTracks()[0];
/** The tracks that each connection of the page sends. */
const sent = (page) => page.connections.map(({ senders }) => senders.map((it) => it.track).filter(Boolean));

/** In a room with these members. */
async function inRoom(stream, ...members) {
  const page = await Page.connected();
  const joined = page.me.join("standup", { stream });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members, names: {}, ref: page.socket.last("join").id });
  const room = await joined;
  await settle();
  return { page, room };
}

/** Somebody comes, and is answered. */
async function comes(page, from) {
  page.socket.says({ type: "member-joined", room: "standup", userId: from });
  page.socket.says({ type: "offer", from, room: "standup", data: { type: "offer", sdp: "x" } });
  await settle();
}

test("a screen is shared with all members and those who come later, until it is stopped", async () => {
  const camera = Stream.of("video");
  const { page, room } = await inRoom(camera, "22", "33");
  const [own] = camera.getTracks();
  const screen = new Stream([track()]);
  const [shown] = screen.getTracks();
  page.options.platform.navigator.mediaDevices = { getDisplayMedia: async () => screen };
  assert.equal(await room.shareScreen(), screen);
  await comes(page, "44");
  assert.deepEqual(sent(page), [[own, shown], [own, shown], [own, shown]]);
  assert.equal(page.connections[2].senders[1].streams[0], screen);
  shown.stop();
  assert.deepEqual(sent(page), [[own], [own], [own]]);
  await comes(page, "55");
  assert.deepEqual(sent(page)[3], [own]);
});

test("a screen that is still shared when the room is left is stopped, and one that was not allowed is told", async () => {
  const { page, room } = await inRoom(undefined, "22");
  const screen = Stream.of("video");
  page.options.platform.navigator.mediaDevices = { getDisplayMedia: async () => screen };
  await room.shareScreen();
  await comes(page, "33");
  assert.deepEqual([room, ...room.peers.values()].map(({ localStream }) => localStream.getTracks()), [[], [], []], "no camera");
  room.leave().catch(() => {});
  assert.equal(screen.getTracks()[0].readyState, "ended");

  const other = await inRoom(undefined, "22");
  other.page.options.platform.navigator.mediaDevices = { getDisplayMedia: () => Promise.reject(new Error("no")) };
  assert.equal(await fate(other.room.shareScreen()), "failed");
});

test("a track is replaced for all members and those who come later", async () => {
  const camera = Stream.of("video");
  const { page, room } = await inRoom(() => camera, "22", "33");
  const [own] = camera.getTracks();
  const [other, sound] = [track(), track("audio")];
  await room.replaceTrack(own, other);
  room.addTrack(sound);
  await comes(page, "44");
  assert.deepEqual(sent(page), [[other, sound], [other, sound], [other, sound]]);
  room.removeTrack(sound);
  assert.deepEqual(sent(page), [[other], [other], [other]]);
  await assert.rejects(room.replaceTrack(own, sound), { code: "failed" });
  room.leave().catch(() => {});
  assert.deepEqual([own, other, sound].map(({ readyState }) => readyState), ["ended", "ended", "ended"]);
});

test("a member that cannot be sent another track is told by an error, and the others are sent it", async () => {
  const camera = Stream.of("video");
  const { page, room } = await inRoom(camera, "22", "33");
  page.connections[0].senders[0].replaceTrack = () => Promise.reject(new Error("no"));
  const other = track();
  await room.replaceTrack(camera.getTracks()[0], other);
  assert.deepEqual(sent(page)[1], [other]);
  assert.deepEqual(page.heard("error").map(({ code }) => code), ["failed"]);
});

test("a member who has gone is sent nothing more", async () => {
  const { page, room } = await inRoom(Stream.of("video"), "22", "33");
  page.socket.says({ type: "member-left", room: "standup", userId: "22" });
  const before = sent(page)[0].length;
  room.addTrack(track());
  assert.deepEqual(sent(page).map(({ length }) => length), [before, 2]);
});

test("what the app itself changes in its stream counts for those who come later", async () => {
  const camera = Stream.of("audio", "video");
  const { page } = await inRoom(camera, "22");
  const [sound, picture] = camera.getTracks();
  const other = track();
  camera.removeTrack(picture);
  camera.addTrack(other);
  await comes(page, "33");
  assert.deepEqual(sent(page), [[sound, picture], [sound, other]]);
});

test("a room of messages alone needs no media", async () => {
  const page = new Page();
  page.options.platform.MediaStream = class {
    constructor() {
      throw new Error("there are no media");
    }
  };
  page.begins();
  await settle();
  page.socket.registers();
  await settle();
  const joined = page.me.join("standup", { mesh: false });
  await settle();
  page.socket.says({ type: "room-joined", room: "standup", members: ["22"], names: {}, ref: page.socket.last("join").id });
  assert.equal((await joined).name, "standup");
});

test("localStream is one stream that shows what is sent of camera and microphone", async () => {
  const { page, call } = await connected();
  const { localStream } = call;
  const tracks = () => localStream.getTracks();
  const first = tracks();
  assert.deepEqual(first.map(({ kind }) => kind), ["audio", "video"]);
  const [other, more] = [track(), track()];
  await call.replaceTrack(first[1], other);
  assert.deepEqual(tracks(), [first[0], other]);
  call.addTrack(more);
  page.options.platform.navigator.mediaDevices = { getDisplayMedia: async () => Stream.of("video") };
  await call.shareScreen();
  assert.deepEqual(tracks(), [first[0], other, more]);
  call.removeTrack(more);
  assert.deepEqual(tracks(), [first[0], other]);
  assert.equal(call.localStream, localStream);
  call.hangUp();
  assert.deepEqual(tracks(), []);
});

test("localStream leaves the app's own stream as it is", async () => {
  const camera = Stream.of("video");
  const { page, room } = await inRoom(camera, "22");
  const [own] = camera.getTracks();
  const other = track();
  const { localStream } = room;
  await room.replaceTrack(own, other);
  assert.deepEqual(camera.getTracks(), [own]);
  assert.deepEqual([localStream, room.peers.get("22").localStream].map((it) => it.getTracks()), [[other], [other]]);
  assert.equal(page.me.rooms.get("standup"), room);
});

test("a screen stays beside the camera on another link, whatever was replaced meanwhile", async () => {
  const { page, call } = await connected();
  const [sound, picture] = call.localStream.getTracks();
  const screen = Stream.of("video");
  page.options.platform.navigator.mediaDevices = { getDisplayMedia: async () => screen };
  await call.shareScreen();
  const other = track();
  await call.replaceTrack(picture, other);
  call.removeTrack(sound);
  const again = track("audio");
  call.addTrack(again);
  const { peer } = page.socket.last("offer").data.switchboard;
  page.chance = 0.7;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { switchboard: { peer, gone: true } } });
  await settle();
  assert.deepEqual(page.connection.senders.map((it) => it.track), [other, again, screen.getTracks()[0]]);
});

test("a track that is replaced while the link is renewed is the one that is sent", async () => {
  const { page, call } = await connected();
  const [, picture] = call.localStream.getTracks();
  const other = track();
  let finish;
  const first = page.connection.senders.find((it) => it.track === picture);
  first.replaceTrack = () => new Promise((done) => (finish = done));
  const replaced = call.replaceTrack(picture, other);
  const { peer } = page.socket.last("offer").data.switchboard;
  page.chance = 0.7;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { switchboard: { peer, gone: true } } });
  await settle();
  finish();
  await replaced;
  assert.ok(page.connection.senders.some((it) => it.track === other));
});

test("of two tracks that replace one at the same time the last one counts", async () => {
  const { page, call } = await connected();
  const [, picture] = call.localStream.getTracks();
  const [one, other, next] = [track(), track(), track()];
  await Promise.all([call.replaceTrack(picture, one), call.replaceTrack(picture, other)]);
  assert.deepEqual(call.localStream.getTracks().slice(1), [other]);
  await call.replaceTrack(other, next);
  assert.equal(page.connection.senders[1].track, next);
});

test("a screen is negotiated although offers with other tracks were refused before", async () => {
  const { page, call } = await connected();
  const offers = () => page.socket.said.filter(({ type }) => type === "offer");
  for (let nth = 0; nth < 2; nth++) {
    call.addTrack(track(), Stream.of());
    await settle();
    page.socket.says({ type: "error", code: "too-large", message: "", ref: page.socket.last("offer").id });
    await settle();
    page.socket.says({ type: "error", code: "too-large", message: "", ref: page.socket.last("offer").id });
    await settle();
  }
  const before = offers().length;
  page.options.platform.navigator.mediaDevices = { getDisplayMedia: async () => Stream.of("video") };
  await call.shareScreen();
  await settle();
  assert.equal(offers().length, before + 1);
});
