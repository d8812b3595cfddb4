/** The code that the manual shows is right for the compiler: names, options and types that the library has. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blocksOf, readText, root } from "./blocks.js";

const PAGES = ["docs/client.md", "README.md", "client/README.md"];
/** Compiled with the app, which has React's types. */
const HOOK = readText("examples/react/src/useSwitchboard.ts");

/** Writes all blocks in this language into a folder, each as a module of its own. */
function write(folder, language) {
  for (const page of PAGES) {
    const blocks = blocksOf(readText(page), language).filter((code) => code !== HOOK);
    blocks.forEach((code, nth) => {
      const module = `export {};${code.replace(/(?<=from )"(?:https:\/\/signal\.example)?\/switchboard(-media)?\.js"/g, (_, media) => `"@switchboard-signaling/client${media ? "/media" : ""}"`)}`;
      writeFileSync(join(folder, `${page.replace(/\W/g, "-")}-${nth + 1}.${language}`), module);
    });
  }
}

function compile(folder, language, strict) {
  const options = JSON.parse(readText("tests/client/guide.tsconfig.json"));
  Object.assign(options, { include: [`*.${language}`, "../../tests/client/guide.d.ts"] });
  Object.assign(options.compilerOptions, { strict });
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  const tsc = join(root, "client/node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", folder], { stdio: ["ignore", "inherit", "inherit"] });
}

// JavaScript says nothing of types where a function is given its arguments.
for (const [language, strict] of [["js", false], ["ts", true]]) {
  test(`every block of ${language} in the guide and in the READMEs compiles`, () => {
    const folder = mkdtempSync(join(root, "client/guide-"));
    try {
      write(folder, language);
      compile(folder, language, strict);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
