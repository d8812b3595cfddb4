/** The self-test names the right culprit: each check by what the browser says, and the sentence over all of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDevice } from "../../static/demo/panels/device-checks.js";
import { checkStun, checkTurn, sorted } from "../../static/demo/panels/ice-checks.js";
import { checkLoopback } from "../../static/demo/panels/loop-check.js";
import { CHECKS, runChecks, sum } from "../../static/demo/panels/self-test-model.js";
import { checkWebSocket, socketAddress } from "../../static/demo/panels/socket-check.js";
import { hasAdvice } from "../../static/demo/panels/verdict.js";
import { panelsEn } from "../../static/demo/words/panels-en.js";
import {
  HOST,
  REFLEXIVE,
  RELAY,
  UNREACHABLE,
  browser,
  devices,
  iceThat,
  impatient,
  refusal,
  serverThat,
} from "./browser.js";

/** The sentences of a verdict, and that there are words for it. */
function said(verdict) {
  const { outcome, code, values } = verdict;
  const keys = hasAdvice(verdict) ? [`selftest.${code}`, `selftest.${code}.do`] : [`selftest.${code}`];
  for (const key of keys) {
    assert.ok(panelsEn[key], `no words for ${key}`);
    for (const [, name] of panelsEn[key].matchAll(/\{(\w+)\}/g))
      assert.ok(name in values, `${name} is missing in ${key}`);
  }
  return [outcome, code];
}

// ---- camera and microphone

for (const device of ["camera", "microphone"]) {
  test(`the ${device} works, is named, and is given back`, async () => {
    const mediaDevices = devices();
    const verdict = await checkDevice(device, browser({ navigator: { mediaDevices } }));
    assert.deepEqual(said(verdict), ["passed", `${device}.passed`]);
    assert.equal(verdict.values.name, "FaceTime HD");
    assert.ok(mediaDevices.given.stopped);
  });

  for (const [error, code] of [
    [refusal("NotAllowedError", "Permission denied"), "denied"],
    [refusal("NotAllowedError", "Permission denied by system"), "denied-by-system"],
    [refusal("NotAllowedError", "Permission dismissed"), "unanswered"],
    [refusal("NotFoundError"), "missing"],
    [refusal("NotReadableError"), "busy"],
    [refusal("TypeError"), "broken"],
  ]) {
    test(`where the browser says ${error.name} ${error.message} the ${device} is ${code}`, async () => {
      const verdict = await checkDevice(device, browser({ navigator: { mediaDevices: devices(error) } }));
      assert.deepEqual(said(verdict), ["failed", `${device}.${code}`]);
      assert.ok(verdict.detail.startsWith(error.name));
    });
  }

  test(`a ${device} that is opened and gives nothing is silent`, async () => {
    const mediaDevices = devices(undefined, { muted: true });
    const verdict = await checkDevice(device, browser({ ...impatient, navigator: { mediaDevices } }));
    assert.deepEqual(said(verdict), ["failed", `${device}.silent`]);
    assert.ok(mediaDevices.given.stopped);
  });

  test(`a question for the ${device} that nobody answers is given up, and a late yes is given back`, async () => {
    const { getUserMedia, given } = devices();
    let answer = () => {};
    const mediaDevices = { getUserMedia: () => new Promise((fulfill) => (answer = () => fulfill(getUserMedia()))) };
    const verdict = await checkDevice(device, browser({ ...impatient, navigator: { mediaDevices } }));
    assert.deepEqual(said(verdict), ["failed", `${device}.unanswered`]);
    answer();
    await new Promise((done) => setTimeout(done));
    assert.ok(given.stopped);
  });
}

test("a page that is not secure is told so, and not that the camera is missing", async () => {
  const verdict = await checkDevice("camera", browser({ isSecureContext: false, navigator: {} }));
  assert.deepEqual(said(verdict), ["failed", "device.insecure"]);
  assert.deepEqual(said(await checkDevice("camera", browser({ navigator: {} }))), ["failed", "device.unsupported"]);
});

// ---- WebSocket

