/** The classic build: a script that sets the global `switchboard`, with all that the module exports. */
declare global {
  var switchboard: typeof import("./switchboard.js");
}
export {};
