/**
 * Options of `connect`.
 *
 * Promises: a name that the library does not know is refused. Otherwise a misspelt option would be ignored in silence.
 * Leaves the values to the modules that use them.
 *
 * @import * as Api from "../../static/switchboard.js"
 */
import { SwitchboardError } from "./errors.js";

const NAMES = /^(url|userId|name|token|rtc|timeout|signal|platform)$/;

/** @param {Api.Options} [given] @returns {Api.Options} */
export function optionsOf(given) {
  const options = given ?? {};
  const unknown = Object.keys(options).find((it) => !NAMES.test(it));
  if (unknown || Object(options) !== options) throw badOption(`\`connect\` has no option \`${unknown ?? options}\``);
  return options;
}

/** @param {string} why */
export const badOption = (why) => new SwitchboardError("bad-option", why);
