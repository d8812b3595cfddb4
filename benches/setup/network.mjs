/** Files, free ports, and a proxy that delays. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };

const listening = (server, host = "127.0.0.1") => new Promise((done) => server.listen(0, host, () => done(server.address().port)));

export async function freePort() {
  const server = createTcpServer();
  const port = await listening(server);
  await new Promise((done) => server.close(done));
  return port;
}

/** Serves folders by the beginning of a path. @param {Record<string, string>} folders the longest first @param {string} [host] @returns {Promise<string>} its origin */
export async function served(folders, host = "127.0.0.1") {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const [begin, folder] = Object.entries(folders).find(([it]) => pathname.startsWith(it));
    const file = pathname === "/" ? "index.html" : normalize(pathname.slice(begin.length));
    try {
      const body = await readFile(join(folder, file));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return `http://${host}:${await listening(server, host)}`;
}

/** Waits until this address answers. @param {string} address */
export async function until(address) {
  for (const deadline = Date.now() + 20_000; ; ) {
    if (await fetch(address).then((it) => it.ok, () => false)) return;
    if (Date.now() > deadline) throw new Error(`${address} does not answer`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** A port that leads to another one; each chunk takes `delay` ms each way. */
export async function delayed(target, delay) {
  const sockets = new Set();
  const pass = (from, to) => {
    from.setNoDelay(true);
    sockets.add(from);
    const later = delay ? (run) => setTimeout(run, delay) : (run) => run();
    from.on("data", (chunk) => later(() => to.writable && to.write(chunk)));
    from.on("end", () => later(() => to.end()));
    from.on("error", () => to.destroy());
    from.on("close", () => sockets.delete(from));
  };
  const server = createTcpServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    pass(client, upstream);
    pass(upstream, client);
  });
  const port = await listening(server);
  return { port, close: () => (server.close(), sockets.forEach((it) => it.destroy())) };
}
