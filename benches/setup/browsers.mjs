/** Browsers, driven by WebDriver (https://www.w3.org/TR/webdriver2/). */
import { spawn } from "node:child_process";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./network.mjs";

const CHROMIUM = {
  browserName: "chrome",
  "goog:chromeOptions": {
    args: [
      "--headless",
      // The pipe's other end is chromedriver: no browser outlives it.
      "--remote-debugging-pipe",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-background-timer-throttling",
      "--disable-renderer-backgrounding",
      // Two browsers of one machine find each other without a network and without multicast DNS.
      "--allow-loopback-in-peer-connection",
      "--disable-features=WebRtcHideLocalIpsWithMdns",
      "--autoplay-policy=no-user-gesture-required",
    ],
  },
};

const FIREFOX = {
  browserName: "firefox",
  "moz:firefoxOptions": {
    binary: "firefox-esr",
    args: ["-headless"],
    prefs: {
      "media.autoplay.default": 0,
      "media.peerconnection.ice.loopback": true,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
      "media.gmp-manager.updateEnabled": false,
    },
  },
};

const DRIVERS = {
  chromium: { command: "chromedriver", args: (port) => [`--port=${port}`], capabilities: CHROMIUM },
  firefox: { command: "geckodriver", args: (port) => [`--port=${port}`, "--websocket-port=0"], capabilities: FIREFOX },
};

/** @param {"chromium" | "firefox"} name @param {string} [namespace] of the network that it is in */
export async function openBrowser(name, namespace) {
  const { command, args, capabilities } = DRIVERS[name];
  const port = await freePort();
  const run = (...words) => {
    const child = spawn(words[0], words.slice(1), { stdio: "ignore" });
    process.on("exit", () => child.kill("SIGKILL"));
    return child;
  };
  const inside = namespace ? ["nsenter", `--net=/run/netns/${namespace}`] : [];
  const programs = [run(...inside, command, ...args(port))];
  const way = { host: "127.0.0.1", port, headers: { host: `127.0.0.1:${port}` } };
  if (namespace) {
    // A port of another namespace is reached through a socket in the file system.
    way.socketPath = join(tmpdir(), `driver-${process.pid}-${port}.sock`);
    programs.push(run(...inside, process.execPath, "-e", RELAY, String(port), way.socketPath));
  }
  const browser = new Browser(way, programs);
  await browser.begin(capabilities);
  return browser;
}

const RELAY = `
  const { connect, createServer } = require("node:net");
  const [port, path] = process.argv.slice(1);
  createServer((client) => {
    const driver = connect(Number(port), "127.0.0.1");
    client.pipe(driver).pipe(client);
    client.on("error", () => driver.destroy());
    driver.on("error", () => client.destroy());
  }).listen(path);
`;

class Browser {
  #way;
  #programs;
  #session = "";

  constructor(way, programs) {
    this.#way = way;
    this.#programs = programs;
  }

  async begin(capabilities) {
    for (const deadline = Date.now() + 20_000; ; ) {
      if (await this.#ask("GET", "/status").then(() => true, () => false)) break;
      if (Date.now() > deadline) throw new Error("the driver does not answer");
      await new Promise((done) => setTimeout(done, 50));
    }
    const { sessionId } = await this.#ask("POST", "/session", { capabilities: { alwaysMatch: capabilities } });
    this.#session = `/session/${sessionId}`;
  }

  async #ask(method, path, body) {
    const text = body ? JSON.stringify(body) : "";
    const headers = { ...this.#way.headers, "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    const response = await new Promise((done, failed) => request({ ...this.#way, method, path, headers }, done).on("error", failed).end(text));
    const chunks = [];
    for await (const chunk of response) chunks.push(chunk);
    const { value } = JSON.parse(Buffer.concat(chunks).toString());
    if (response.statusCode >= 300) throw new Error(`${path}: ${value.message}`);
    return value;
  }

  open(url) {
    return this.#ask("POST", `${this.#session}/url`, { url });
  }

  /** The value of an expression; a promise is awaited. */
  value(expression) {
    return this.#ask("POST", `${this.#session}/execute/sync`, { script: `return (async () => (${expression}))()`, args: [] });
  }

  /** Runs it without waiting for what it promises. */
  run(expression) {
    return this.#ask("POST", `${this.#session}/execute/sync`, { script: `${expression}; return null`, args: [] });
  }

  /** Waits until it is true. */
  async sees(expression) {
    for (const deadline = Date.now() + 30_000; ; ) {
      // While a page is being loaded anew nothing can be told.
      const seen = await this.value(`[Boolean(${expression}), window.lab?.problem]`).catch(() => []);
      if (seen[0]) return;
      if (seen[1] || Date.now() > deadline) throw new Error(`not seen: ${expression} ${seen[1] ?? ""}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  async close() {
    await this.#ask("DELETE", this.#session);
    for (const it of this.#programs) it.kill();
  }
}