const webSocket = (parts, settings = {}) =>
  checkWebSocket({ iceServers: () => [], ...settings }, browser(parts)).then(said);

test("a server that refuses an impossible name is reached", async () => {
  assert.deepEqual(await webSocket({}), ["passed", "websocket.passed"]);
});

test("nobody can have the name that is knocked with, and no token goes along", () => {
  for (const url of ["https://host", "wss://host/ws", "https://host/ws?token=s3cr3t"]) {
    assert.equal(socketAddress(url).href, "wss://host/ws?userId=%2F");
  }
});

test("where HTTP gets through and no socket does, something between takes it away", async () => {
  const WebSocket = serverThat((socket) => socket.onclose({ code: 1006, reason: "" }));
  assert.deepEqual(await webSocket({ WebSocket }), ["failed", "websocket.blocked"]);
});

test("what answers in the place of the server is not taken for it", async () => {
  const WebSocket = serverThat((socket) => socket.onclose({ code: 1006, reason: "" }));
  const answered = (body, status) => webSocket({ WebSocket, fetch: async () => new Response(body, { status }) });
  for (const status of [502, 503, 504]) {
    assert.deepEqual(await answered("bad gateway", status), ["failed", "websocket.gateway"]);
  }
  assert.deepEqual(await answered("<html>please sign in to this network", 200), ["failed", "websocket.stranger"]);
  assert.deepEqual(await answered("", 404), ["failed", "websocket.stranger"]);
});

test("where nothing gets through the server is down", async () => {
  const WebSocket = serverThat((socket) => socket.onclose({ code: 1006, reason: "" }));
  const fetch = async () => Promise.reject(new TypeError("Failed to fetch"));
  assert.deepEqual(await webSocket({ WebSocket, fetch }), ["failed", "websocket.down"]);
  const never = () => new Promise(() => {});
  const silent = serverThat(() => {});
  assert.deepEqual(await webSocket({ ...impatient, WebSocket: silent, fetch: never }), ["failed", "websocket.down"]);
});

test("a server that refuses the page says why, wherever it is", async () => {
  const WebSocket = serverThat((socket) => socket.onclose({ code: 1006, reason: "" }));
  for (const url of ["https://other/signal", undefined]) {
    const asked = [];
    const answers = (answer) => async (address) => (asked.push(String(address)), new Response(JSON.stringify(answer)));
    for (const reason of ["origin", "host", "path", "full", "draining"]) {
      const refused = { accepts: false, reason, permanent: true, message: "" };
      assert.deepEqual(await webSocket({ WebSocket, fetch: answers(refused) }, { url }), ["failed", `websocket.${reason}`]);
    }
    assert.deepEqual(await webSocket({ WebSocket, fetch: answers({ accepts: true }) }, { url }), ["failed", "websocket.blocked"]);
    const server = url ?? "http://localhost:8080";
    assert.deepEqual([...new Set(asked)], [`${server}/ws/check?origin=http%3A%2F%2Flocalhost%3A8080`]);
  }
});

test("a page below a path asks the server there", async () => {
  const sockets = [];
  const WebSocket = serverThat((socket) => (sockets.push(socket.url.href), socket.onclose({ code: 1006, reason: "" })));
  const asked = [];
  const fetch = async (address) => (asked.push(new URL(address).pathname), new Response("ok\n"));
  const location = new URL("https://host/signal/?user=ana");
  assert.deepEqual(await webSocket({ WebSocket, fetch, location }), ["failed", "websocket.blocked"]);
  assert.deepEqual(sockets, ["wss://host/signal/ws?userId=%2F"]);
  assert.deepEqual(asked, ["/signal/ws/check", "/signal/healthz"]);
});

test("a server elsewhere that does not answer cannot be asked for more, and only its silence is told", async () => {
  const WebSocket = serverThat((socket) => socket.onclose({ code: 1006, reason: "" }));
  assert.deepEqual(await webSocket({ WebSocket }, { url: "https://other" }), ["failed", "websocket.unreachable"]);
});

