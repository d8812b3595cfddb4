/** static/switchboard-media.js: devices, and how loud it is. Its source is used here. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import * as source from "../../client/src/media.js";
import * as served from "../../static/switchboard-media.js";
import { SwitchboardError } from "../../static/switchboard.js";
import { connected } from "./acts.js";
import { Stream, Target, fate, settle } from "./fakes.js";

const { listDevices, switchDevice, watchDevices, watchLevel } = source;
const device = (kind, deviceId) => ({ kind, deviceId, label: deviceId });

/** Devices of a browser, which opens each camera and microphone by its id. */
class Devices extends Target {
  all = [device("videoinput", "front"), device("audioinput", "desk"), device("videoinput", "back"), device("audiooutput", "loud")];
  asked = [];
  /** Ids of cameras that another one must be closed for. @type {(track: any) => boolean} */
  busy = () => false;
  opened = [];

  async enumerateDevices() {
    return this.all;
  }
  async getUserMedia(wanted) {
    this.asked.push(wanted);
    const [[kind, constraints]] = Object.entries(wanted);
    const id = constraints.deviceId?.exact ?? "front";
    if (this.busy()) throw Object.assign(new Error("in use"), { name: "NotReadableError" });
    if (!this.all.some(({ deviceId }) => deviceId === id)) throw Object.assign(new Error(`no ${id}`), { name: "OverconstrainedError" });
    const [track] = Stream.of(kind).getTracks();
    Object.assign(track, { getSettings: () => ({ deviceId: id }), getConstraints: () => constraints });
    this.opened.push(track);
    return new Stream([track]);
  }
}

const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
/** @type {Devices} */
let devices;
beforeEach(() => {
  devices = new Devices();
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: devices }, configurable: true });
});
afterEach(() => {
  delete globalThis.navigator;
  if (before) Object.defineProperty(globalThis, "navigator", before);
});

/** In a call with the front camera, wide, which the app has opened. */
async function filmed() {
  const { page, call } = await connected();
  const [, picture] = call.localStream.getTracks();
  const camera = await devices.getUserMedia({ video: { width: { ideal: 1280 }, facingMode: { exact: "user" }, deviceId: { exact: "front" } } });
  const [track] = camera.getTracks();
  await call.replaceTrack(picture, track);
  devices.asked = [];
  return { page, call, track };
}

test("the module gives what its types say, and its errors are those of the library", async () => {
  for (const module of [source, served]) assert.deepEqual(Object.keys(module).sort(), ["listDevices", "switchDevice", "watchDevices", "watchLevel"]);
  devices.enumerateDevices = () => Promise.reject(new Error("no"));
  await assert.rejects(served.listDevices(), (error) => error instanceof SwitchboardError && error.code === "failed" && error.cause.message === "no");
});

test("devices are listed by kind, those that the page may not tell apart left out", async () => {
  devices.all.push(device("videoinput", ""));
  const { cameras, microphones, speakers } = await listDevices();
  assert.deepEqual([cameras, microphones, speakers].map((it) => it.map(({ deviceId }) => deviceId)), [["front", "back"], ["desk"], ["loud"]]);
});

test("a page that is not secure is told so by an error, not by a TypeError", async () => {
  delete navigator.mediaDevices;
  assert.equal(await fate(listDevices()), "failed");
  const failures = [];
  const stop = watchDevices(() => {}, (error) => failures.push(error.code));
  await settle();
  assert.deepEqual(failures, ["failed"]);
  stop();
});

test("devices are told at once and after each change, until it is ended", async () => {
  const told = [];
  const stop = watchDevices(({ cameras }) => told.push(cameras.length));
  await settle();
  assert.deepEqual(told, [2]);
  devices.all = devices.all.slice(1);
  devices.fires("devicechange");
  await settle();
  assert.deepEqual(told, [2, 1]);
  devices.fires("devicechange");
  stop();
  await settle();
  assert.deepEqual(told, [2, 1]);
  assert.equal(devices.listeners, 0);
});

