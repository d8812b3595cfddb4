/** Facts of a media connection, which stay when it has gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionRecord, SLOW } from "../../static/demo/panels/connection-record.js";

const candidate = (nth, type = "host") => `a=candidate:${nth} 1 udp 1 192.0.2.${nth} 5000 typ ${type}\r\n`;

/** A connection of a browser, as far as a record looks at it. */
function connection(more = {}) {
  return {
    iceConnectionState: "checking",
    signalingState: "stable",
    iceGatheringState: "complete",
    getConfiguration: () => ({ iceTransportPolicy: "all", iceServers: [{ urls: ["stun:a", "turn:b"], credential: "s3cr3t" }] }),
    localDescription: { sdp: candidate(1) },
    remoteDescription: { sdp: candidate(2) + candidate(3) },
    ...more,
  };
}

function recorded(more = {}) {
  const peer = { userId: "22", state: "connecting", reason: undefined, detail: undefined, connection: connection(more) };
  const record = new ConnectionRecord(peer, { kind: "call", now: new Date(0), errorsOf: () => [{ url: "turn:b", code: 401, text: "" }] });
  return { peer, record };
}

const addresses = (list) => list.map(({ address }) => address);

test("the other's candidates are known as soon as they are, with no pair of them", () => {
  const { record } = recorded();
  assert.deepEqual(addresses(record.route.remote), ["192.0.2.2:5000", "192.0.2.3:5000"]);
  // Statistics without a pair leave them out.
  record.take([{ id: "l", type: "local-candidate", candidateType: "host", protocol: "udp", address: "192.0.2.1", port: 5000 }]);
  assert.deepEqual(addresses(record.route.remote), ["192.0.2.2:5000", "192.0.2.3:5000"]);
});

test("what was last known stays when the connection goes", () => {
  const { peer, record } = recorded();
  record.take([{ id: "t", type: "transport", dtlsState: "failed" }]);
  Object.assign(peer, { state: "ended", reason: "failed", connection: null });
  record.look(new Date(9000));
  record.look(new Date(12_000));
  assert.deepEqual(record.states, { peer: "ended", ice: "checking", dtls: "failed", signaling: "stable", gathering: "complete" });
  assert.deepEqual([record.ended.getTime(), record.route.remote.length, record.missing.key], [9000, 2, "missing.refused"]);
});

test("a connection that is closed before it is gone does not write over what was known", () => {
  const { peer, record } = recorded();
  Object.assign(peer.connection, { signalingState: "closed", iceConnectionState: "closed", localDescription: null });
  record.look();
  assert.deepEqual([record.states.ice, record.states.signaling, record.route.local.length], ["checking", "stable", 1]);
});

test("a connection is slow after five seconds without a path, and never once it is there or over", () => {
  const { peer, record } = recorded();
  assert.deepEqual([SLOW - 1, SLOW].map((at) => record.isSlow(new Date(at))), [false, true]);
  peer.state = "connected";
  record.look();
  assert.deepEqual([record.isSlow(new Date(SLOW)), record.missing, record.connected], [false, null, true]);
  peer.state = "ended";
  record.look();
  assert.equal(record.isSlow(new Date(SLOW)), false);
});

test("what is given to others has the facts of a failure and no secret", () => {
  const { peer, record } = recorded({ remoteDescription: null });
  record.history.add({ roundTrip: 20, received: {}, sent: {} }, 1000);
  record.history.add({ roundTrip: 30, received: {}, sent: {} }, 3000);
  Object.assign(peer, { state: "ended", reason: "failed", connection: null });
  record.look(new Date(48_000));
  const text = JSON.stringify(record.exported());
  const it = JSON.parse(text);
  assert.deepEqual(
    [it.userId, it.kind, it.began, it.ended, it.reason, it.connected, it.missing, it.servers],
    ["22", "call", "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:48.000Z", "failed", false, "missing.answer", ["stun:a", "turn:b"]],
  );
  assert.deepEqual(it.measured.map(({ ago, roundTrip }) => [ago, roundTrip]), [[2000, 20], [0, 30]]);
  assert.deepEqual([it.candidates.local.length, it.errors.length], [1, 1]);
  assert.ok(!text.includes("s3cr3t"));
});