test("what opens and says nothing, says something else, or has no room is told apart", async () => {
  const mute = serverThat((socket) => socket.onopen());
  assert.deepEqual(await webSocket({ ...impatient, WebSocket: mute }), ["failed", "websocket.mute"]);
  const stranger = serverThat((socket) => (socket.onopen(), socket.onmessage({ data: "hello" })));
  assert.deepEqual(await webSocket({ ...impatient, WebSocket: stranger }), ["failed", "websocket.stranger"]);
  const full = serverThat((socket) => socket.refuses("unavailable"));
  assert.deepEqual(await webSocket({ WebSocket: full }), ["failed", "websocket.full"]);
});

test("a secure page may open no plain socket, and a browser may have none at all", async () => {
  const WebSocket = class {
    constructor() {
      throw refusal("SecurityError");
    }
  };
  const location = new URL("https://host/");
  assert.deepEqual(await webSocket({ WebSocket, location }, { url: "http://host" }), ["failed", "websocket.mixed"]);
  assert.deepEqual(await webSocket({ WebSocket }), ["failed", "websocket.malformed"]);
  assert.deepEqual(await webSocket({ WebSocket: undefined }), ["failed", "websocket.unsupported"]);
});

test("a token that has expired is the culprit where the server answers", async () => {
  const token = (exp) => `x.${btoa(JSON.stringify({ exp }))}.x`;
  const now = Date.now() / 1000;
  assert.deepEqual(await webSocket({}, { token: token(now - 60) }), ["failed", "websocket.expired"]);
  assert.deepEqual(await webSocket({}, { token: async () => token(now + 60) }), ["passed", "websocket.passed"]);
  assert.deepEqual(await webSocket({}, { token: "no JWT" }), ["passed", "websocket.passed"]);
});

// ---- STUN and TURN

const STUN = [{ urls: ["stun:a"] }];
const TURN = [
  {
    urls: ["turn:a?transport=udp", "turn:a?transport=tcp"],
    username: `${Math.floor(Date.now() / 1000) + 600}:11`,
    credential: "x",
  },
];
const ice = (outcome) => browser({ ...impatient, RTCPeerConnection: iceThat(outcome) });
const stun = async (outcome, servers = STUN) => said(await checkStun(servers, ice(outcome)));
const turn = async (outcome, servers = TURN, transport = "udp") =>
  said(await checkTurn(transport, servers, ice(outcome)));

test("STUN works where it tells an address, and where it tells the one that the device has", async () => {
  assert.deepEqual(await stun(() => [HOST, REFLEXIVE, "silence"]), ["passed", "stun.passed"]);
  assert.deepEqual(await stun(() => [HOST]), ["passed", "stun.direct"]);
  const { values } = await checkStun(
    STUN,
    ice(() => [REFLEXIVE]),
  );
  assert.deepEqual(values, { url: "stun:a", address: "198.51.100.7" });
});

test("where the browser does not tell of errors, finding nothing is no answer", async () => {
  const platform = ice(() => [HOST]);
  delete platform.RTCPeerConnection.prototype.onicecandidateerror;
  assert.deepEqual(said(await checkStun(STUN, platform)), ["failed", "stun.silent"]);
});

test("a STUN server that does not answer is the culprit, whatever else the browser finds", async () => {
  assert.deepEqual(await stun(() => [HOST, "silence"]), ["failed", "stun.silent"]);
  assert.deepEqual(await stun(() => [HOST, UNREACHABLE]), ["failed", "stun.silent"]);
});

test("a name that is not known, a browser without a network and a bad address are told apart", async () => {
  const lookup = { errorCode: 701, errorText: "STUN host lookup received error." };
  assert.deepEqual(await stun(() => [HOST, lookup]), ["failed", "ice.name"]);
  assert.deepEqual(await stun(() => []), ["failed", "ice.no-network"]);
  const RTCPeerConnection = class {
    constructor() {
      throw refusal("SyntaxError", "not a valid URL");
    }
  };
  assert.deepEqual(said(await checkStun(STUN, browser({ RTCPeerConnection }))), ["failed", "ice.malformed"]);
});

