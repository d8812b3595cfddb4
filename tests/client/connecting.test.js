/** The module, and where it connects to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as library from "../../static/switchboard.js";
import { Page } from "./fakes.js";

test("the module gives what its types say, and no more", () => {
  assert.deepEqual(Object.keys(library).sort(), ["SwitchboardError", "connect"]);
});

for (const [url, socket] of [
  ["https://signal.example", "wss://signal.example/ws"],
  ["http://localhost:8080/", "ws://localhost:8080/ws"],
  ["wss://signal.example/ws", "wss://signal.example/ws"],
  ["https://example.org/signal", "wss://example.org/signal/ws"],
  [new URL("https://example.org/signal/ws"), "wss://example.org/signal/ws"],
]) {
  test(`${url} means ${socket}`, async () => {
    const { socket: opened } = await Page.connected({ url });
    assert.equal(opened.url.origin + opened.url.pathname, socket);
  });
}

test("without a url it is the page's own server", async () => {
  const page = new Page({ url: undefined });
  page.options.platform.location = new URL("https://page.example/deep/page.html");
  page.begins();
  assert.equal(page.socket.url.host, "page.example");
});
