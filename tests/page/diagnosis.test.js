/** Why there is no path between two, said by the one of them who looks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { candidatesOf, diagnose } from "../../static/demo/panels/diagnosis.js";
import { panelsEn } from "../../static/demo/words/panels-en.js";

const HOST = { type: "host", protocol: "udp", address: "192.0.2.2:5000", chosen: false };
const RELAY = { ...HOST, type: "relay" };
const TURN = "turn:turn.example:3478?transport=udp";
const STUN = "stun:stun.example:3478";
const REFUSED = { url: TURN, code: 401, text: "Unauthorized" };
const SILENT = { url: TURN, code: 701, text: "TURN allocate request timed out." };
const WELL = { relayOnly: false, servers: [STUN, TURN], answered: true, gathered: true, local: [HOST], remote: [HOST], errors: [] };

const causes = [
  ["relays only, and no TURN server, whatever else is missing", { relayOnly: true, servers: [STUN], answered: false, local: [] }, "missing.no-turn"],
  ["nothing has come back", { answered: false }, "missing.answer"],
  ["relays only, and the TURN server has not answered", { relayOnly: true, gathered: false, local: [] }, "missing.silent", { url: TURN }],
  ["the TURN server refuses this side", { relayOnly: true, local: [], errors: [SILENT, REFUSED] }, "missing.refused", { url: TURN, code: 401 }],
  ["the TURN server cannot be reached", { local: [], errors: [SILENT] }, "missing.silent", { url: TURN }],
  ["a device without a network", { local: [] }, "missing.own"],
  ["the other side has sent no candidate", { remote: [] }, "missing.theirs"],
  ["candidates that do not reach each other, without a TURN server", { servers: [STUN] }, "missing.pair-without-turn"],
  ["candidates that do not reach each other, and a TURN server that is silent", { errors: [SILENT] }, "missing.silent", { url: TURN }],
  ["a STUN server that is silent, besides a TURN server that refuses", { errors: [{ ...SILENT, url: STUN }, REFUSED] }, "missing.refused", { url: TURN, code: 401 }],
  ["a server that is silent on one interface and works on another", { local: [HOST, RELAY], errors: [SILENT] }, "missing.pair"],
  ["all are there, and none reaches another", {}, "missing.pair"],
];

for (const [name, facts, key, values = {}] of causes) {
  test(`the cause is told: ${name}`, () => {
    assert.deepEqual(diagnose({ ...WELL, ...facts }), { key, values });
    const holes = [...panelsEn[key].matchAll(/\{(\w+)\}/g)].map(([, it]) => it).filter((it) => it !== "who");
    assert.deepEqual(holes.sort(), Object.keys(values).sort(), `the sentence has a place for ${Object.keys(values)}`);
  });
}

test("candidates are read from a description, each once", () => {
  const lines = [
    "v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "a=candidate:1 1 udp 2122260223 192.0.2.2 5000 typ host generation 0",
    "m=video 9 UDP/TLS/RTP/SAVPF 96",
    "a=candidate:1 1 udp 2122260223 192.0.2.2 5000 typ host generation 0",
    "a=candidate:2 1 TCP 1518280447 fd00::2 9 typ host tcptype active",
    "a=candidate:3 1 udp 41885439 203.0.113.5 49160 typ relay raddr 198.51.100.7 rport 5000",
  ];
  assert.deepEqual(candidatesOf(`${lines.join("\r\n")}\r\n`).map(({ type, protocol, address }) => [type, protocol, address]), [
    ["host", "udp", "192.0.2.2:5000"],
    ["host", "tcp", "[fd00::2]:9"],
    ["relay", "udp", "203.0.113.5:49160"],
  ]);
  assert.deepEqual(candidatesOf(undefined), []);
});
