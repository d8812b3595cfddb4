/** Browsers, driven by WebDriver (https://www.w3.org/TR/webdriver2/). */
import { spawn } from "node:child_process";
import { freePort, until } from "./network.mjs";

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

/** @param {"chromium" | "firefox"} name */
export async function openBrowser(name) {
  const { command, args, capabilities } = DRIVERS[name];
  const port = await freePort();
  const driver = spawn(command, args(port), { stdio: "ignore" });
  process.on("exit", () => driver.kill("SIGKILL"));
  await until(`http://127.0.0.1:${port}/status`);
  const browser = new Browser(`http://127.0.0.1:${port}`, driver);
  await browser.begin(capabilities);
  return browser;
}

class Browser {
  #address;
  #driver;
  #session = "";

  constructor(address, driver) {
    this.#address = address;
    this.#driver = driver;
  }

  async begin(capabilities) {
    const { sessionId } = await this.#ask("POST", "/session", { capabilities: { alwaysMatch: capabilities } });
    this.#session = `/session/${sessionId}`;
  }

  async #ask(method, path, body) {
    const response = await fetch(this.#address + path, { method, body: body && JSON.stringify(body), headers: { "content-type": "application/json" } });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.message}`);
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
    this.#driver.kill();
  }
}