test("of several servers one is enough, and those that are dead are named", async () => {
  const servers = [{ urls: ["stun:dead", "stun:alive"] }];
  const outcome = ({ iceServers: [{ urls }] }) => (urls === "stun:alive" ? [REFLEXIVE] : [HOST, "silence"]);
  const verdict = await checkStun(servers, ice(outcome));
  assert.deepEqual(said(verdict), ["passed", "ice.some"]);
  assert.equal(verdict.values.dead, "stun:dead");
});

test("what the server does not name is not offered", async () => {
  assert.deepEqual(await stun(() => [], []), ["not-offered", "stun.none"]);
  assert.deepEqual(await stun(() => [], TURN), ["not-offered", "stun.by-turn"]);
  assert.deepEqual(await turn(() => [], STUN), ["not-offered", "turn-udp.none"]);
  assert.deepEqual(await turn(() => [], STUN, "tcp"), ["not-offered", "turn-tcp.none"]);
});

test("where the server could not be asked nothing is tried, and nobody is blamed", async () => {
  assert.deepEqual(await stun(() => [], null), ["not-tried", "ice.unasked"]);
  assert.deepEqual(await turn(() => [], null), ["not-tried", "ice.unasked"]);
  assert.deepEqual(await turn(() => [], null, "tcp"), ["not-tried", "ice.unasked"]);
});

test("TURN works where a relay is found, each transport by itself", async () => {
  const tcpOnly = ({ iceServers: [{ urls }] }) => (urls.endsWith("tcp") ? [RELAY] : ["silence"]);
  assert.deepEqual(await turn(tcpOnly, TURN, "tcp"), ["passed", "turn.passed"]);
  assert.deepEqual(await turn(tcpOnly, TURN, "udp"), ["failed", "turn-udp.silent"]);
});

for (const [errorCode, code] of [
  [401, "turn.refused"],
  [403, "turn.forbidden"],
  [486, "turn.quota"],
  [508, "turn.full"],
  [500, "turn.other"],
]) {
  test(`a TURN server that answers ${errorCode} is ${code}`, async () => {
    assert.deepEqual(await turn(() => [UNREACHABLE, { errorCode, errorText: "" }]), ["failed", code]);
  });
}

test("credentials that have expired are told from those of another secret", async () => {
  const old = [{ urls: "turn:a", username: "1700000000:11", credential: "x" }];
  assert.deepEqual(await turn(() => [{ errorCode: 401, errorText: "" }], old), ["failed", "turn.expired"]);
});

test("a TURN server that cannot be reached is silent on both transports", async () => {
  assert.deepEqual(await turn(() => ["silence"]), ["failed", "turn-udp.silent"]);
  assert.deepEqual(await turn(() => [], TURN, "tcp"), ["failed", "turn-tcp.silent"]);
});

test("each server is asked alone, a TURN server for relays only, and every connection is closed", async () => {
  const platform = ice(() => [RELAY]);
  await checkTurn("tcp", [...STUN, ...TURN], platform);
  const { made } = platform.RTCPeerConnection;
  const { username, credential } = TURN[0];
  const only = { iceServers: [{ urls: "turn:a?transport=tcp", username, credential }], iceTransportPolicy: "relay" };
  assert.deepEqual(
    made.map(({ configuration }) => configuration),
    [only],
  );
  assert.ok(made.every(({ closed }) => closed));
});

test("addresses are sorted by what they are for", () => {
  const servers = [{ urls: ["stun:a", "turn:b", "turns:c"] }, { urls: "turn:d?transport=TCP" }, { urls: "stuns:e" }];
  const { stun, ...turn } = sorted(servers);
  const urls = (asked) => asked.map(({ url }) => url);
  assert.deepEqual(
    [urls(stun), urls(turn["turn-udp"]), urls(turn["turn-tcp"])],
    [["stun:a", "stuns:e"], ["turn:b"], ["turns:c", "turn:d?transport=TCP"]],
  );
});

test("a browser without WebRTC is the culprit of all that needs it", async () => {
  const platform = browser({ RTCPeerConnection: undefined });
  for (const verdict of [
    await checkStun(STUN, platform),
    await checkTurn("udp", TURN, platform),
    await checkLoopback(platform),
  ]) {
    assert.deepEqual(said(verdict), ["failed", "rtc.unsupported"]);
  }
});

