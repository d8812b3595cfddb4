/** Examples of docs/client.md do what it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../client/src/index.js";
import { Page, Stream, settle } from "./fakes.js";
import { blocksOf, readText } from "./blocks.js";

const guide = readText("docs/client.md");
const exampleWith = (words) => blocksOf(guide, "js").find((code) => code.includes(words));
const AsyncFunction = (async () => {}).constructor;

test("a socket with something around it shows the wire, and the library works through it", async () => {
  const page = new Page();
  const shown = [];
  const { platform } = page.options;
  const Plain = platform.WebSocket;
  /** A socket with listeners, as browsers have them. */
  class Listened extends Plain {
    addEventListener(event, listener) {
      this[`listener of ${event}`] = listener;
    }
    says(...messages) {
      for (const message of messages) this["listener of message"]({ data: JSON.stringify(message) });
      super.says(...messages);
    }
  }
  const example = exampleWith("class Watched").replace('userId: "11", platform: {', 'userId: "11", url: "https://signal.example", platform: { ...platform,');
  const run = new AsyncFunction("connect", "WebSocket", "show", "platform", `${example}; return me;`);
  const me = run(connect, Listened, (way, it) => shown.push(`${way} ${it.type}`), platform);
  await settle();
  page.socket.registers();
  (await me).send("22", "hi").catch(() => {});
  assert.deepEqual(shown, ["in registered", "out ping", "out message"]);
  (await me).close();
});

test("the guide names every error code and every event that the types name", () => {
  const types = readText("static/switchboard.d.ts");
  for (const [, name, body] of types.matchAll(/interface (\w+)Events[^{]*\{([^]*?)\n\}/g)) {
    for (const [, event] of body.matchAll(/^  "?([\w-]+)"?:/gm)) assert.ok(guide.includes(`\`${event}\``), `${name}: ${event}`);
  }
  const codes = readText("docs/protocol.md").split("## 10.")[1].split("\n## ")[0];
  const ofClients = ["bad-json", "bad-message", "unknown-type", "unknown-field", "call-over", "not-your-call"];
  for (const [, code] of codes.matchAll(/^\| `([a-z-]+)` \|/gm)) {
    if (!ofClients.includes(code)) assert.ok(guide.includes(`\`${code}\``), code);
  }
  const own = types.split("export type ErrorCode =")[1].split(";")[0];
  for (const [, code] of own.matchAll(/"([a-z-]+)"/g)) assert.ok(guide.includes(`\`${code}\``), code);
});

test("the guide shows the hook that the React app uses", () => {
  assert.ok(blocksOf(guide, "ts").includes(readText("examples/react/src/useSwitchboard.ts")));
});

test("an app in React Native is online again as soon as it is in the foreground", async () => {
  const page = new Page();
  const listeners = [];
  const native = {
    AppState: { addEventListener: (event, listener) => listeners.push([event, listener]) },
    mediaDevices: { getUserMedia: async () => Stream.of("audio", "video") },
    registerGlobals: () => {},
    connect: (options) => connect({ ...options, platform: { ...page.options.platform, ...options.platform } }),
  };
  const example = exampleWith("registerGlobals").replace(/^import .*$/gm, "").replaceAll("export const", "const");
  const { signIn, ring } = new Function(...Object.keys(native), `${example}; return { signIn, ring };`)(...Object.values(native));
  const signedIn = signIn("11", "token");
  await settle();
  page.socket.registers();
  const me = await signedIn;
  ring(me, "22").catch(() => {});
  await settle();
  assert.deepEqual(page.socket.last("call-request").media, { audio: true, video: true });

  page.socket.closes(1006);
  assert.equal(me.state, "waiting");
  for (const [event, listener] of listeners) if (event === "change") listener("background");
  assert.equal(me.state, "waiting");
  for (const [event, listener] of listeners) if (event === "change") listener("active");
  assert.equal(me.state, "connecting");
  me.close();
});
