/**
 * How long two people wait until they see each other, with switchboard, with PeerJS, and with RTCPeerConnection and
 * signaling by hand as the limit.
 *
 *   benches/setup/run.mjs [--what calls,rooms,back,network] [--rounds 10] [--delays 0,50,150] [--browsers chromium,firefox] [--systems switchboard,tuned,peerjs,raw]
 *                         [--camera 0] [--rtc JSON] [--other DIR] [--out FILE]
 *
 * `tuned`: switchboard once more, in turn with the first: with `rtc` for its connections and the library of another folder.
 * `camera`: how many milliseconds the camera takes to open after the accept, or after a page has been told to join a room.
 * `rooms`: how long after it joins a room of 2, 4 or 8 a page sees the first picture, and all of them; the others are in one browser.
 * `back`: how long after a reload the page of a call shows the other person again, and how long after a server that was
 * killed answers again its users are online.
 *
 * `network`: how long a call has no picture when the only network of one side is replaced. Needs root, Linux and python3; without delays. Not
 * measured unless it is asked for.
 *
 * Two browsers on this machine; each system takes its turn in every round. The signaling goes through a proxy that holds
 * each chunk back for so many milliseconds each way; the media do not. Needs target/release/switchboard, npm,
 * chromedriver or geckodriver. The rows go to FILE as JSON, a table to the terminal.
 */
import { spawn, execFileSync } from "node:child_process";
import { createInterface } from "node:readline";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openBrowser } from "./browsers.mjs";
import { delayed, freePort, served, until } from "./network.mjs";
import { tableOf } from "./table.mjs";

process.setMaxListeners(100);
const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");

const { values } = parseArgs({
  options: {
    what: { type: "string", default: "calls,rooms,back" },
    rounds: { type: "string", default: "10" },
    delays: { type: "string", default: "0,50,150" },
    browsers: { type: "string", default: "chromium,firefox" },
    systems: { type: "string", default: "switchboard,peerjs,raw" },
    camera: { type: "string", default: "0" },
    rtc: { type: "string", default: "{}" },
    other: { type: "string", default: join(ROOT, "static") },
    library: { type: "string", default: join(ROOT, "static") },
    program: { type: "string", default: join(ROOT, "target/release/switchboard") },
    out: { type: "string" },
  },
});

/** A process that ends with this one. */
function run(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  process.once("exit", () => child.kill("SIGKILL"));
  return child;
}

if (!existsSync(join(HERE, "node_modules"))) execFileSync("npm", ["ci", "--silent", "--no-audit", "--no-fund"], { cwd: HERE });

const pages = await served({
  "/client/": values.library,
  "/other/": values.other,
  "/peerjs/": join(HERE, "node_modules/peerjs/dist"),
  "/": join(HERE, "pages"),
});
const ports = { switchboard: await freePort(), peerjs: await freePort() };
const startServer = () => run(values.program, ["--listen", `127.0.0.1:${ports.switchboard}`, "--origins", pages, "--log", "error"]);
let server = startServer();
run(process.execPath, [join(HERE, "node_modules/peer/dist/bin/peerjs.js"), "--host", "127.0.0.1", "--port", ports.peerjs, "--path", "/"]);
ports.tuned = ports.switchboard;
// The limit has its signaling carried by the plain messages of switchboard.
ports.raw = ports.switchboard;
await Promise.all([until(`http://127.0.0.1:${ports.switchboard}/healthz`), until(`http://127.0.0.1:${ports.peerjs}/`)]);

/** One call: rings, is accepted, both see a picture, ends. @returns what was waited for, in ms */
async function round(caller, callee) {
  await caller.run("lab.call('bo')");
  await callee.sees("lab.rangAt");
  // Time to prepare the connection while it rings: people take longer than this to press a button.
  await new Promise((done) => setTimeout(done, 1500));
  await callee.run("lab.accept()");
  await Promise.all([caller.sees("lab.pictureAt"), callee.sees("lab.pictureAt")]);
  const [there, here] = [await caller.value("lab.times()"), await callee.value("lab.times()")];
  await caller.run("lab.end()");
  await Promise.all([caller.sees("lab.idle()"), callee.sees("lab.idle()")]);
  return {
    ring: here.rangAt - there.calledAt,
    callee: here.pictureAt - here.acceptedAt,
    caller: there.pictureAt - here.acceptedAt,
  };
}

/** Two people, each in a browser, whose signaling is delayed. */
async function pairOf(browser, system, delay) {
  const proxy = await delayed(ports[system], delay);
  const pair = await Promise.all(["ana", "bo"].map(async (name) => {
    const it = await openBrowser(browser);
    const query = { system, port: proxy.port, name, camera: name === "bo" ? values.camera : 0, rtc: values.rtc };
    await it.open(`${pages}/?${new URLSearchParams(query)}`);
    await it.sees("window.lab?.ready");
    return it;
  }));
  return { system, pair, proxy };
}

async function part({ pair, proxy }) {
  await Promise.all(pair.map((it) => it.close()));
  proxy.close();
}

