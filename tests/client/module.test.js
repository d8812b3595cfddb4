/** The module as it is served and published, and what apps can see of its objects. The other tests import the source. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as source from "../../client/src/index.js";
import * as served from "../../static/switchboard.js";
import { Page, Stream, settle } from "./fakes.js";

const text = (name) => readFileSync(new URL(`../../static/${name}`, import.meta.url), "utf8");

for (const [name, module] of Object.entries({ source, served })) {
  test(`the ${name} gives what its types say, and no more`, () => {
    assert.deepEqual(Object.keys(module).sort(), ["SwitchboardError", "connect"]);
  });

  test(`the ${name} connects, comes back, calls, and sends`, async () => {
    const page = await Page.connected({ through: module.connect });
    page.chance = 0;
    page.socket.closes(1006);
    await page.clock.advance(1);
    page.socket.registers({ resumed: true });
    const outcome = page.me.call("22", { stream: Stream.of("audio") });
    await settle();
    page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: page.socket.last("call-request").id });
    page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true });
    await settle();
    assert.equal((await outcome).callId, "C");
    assert.equal(page.socket.last("offer").callId, "C");
    page.connection.becomes("connected");
    assert.equal(page.me.currentCall.state, "connected");
    const refused = page.me.send("22", "hi");
    page.socket.says({ type: "undelivered", ref: page.socket.last("message").id, to: "22" });
    await assert.rejects(refused, (error) => error instanceof module.SwitchboardError && error.code === "undelivered");
    page.me.close();
    assert.equal(page.clock.running, 0);
  });

  test(`whatever the ${name} shows of its objects is in the types, or begins with _`, async () => {
    const page = await Page.connected({ through: module.connect });
    page.me.call("22", { stream: Stream.of("audio") }).catch(() => {});
    page.me.peer("33").catch(() => {});
    const joined = page.me.join("standup");
    await settle();
    page.socket.says({ type: "room-joined", room: "standup", members: ["44"], ref: page.socket.last("join").id });
    const room = await joined;
    const call = page.me.currentCall;
    const types = text("switchboard.d.ts");
    for (const it of [page.me, call, room, room.peers.get("44"), call.dataChannel("x")]) {
      for (const member of membersOf(it)) {
        const declared = new RegExp(`^  (readonly )?${member}[<(:]`, "m").test(types);
        assert.ok(declared || member.startsWith("_"), `${member} is neither`);
      }
    }
    page.me.close();
  });
}

/** All that a person sees who looks at it in a browser's console. */
function membersOf(object) {
  const names = new Set();
  for (let it = object; it !== Object.prototype; it = Object.getPrototypeOf(it)) {
    for (const name of Object.getOwnPropertyNames(it)) if (name !== "constructor") names.add(name);
  }
  return names;
}

test("the map has the whole source with its comments, for a browser's tools", () => {
  const map = JSON.parse(text("switchboard.js.map"));
  assert.ok(text("switchboard.js").trimEnd().endsWith("//# sourceMappingURL=switchboard.js.map"));
  assert.ok(map.sources.includes("../client/src/line/line.js"));
  map.sources.forEach((path, nth) => {
    assert.equal(map.sourcesContent[nth], readFileSync(new URL(`../../static/${path}`, import.meta.url), "utf8"));
  });
});
