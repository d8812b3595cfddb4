/**
 * How long a call has no picture when the only network of one side is replaced: the part of run.mjs that runs in the
 * namespace of the server and the other side.
 *
 *     nsenter --net=/run/netns/NAME-rest node moved.mjs '{"name":…,"browser":…,"rounds":…,"library":…,"program":…}'
 *
 * Prints `move N` for each move, and reads a line when that is done; prints each row as JSON.
 */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./browsers.mjs";
import { freePort, served, until } from "./network.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const HOST = "10.77.0.2";
/** Without a frame for longer than this, there was no picture; ms. */
const PAUSE = 200;

const { name, browser, rounds, library, program } = JSON.parse(process.argv[2]);
const pages = await served({ "/client/": library, "/": join(HERE, "pages") }, HOST);
const port = await freePort();
const server = spawn(program, ["--listen", `${HOST}:${port}`, "--insecure-open", "--origins", pages, "--log", "error"], { stdio: ["ignore", "ignore", "inherit"] });
process.once("exit", () => server.kill("SIGKILL"));
await until(`http://${HOST}:${port}/healthz`);

const moved = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function open(user, namespace) {
  const it = await openBrowser(browser, namespace);
  await it.open(`${pages}/?${new URLSearchParams({ system: "switchboard", port, name: user })}`);
  await it.sees("window.lab?.ready");
  return it;
}

/** One call, in which ana moves again and again. @param {number} first address */
async function call(mover, first) {
  const [ana, bo] = await Promise.all([open("ana", `${name}-page`), open("bo")]);
  const [caller, callee, to] = mover === "caller" ? [ana, bo, "bo"] : [bo, ana, "ana"];
  await caller.run(`lab.call('${to}')`);
  await callee.sees("lab.rangAt");
  await callee.run("lab.accept()");
  for (const it of [ana, bo]) await it.sees("lab.pictureAt");
  for (let nth = 1; nth <= rounds; nth++) {
    await pause(4000);
    for (const it of [ana, bo]) await it.run("lab.watch()");
    console.log(`move ${first + nth}`);
    await moved.next();
    const at = Date.now();
    await pause(8000);
    // A pause that begins later has other reasons.
    const ends = (times) => times.filter((it, index) => index > 0 && times[index - 1] < at + 500 && it - times[index - 1] > PAUSE);
    const back = (times) => Math.max(0, ...ends(times).map((it) => it - at));
    // A picture that is still missing counts as one that comes now.
    const times = await Promise.all([ana, bo].map(async (it) => [...(await it.value("lab.frames")), Date.now()]));
    console.log(JSON.stringify({ browser, delay: 0, system: "switchboard", nth, [`network of the ${mover}`]: Math.max(...times.map(back)) }));
  }
  await Promise.all([ana.close(), bo.close()]);
}

await call("caller", 100);
await call("callee", 150);
process.exit(0);
