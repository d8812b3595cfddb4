/** Where it connects to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Page } from "./fakes.js";

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
