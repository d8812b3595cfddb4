/** By switchboard, with other options of `connect`, or another library. */
import { accept, call, end, idle, settled, start as begin } from "./switchboard.js";

const rtc = JSON.parse(new URLSearchParams(location.search).get("rtc"));

export const start = (lab) => {
  // Names of its own, as it shares the server with the pages of switchboard.
  lab.name = `tuned-${lab.name}`;
  return begin(lab, { from: "other", rtc });
};

const callTuned = (to) => call(`tuned-${to}`);
export { accept, callTuned as call, end, idle, settled };