test("of two lists at the same time the later one is told", async () => {
  const waiting = [];
  devices.enumerateDevices = () => new Promise((fulfill) => waiting.push(fulfill));
  const told = [];
  const stop = watchDevices(({ cameras }) => told.push(cameras.length));
  devices.fires("devicechange");
  const [first, second] = [waiting.slice(0, 3), waiting.slice(3)];
  for (const fulfill of second) fulfill(devices.all);
  await settle();
  for (const fulfill of first) fulfill([]);
  await settle();
  assert.deepEqual(told, [2]);
  stop();
});

test("another camera is sent in the place of one, by its id, as wide as the one before, which is stopped", async () => {
  const { page, call, track } = await filmed();
  const other = await switchDevice(call, "video", "back");
  assert.deepEqual(devices.asked, [{ video: { width: { ideal: 1280 }, deviceId: { exact: "back" } } }]);
  assert.ok(page.connection.senders.some((it) => it.track === other));
  assert.deepEqual([track.readyState, other.readyState], ["ended", "live"]);
  assert.ok(call.localStream.getTracks().includes(other));
});

test("without a device it is the next one, and after the last the first", async () => {
  const { call } = await filmed();
  for (const id of ["back", "front", "back"]) assert.equal((await switchDevice(call, "video")).getSettings().deviceId, id);
  devices.all = [];
  await assert.rejects(switchDevice(call, "video"), { code: "failed", name: "SwitchboardError" });
});

test("a camera may be named by constraints, and one that was muted is followed by one that is", async () => {
  const { call } = await filmed();
  call.mute("video");
  const other = await switchDevice(call, "video", { facingMode: "environment" });
  assert.deepEqual(devices.asked, [{ video: { width: { ideal: 1280 }, facingMode: "environment" } }]);
  assert.equal(other.enabled, false);
});

test("where nothing of the kind was sent it is added", async () => {
  const { call } = await filmed();
  for (const it of call.localStream.getTracks()) call.removeTrack(it);
  const microphone = await switchDevice(call, "audio");
  assert.deepEqual(call.localStream.getTracks(), [microphone]);
});

test("a device that cannot be opened changes nothing", async () => {
  const { call, track } = await filmed();
  await assert.rejects(switchDevice(call, "video", "gone"), ({ code, cause }) => code === "failed" && cause.name === "OverconstrainedError");
  assert.equal(track.readyState, "live");
  assert.ok(call.localStream.getTracks().includes(track));
});

test("a device that was opened when the call has ended is closed again", async () => {
  const { call } = await filmed();
  const outcome = switchDevice(call, "video", "back");
  call.hangUp();
  await assert.rejects(outcome, { code: "closed" });
  assert.equal(devices.opened.at(-1).readyState, "ended");
});

test("a phone that opens one camera at a time has the old one closed first", async () => {
  const { call, track } = await filmed();
  devices.busy = () => track.readyState === "live";
  const other = await switchDevice(call, "video", "back");
  assert.equal(other.getSettings().deviceId, "back");
  assert.equal(track.readyState, "ended");
  devices.busy = () => true;
  await assert.rejects(switchDevice(call, "video", "front"), ({ cause }) => cause.name === "NotReadableError");
});

test("how loud a peer is comes from its packets: of its main stream alone, and 0 when none come", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  const remoteStream = Stream.of("audio");
  const sources = [{ source: 1, rtpTimestamp: 0, audioLevel: 0.25 }, { source: 2, rtpTimestamp: 0 }];
  const receivers = [
    { track: remoteStream.getTracks()[0], getSynchronizationSources: () => sources.map((it) => ({ ...it })) },
    { track: Stream.of("audio").getTracks()[0], getSynchronizationSources: () => [{ source: 3, rtpTimestamp: sources[0].rtpTimestamp, audioLevel: 1 }] },
  ];
  const peer = { remoteStream, connection: { getReceivers: () => receivers } };
  const levels = [];
  const stop = watchLevel(peer, (level) => levels.push(level));
  mock.timers.tick(100);
  sources[0].rtpTimestamp = 4800;
  mock.timers.tick(100);
  mock.timers.tick(100);
  peer.connection = null;
  mock.timers.tick(100);
  stop();
  mock.timers.tick(1000);
  assert.deepEqual(levels, [0.25, 0.25, 0, 0]);
  mock.timers.reset();
});