// ---- the call to oneself

/** A peer connection that comes to this state, and decodes so many frames. */
function looped({ state = "connected", frames = 5, packets = 5 } = {}) {
  return class {
    connectionState = state;
    iceConnectionState = state;
    signalingState = "stable";
    addTrack() {}
    async setLocalDescription() {}
    async setRemoteDescription() {}
    async getStats() {
      return new Map([
        ["v", { type: "inbound-rtp", kind: "video", framesDecoded: frames }],
        ["a", { type: "inbound-rtp", kind: "audio", packetsReceived: packets }],
      ]);
    }
    close() {
      this.signalingState = "closed";
    }
  };
}

test("the call to oneself passes when picture and sound arrive, and what was generated is stopped", async () => {
  for (const [how, expected] of [
    [{}, ["passed", "loopback.passed"]],
    [{ frames: 0 }, ["failed", "loopback.frozen"]],
    [{ packets: 0 }, ["failed", "loopback.frozen"]],
    [{ state: "failed", frames: 0 }, ["failed", "loopback.unconnected"]],
  ]) {
    let stopped = false;
    const make = () => ({ stream: { getTracks: () => [] }, sounds: true, stop: () => (stopped = true) });
    const verdict = await checkLoopback(browser({ ...impatient, RTCPeerConnection: looped(how) }), make);
    assert.deepEqual(said(verdict), expected);
    assert.ok(stopped);
  }
});

// ---- all together

const all = (outcome) =>
  Object.fromEntries(CHECKS.map((name) => [name, { outcome, code: "x", values: {}, detail: "" }]));
const but = (changes) => sum({ ...all("passed"), ...changes });
const bad = (code = "x") => ({ outcome: "failed", code });
const none = { outcome: "not-offered", code: "x" };
const unasked = { outcome: "not-tried", code: "ice.unasked" };

test("the last sentence tells what it means for calls, the gravest first", () => {
  for (const [changes, code] of [
    [{}, "all-well"],
    [{ "turn-udp": none, "turn-tcp": none }, "no-turn-offered"],
    [{ stun: none, "turn-udp": none, "turn-tcp": none }, "local-only"],
    [{ stun: unasked, "turn-udp": unasked, "turn-tcp": unasked }, "not-tried"],
    [{ camera: bad() }, "no-device"],
    [{ stun: bad(), camera: bad() }, "no-stun"],
    [{ "turn-udp": bad("turn.refused"), stun: bad() }, "no-relay"],
    [{ "turn-udp": bad("turn-udp.silent"), stun: bad() }, "udp-blocked"],
    [{ "turn-udp": bad("turn-udp.silent") }, "no-relay"],
    [{ loopback: bad(), stun: bad() }, "no-calls"],
    [{ websocket: bad(), loopback: bad() }, "no-server"],
  ]) {
    assert.equal(but(changes).code, code);
    assert.ok(panelsEn[`selftest.sum.${code}`], code);
  }
  assert.deepEqual(but({ camera: bad(), stun: bad() }).failures, ["camera", "stun"]);
  assert.equal(but({ stun: none }).outcome, "passed", "what is not offered has not failed");
});

test("every check is told when it begins and when it is done, and one that breaks has failed", async () => {
  const told = [];
  const settings = {
    iceServers: () => {
      throw new Error("the page's own mistake");
    },
  };
  const platform = browser({ ...impatient, RTCPeerConnection: undefined });
  const verdicts = await runChecks(settings, (name, { state }) => told.push(`${name} ${state}`), platform);
  for (const name of CHECKS) assert.equal(told.filter((it) => it.startsWith(`${name} `)).length, 2, name);
  assert.deepEqual(said(verdicts.stun), ["failed", "check.broken"]);
  assert.deepEqual(said(verdicts.camera), ["passed", "camera.passed"]);
  assert.ok(told.indexOf("camera passed") < told.indexOf("microphone running"), "one question at a time");
});
