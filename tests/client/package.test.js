/** The package as `npm pack` makes it, and what an app that has installed it finds. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = (name) => readFileSync(join(root, name), "utf8");
const json = (name) => JSON.parse(text(name));
const { name, version } = json("client/package.json");
const tsc = join(root, "client/node_modules/typescript/bin/tsc");

/** An app in a folder of its own, which has installed the package and nothing else. */
let app;
let packed;

before(() => {
  app = mkdtempSync(join(tmpdir(), "switchboard-app-"));
  const tarball = execFileSync("npm", ["pack", "--silent", "--pack-destination", app], { cwd: join(root, "client"), encoding: "utf8" }).trim();
  packed = join(app, "node_modules", name);
  mkdirSync(packed, { recursive: true });
  execFileSync("tar", ["-xzf", join(app, tarball), "--strip-components=1", "-C", packed]);
  writeFileSync(join(app, "package.json"), JSON.stringify({ private: true, type: "module" }));
});
after(() => rmSync(app, { recursive: true }));

const inPackage = (path) => readFileSync(join(packed, path), "utf8");

const BUILT = ["switchboard-media.d.ts", "switchboard-media.js", "switchboard-media.js.map", "switchboard.d.ts", "switchboard.global.js", "switchboard.js", "switchboard.js.map"];

test("the package holds the library, its types, a README and both licences, and nothing else", () => {
  const files = execFileSync("find", [".", "-type", "f"], { cwd: packed, encoding: "utf8" }).trim().split("\n").sort();
  const dist = [...BUILT, "switchboard.global.d.ts"].sort();
  const expected = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", ...dist.map((it) => `dist/${it}`), "package.json"];
  assert.deepEqual(files, expected.map((it) => `./${it}`));
  for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) assert.equal(inPackage(licence), text(licence));
  for (const file of BUILT) {
    const served = text(`static/${file}`);
    assert.equal(inPackage(`dist/${file}`), file === "switchboard.js" ? served.replaceAll("import.meta.url", "undefined      ") : served);
  }
});

test("the size that the README, the guide and the package tell is the one that the library has", () => {
  const size = gzipSync(text("static/switchboard.js"), { level: 9 }).length / 1000;
  for (const file of ["README.md", "docs/client.md", "client/README.md"]) {
    const [, told] = /at most (\d+) kB/.exec(text(file)) ?? [];
    assert.ok(size <= Number(told) && size > told - 1, `${file}: ${told} kB, and it has ${size}`);
  }
});

test("nothing in the package reads `import.meta`, which Jest and React Native refuse", () => {
  for (const file of BUILT.filter((it) => it.endsWith(".js"))) assert.ok(!inPackage(`dist/${file}`).includes("import.meta"), file);
});

test("the package has a scoped name, the server's version, and is public", () => {
  const { private: hidden, publishConfig } = json("client/package.json");
  assert.match(name, /^@[a-z-]+\/[a-z-]+$/);
  assert.equal(hidden, undefined);
  assert.equal(publishConfig.access, "public");
  assert.equal(version, /^version = "(.*)"$/m.exec(text("Cargo.toml"))[1]);
});

test("lock files name no registry, and no hash of a tarball that is made anew with each build", () => {
  for (const path of ["client", "examples/react"]) {
    assert.match(text(`${path}/.npmrc`), /^omit-lockfile-registry-resolved=true$/m);
    for (const [where, { resolved, integrity, link }] of Object.entries(json(`${path}/package-lock.json`).packages)) {
      if (where === "" || link) continue;
      const local = resolved?.startsWith("file:") ?? false;
      assert.equal(resolved, local ? "file:../../client/switchboard-client.tgz" : undefined, where);
      assert.equal(integrity === undefined, local, where);
    }
  }
});

test("an app imports the package by its name, and the classic build as a module too", () => {
  const script = `
    import * as library from "${name}";
    import * as media from "${name}/media";
    import "${name}/global";
    console.log(JSON.stringify([library, globalThis.switchboard, media].map((it) => Object.keys(it).sort())));
  `;
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: app, encoding: "utf8" });
  const exported = ["SwitchboardError", "connect"];
  assert.deepEqual(JSON.parse(printed), [exported, exported, ["listDevices", "switchDevice", "watchDevices", "watchLevel"]]);
});

for (const [resolution, module] of [["bundler", "esnext"], ["node16", "node16"], ["nodenext", "nodenext"]]) {
  test(`TypeScript finds the types of the package by moduleResolution ${resolution}`, () => {
    const source = `
      import { SwitchboardError, connect, type Call } from "${name}";
      import { switchDevice } from "${name}/media";
      import "${name}/global";
      export const turn = (call: Call) => switchDevice(call, "video");
      export const call = async (): Promise<Call> => (await connect({ userId: "11" })).call("22");
      export const again: typeof connect = switchboard.connect;
      // @ts-expect-error there is no such option
      void connect({ user: "11" });
      // @ts-expect-error the code is no number
      export const code = (error: SwitchboardError): number => error.code;
    `;
    const file = join(app, `${resolution}.ts`);
    writeFileSync(file, source);
    const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--module", module, "--moduleResolution", resolution];
    execFileSync(process.execPath, [tsc, ...options, file], { cwd: app, stdio: ["ignore", "inherit", "inherit"] });
  });
}

test("the classic build sets one global, which has what the module exports", async () => {
  const page = createContext({});
  runInContext(text("static/switchboard.global.js"), page);
  assert.deepEqual(Object.keys(page), ["switchboard"]);
  assert.deepEqual(Object.keys(page.switchboard).sort(), Object.keys(await import("../../static/switchboard.js")).sort());
});

test("the classic build connects to the server next to it, as the module does", async () => {
  const opened = [];
  class WebSocket {
    constructor(address) {
      opened.push(new URL(address).pathname);
      throw new Error("enough");
    }
  }
  const page = createContext({ URL, WebSocket, setTimeout, clearTimeout, performance, location: { origin: "https://page.example" }, document: { currentScript: { src: "https://page.example/signal/switchboard.global.js" }, addEventListener() {}, removeEventListener() {} } });
  runInContext(text("static/switchboard.global.js"), page);
  await assert.rejects(page.switchboard.connect({ userId: "11" }));
  assert.deepEqual(opened, ["/signal/ws"]);
});

test("the classic build has the module's code in the same lines and columns, so that one source map is right for both", () => {
  const [module, classic] = ["switchboard.js", "switchboard.global.js"].map((it) => text(`static/${it}`).split("\n"));
  assert.equal(classic.length, module.length);
  const code = (lines) => lines.slice(1, -1).join("\n").replace(/(export|return)\{.*$/, "").replaceAll(/import\.meta\.url|addressOfScript/g, "address".padEnd(15));
  assert.equal(code(classic), code(module));
  assert.equal(classic.at(-1), module.at(-1));
});

test("the guide names the files with this version, and the hashes that they have", () => {
  const guide = text("docs/client.md");
  for (const kind of [".js", ".global.js"]) {
    const file = `switchboard-${version}${kind}`;
    const hash = `sha384-${createHash("sha384").update(text(`static/switchboard${kind}`)).digest("base64")}`;
    const lines = guide.split("\n").filter((line) => line.includes(`${file}"`) && line.includes("sha384-"));
    assert.ok(lines.length > 0, `${file} is not in the guide`);
    for (const line of lines) assert.ok(line.includes(`"${hash}"`), `the hash of ${file} is ${hash}, and not that of: ${line}`);
  }
  for (const [, named] of guide.matchAll(/switchboard-(\d[\w.-]*?)(?:\.global)?\.js/g)) assert.equal(named, version);
});
