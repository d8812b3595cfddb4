/**
 * The order of classes and functions in a module. Gzip looks back 32 KiB for what repeats, and the library is longer, so
 * that what is alike stands close together.
 *
 * The order is in order.json, and `node client/build.js --order` searches for a better one. A name that is missing there
 * comes last: the file need not follow each change of the source.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FILE = new URL("order.json", import.meta.url);
/** How long to search; ms. */
const SEARCH = 90_000;

/**
 * Sorts the classes and functions of a module. Its constants come first, as classes may use them.
 * @param {any} module as terser has parsed it
 * @param {string[]} [order] names; default: those of order.json
 */
export function sortForGzip(module, order = JSON.parse(readFileSync(FILE, "utf8"))) {
  const { first, named, last } = partsOf(module);
  const rank = (/** @type {string} */ name) => (order.includes(name) ? order.indexOf(name) : order.length);
  const names = parentsFirst([...named.keys()].sort((a, b) => rank(a) - rank(b)), named);
  module.body = [...first, ...names.map((name) => named.get(name)), ...last];
}

/** Searches from the present order on, and writes what is found. @param {any} module after its names were shortened */
export function search(module) {
  const { first, named, last } = partsOf(module);
  const texts = new Map([...named].map(([name, it]) => [name, it.print_to_string()]));
  const [before, after] = [first, last].map((all) => all.map((it) => it.print_to_string()).join(";"));
  const size = (/** @type {string[]} */ names) => gzipSync(before + names.map((name) => texts.get(name)).join("") + after, { level: 9 }).length;
  let best = [...named.keys()];
  let least = size(best);
  for (const end = Date.now() + SEARCH; Date.now() < end; ) {
    const names = parentsFirst(moved(best), named);
    const bytes = size(names);
    if (bytes > least) continue;
    [best, least] = [names, bytes];
  }
  writeFileSync(FILE, `${JSON.stringify(best, null, 1)}\n`);
}

/** Some neighbours are moved elsewhere. @param {string[]} names */
function moved(names) {
  const any = (/** @type {number} */ below) => Math.floor(Math.random() * below);
  const others = [...names];
  const taken = others.splice(any(names.length), 1 + any(4));
  others.splice(any(others.length + 1), 0, ...taken);
  return others;
}

/** A class can only extend one that stands before it. @param {string[]} names @param {Map<string, any>} named */
function parentsFirst(names, named) {
  /** @type {Set<string>} */ const sorted = new Set();
  const add = (/** @type {string} */ name) => {
    const parent = classOf(named.get(name))?.extends?.name;
    if (named.has(parent)) add(parent);
    sorted.add(name);
  };
  names.forEach(add);
  return [...sorted];
}

/** Statements that stay where they are, and those that can be moved, by name. @param {any} module */
function partsOf(module) {
  const statements = module.body.flatMap(divided).filter((/** @type {any} */ it) => it.TYPE !== "EmptyStatement");
  const isLast = (/** @type {any} */ it) => it.TYPE === "Export";
  const movable = statements.filter((/** @type {any} */ it) => nameOf(it) !== undefined);
  return {
    first: statements.filter((/** @type {any} */ it) => nameOf(it) === undefined && !isLast(it)),
    named: new Map(movable.map((/** @type {any} */ it) => [nameOf(it), it])),
    last: statements.filter(isLast),
  };
}

/** One statement for each thing that is declared. @param {any} statement */
function divided(statement) {
  if (!["Var", "Let", "Const"].includes(statement.TYPE)) return [statement];
  return statement.definitions.map((/** @type {any} */ it) => Object.assign(statement.clone(), { definitions: [it] }));
}

/** The name of a class or function; undefined: it is something else. @param {any} statement */
function nameOf(statement) {
  if (["Defun", "DefClass"].includes(statement.TYPE)) return statement.name.name;
  const [definition] = statement.definitions ?? [];
  return ["ClassExpression", "Arrow", "Function"].includes(definition?.value?.TYPE) ? definition.name.name : undefined;
}

/** @param {any} statement */
const classOf = (statement) => (statement.TYPE === "DefClass" ? statement : statement.definitions?.[0].value);
