/** Where it connects to. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SwitchboardError, connect } from "../../client/src/index.js";
import { Page, settle } from "./fakes.js";

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

for (const [url, socket] of [
  ["/signal", "wss://page.example/signal/ws"],
  ["signal", "wss://page.example/deep/signal/ws"],
  ["//signal.example", "wss://signal.example/ws"],
  ["./", "wss://page.example/deep/ws"],
]) {
  test(`a relative url is relative to the page: ${url} means ${socket}`, async () => {
    const page = new Page({ url });
    page.options.platform.location = new URL("https://page.example/deep/page.html");
    page.begins();
    await settle();
    assert.equal(page.socket.url.origin + page.socket.url.pathname, socket);
  });
}

test("a relative url is relative to the base of the document, where it has one", async () => {
  const page = new Page({ url: "signal" });
  page.options.platform.location = new URL("https://page.example/page.html");
  page.document.baseURI = "https://page.example/base/";
  page.begins();
  await settle();
  assert.equal(page.socket.url.pathname, "/base/signal/ws");
});

/** The error with which `connect` fails; nothing of it is left. */
async function faultOf(options, location) {
  const page = new Page(options);
  page.options.platform.location = location;
  page.begins();
  const error = await page.connected.then(() => assert.fail("it has not failed"), (it) => it);
  assert.ok(error instanceof SwitchboardError, String(error));
  assert.equal(page.clock.running + page.window.listeners + page.document.listeners, 0);
  return error;
}

const PAGE = new URL("https://page.example/page.html");
for (const [what, url, location, words] of [
  ["nothing, in Node", undefined, undefined, /`url` is missing/],
  ["nothing, in a page of a file", undefined, { origin: "null", href: "file:///page.html" }, /`url` is missing/],
  ["something relative, in Node", "/signal", undefined, /\/signal is no address here/],
  ["no address", "https://", PAGE, /https:\/\/ is no address/],
  ["another scheme", "ftp://signal.example", PAGE, /begins with ftp:, not with https: or wss:/],
  ["a host without a scheme", "localhost:8080", PAGE, /begins with localhost:/],
  ["a fragment", "https://signal.example/#room", PAGE, /#room has a fragment/],
]) {
  test(`a url that is ${what} is told as such`, async () => {
    const { code, message } = await faultOf({ url }, location);
    assert.equal(code, "bad-option");
    assert.match(message, words);
  });
}

test("a socket that the browser does not allow a page over https is told as such", async () => {
  const page = new Page({ url: "http://signal.example" });
  page.options.platform.WebSocket = class {
    constructor() {
      throw new DOMException("insecure", "SecurityError");
    }
  };
  page.begins();
  await assert.rejects(page.connected, { code: "bad-option", message: /ws:\/\/signal.example\/ws needs wss: in a page over https/ });
});

test("connect without a url fails in Node, and does not throw", async () => {
  await assert.rejects(connect({ userId: "11" }), { name: "SwitchboardError", code: "bad-option" });
});

test("an option that nobody knows is refused by name", async () => {
  const { code, message } = await faultOf({ usrId: "11" });
  assert.deepEqual([code, message], ["bad-option", "`connect` has no option `usrId`"]);
});

test("options of connect that are null are not given", async () => {
  const nulls = { userId: null, name: null, token: null, rtc: null, timeout: null };
  const page = await Page.connected(nulls);
  assert.deepEqual([...page.socket.url.searchParams.keys()], ["received"]);
  await assert.rejects(connect({ platform: null, url: null }), { code: "bad-option" });
});

test("options that are no object are refused", async () => {
  for (const options of ["wss://signal.example", "", 5, true]) await assert.rejects(connect(options), { code: "bad-option" });
});

test("every option that the types name is known", () => {
  const types = readFileSync(new URL("../../static/switchboard.d.ts", import.meta.url), "utf8");
  const source = readFileSync(new URL("../../client/src/options.js", import.meta.url), "utf8");
  const body = types.split("interface Options {")[1].split("\n}")[0];
  const named = [...body.matchAll(/^  (\w+)\?:/gm)].map(([, option]) => option);
  const [, known] = /const NAMES = .\^\((.*)\)\$/.exec(source);
  assert.deepEqual(named.sort(), known.split("|").sort());
});