/** A page joins rooms of several sizes and leaves them again. */
async function measureRooms(browser, delay, rounds) {
  const rows = [];
  const proxy = await delayed(ports.switchboard, delay);
  for (const size of [2, 4, 8]) {
    const pages = [];
    for (const members of [size - 1, 0]) pages.push(await roomPage(browser, proxy, members));
    const newcomer = pages[1];
    // The first time is slower than any other: it is not counted.
    for (let nth = 0; nth <= rounds; nth++) {
      for (const waits of Number(values.camera) ? [false, true] : [false]) {
        await newcomer.run(`lab.call(${size}, ${waits})`);
        await newcomer.sees("lab.allAt");
        const { calledAt, pictureAt, allAt } = await newcomer.value("lab.times()");
        const row = { browser, delay, system: waits ? "switchboard, waitForStream" : "switchboard", nth, [`room of ${size}, first`]: pictureAt - calledAt };
        if (size > 2) row[`room of ${size}, all`] = allAt - calledAt;
        if (nth > 0) rows.push(row);
        await newcomer.run("lab.end()");
        await newcomer.sees("lab.idle()");
      }
    }
    await Promise.all(pages.map((it) => it.close()));
  }
  proxy.close();
  return rows;
}

async function roomPage(browser, proxy, members) {
  const it = await openBrowser(browser);
  const camera = members ? 0 : values.camera;
  await it.open(`${pages}/?${new URLSearchParams({ system: "rooms", port: proxy.port, members, camera })}`);
  await it.sees("window.lab?.ready");
  return it;
}

/** Each side of a call is reloaded, then the server is killed and started again. */
async function measureBack(browser, delay, rounds) {
  const rows = [];
  const both = await pairOf(browser, "switchboard", delay);
  const [caller, callee] = both.pair;
  await caller.run("lab.call('bo')");
  await callee.sees("lab.rangAt");
  await callee.run("lab.accept()");
  await Promise.all(both.pair.map((it) => it.sees("lab.pictureAt")));
  for (let nth = 0; nth < rounds; nth++) {
    for (const [side, page] of [["caller", caller], ["callee", callee]]) {
      const before = Date.now();
      await page.run("location.reload()");
      await page.sees(`window.lab?.pictureAt > ${before}`);
      const times = await page.value("lab.times()");
      rows.push({ browser, delay, system: "switchboard", nth, [`reload of the ${side}`]: times.pictureAt - before });
    }
    server.kill("SIGKILL");
    // As long as a machine needs that starts it again.
    await new Promise((done) => setTimeout(done, 3000));
    server = startServer();
    await until(`http://127.0.0.1:${ports.switchboard}/healthz`);
    const answers = Date.now();
    await Promise.all(both.pair.map((it) => it.sees(`lab.onlineAt > ${answers - 1000}`)));
    for (const it of both.pair) {
      rows.push({ browser, delay, system: "switchboard", nth, "server answers → online": (await it.value("lab.times()")).onlineAt - answers });
    }
    // The call goes on in the new sessions before the next reload.
    await Promise.all(both.pair.map((it) => it.sees("lab.settled()")));
  }
  await part(both);
  return rows;
}

/** The calls are made in a namespace of their own. */
async function measureMoves(browser, rounds) {
  const name = `setup-${process.pid}`;
  const stdio = ["pipe", "pipe", "inherit"];
  const networks = spawn("python3", [join(HERE, "namespaces.py"), name], { stdio });
  const done = createInterface({ input: networks.stdout })[Symbol.asyncIterator]();
  await done.next();
  const how = { name, browser, rounds, library: values.library, program: values.program };
  const rest = spawn("nsenter", [`--net=/run/netns/${name}-rest`, process.execPath, join(HERE, "moved.mjs"), JSON.stringify(how)], { stdio });
  const rows = [];
  for await (const line of createInterface({ input: rest.stdout })) {
    const [, address] = /^move (\d+)$/.exec(line) ?? [];
    if (!address) rows.push(JSON.parse(line));
    else {
      networks.stdin.write(`${address}\n`);
      await done.next();
      rest.stdin.write("moved\n");
    }
  }
  networks.stdin.end();
  await new Promise((ended) => networks.once("exit", ended));
  return rows;
}

async function measure(browser, delay, systems, rounds) {
  const rows = [];
  const pairs = [];
  for (const system of systems) pairs.push(await pairOf(browser, system, delay));
  // The first call of a browser is slower than any other: it is not counted.
  for (let nth = 0; nth <= rounds; nth++) {
    for (const { system, pair } of pairs) {
      const times = await round(...pair);
      if (nth > 0) rows.push({ browser, delay, system, nth, ...times });
    }
  }
  for (const it of pairs) await part(it);
  return rows;
}

const list = (text) => text.split(",").filter(Boolean);
const rows = [];
for (const browser of list(values.browsers)) {
  if (list(values.what).includes("network")) {
    const moves = await measureMoves(browser, Number(values.rounds));
    console.log(tableOf(moves));
    rows.push(...moves);
  }
  for (const delay of list(values.delays).map(Number)) {
    const mine = [];
    if (list(values.what).includes("calls")) mine.push(...(await measure(browser, delay, list(values.systems), Number(values.rounds))));
    if (mine.length) console.log(tableOf(mine));
    if (list(values.what).includes("rooms")) {
      const rooms = await measureRooms(browser, delay, Number(values.rounds));
      console.log(tableOf(rooms));
      mine.push(...rooms);
    }
    if (list(values.what).includes("back")) {
      const back = await measureBack(browser, delay, Number(values.rounds));
      console.log(tableOf(back));
      mine.push(...back);
    }
    rows.push(...mine);
  }
}
if (values.out) writeFileSync(values.out, rows.map((it) => JSON.stringify(it)).join("\n") + "\n");
process.exit(0);
