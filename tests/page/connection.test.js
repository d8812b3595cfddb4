/** The connection panel's reading of the browser's statistics. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { History, axisTop, countByType, extent, pathOf, routeOf } from "../../static/demo/panels/connection-model.js";

const candidate = (id, side, more) => ({ id, type: `${side}-candidate`, protocol: "udp", port: 5000, ...more });
const REPORTS = [
  { id: "t", type: "transport", selectedCandidatePairId: "p", dtlsState: "connected" },
  { id: "p", type: "candidate-pair", localCandidateId: "l2", remoteCandidateId: "r1" },
  { id: "q", type: "candidate-pair", localCandidateId: "l1", remoteCandidateId: "r1" },
  candidate("l1", "local", { candidateType: "host", address: "fd00::2" }),
  candidate("l2", "local", { candidateType: "relay", address: "203.0.113.5", relayProtocol: "tcp" }),
  candidate("l3", "local", { candidateType: "srflx", address: "198.51.100.7" }),
  candidate("l4", "local", { candidateType: "host", address: "fd00::2" }),
  candidate("r1", "remote", { candidateType: "host", address: "" }),
];

test("candidates come each once, the chosen one first, then from near to far", () => {
  const { local, remote, pair, dtls } = routeOf(REPORTS);
  assert.deepEqual(
    local.map(({ type, address }) => [type, address]),
    [
      ["relay", "203.0.113.5:5000"],
      ["host", "[fd00::2]:5000"],
      ["srflx", "198.51.100.7:5000"],
    ],
  );
  assert.deepEqual([pair.local.protocol, pair.remote.type, dtls], ["tcp", "host", "connected"]);
  assert.equal(remote[0].address, "", "an address that the browser hides stays hidden");
  assert.deepEqual(countByType(local), [
    ["host", 1],
    ["srflx", 1],
    ["relay", 1],
  ]);
});

test("the chosen pair is found where the transport does not name it", () => {
  const reports = REPORTS.slice(1).map((it) => (it.id === "q" ? { ...it, selected: true } : it));
  assert.equal(routeOf(reports).pair.local.type, "host");
  assert.deepEqual(routeOf([]), { local: [], remote: [], pair: null, dtls: null });
});

const stats = (bitrate, loss, roundTrip = 20) => ({
  roundTrip,
  received: { audio: { bitrate: 32_000, loss: 0 }, video: { bitrate, loss } },
  sent: {},
});

test("the history has two minutes, rates of sound and picture together, and the worse of both losses", () => {
  const history = new History();
  for (let second = 0; second <= 200; second++) history.add(stats(468_000, 0.02), second * 1000);
  assert.equal(history.moments[0].at, 80_000);
  const { rateIn, rateOut, lossIn, roundTrip } = history.moments.at(-1);
  assert.deepEqual([rateIn, rateOut, lossIn, roundTrip], [500, null, 2, 20]);
});

test("the first look has no rate, and a connection that is not there no round trip", () => {
  const history = new History();
  history.add(stats(0, 0, null), 0);
  assert.deepEqual([history.moments[0].rateIn, history.moments[0].roundTrip], [null, null]);
});

test("the numbers leave gaps out", () => {
  assert.deepEqual(extent([null, 3, 1, null, 2, null]), { least: 1, greatest: 3, last: 2 });
  assert.equal(extent([null]), null);
});

test("an axis ends at 1, 2 or 5 and noughts, and no lower than it should", () => {
  assert.deepEqual(
    [0, 21, 60, 100, 101, 480, 900].map((it) => axisTop(it, 20)),
    [20, 50, 100, 100, 200, 500, 1000],
  );
});

test("a line ends now, and begins anew after a gap", () => {
  const points = [0, 1, 2, 10, 11].map((second) => ({ at: second * 1000, value: second === 1 ? 100 : 50 }));
  assert.equal(pathOf(points, 120_000, 100), "M0.00 50.00L0.83 0.00L1.67 50.00M8.33 50.00L9.17 50.00");
  assert.equal(
    pathOf(
      [
        { at: 0, value: 1 },
        { at: 1000, value: null },
        { at: 2000, value: 1 },
      ],
      2000,
      1,
    ).match(/M/g).length,
    2,
  );
});
