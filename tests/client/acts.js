/** What many tests begin with: calls that are under way, sessions that are lost. */
import { Page, Stream, settle } from "./fakes.js";

export const request = (more) => ({ type: "call-request", callId: "C", from: "22", expires: 45_000, ...more });

/** This page has called 22, who has accepted. */
export async function called(more = {}, { network } = {}) {
  const page = await Page.connected({ network });
  const outcome = page.me.call("22", { stream: Stream.of("audio", "video") });
  await settle();
  const { id } = page.socket.last("call-request");
  page.socket.says({ type: "call-ringing", callId: "C", to: "22", ref: id });
  page.socket.says({ type: "call-accept", callId: "C", from: "22", offerer: true, ...more });
  await settle();
  return { page, outcome, call: page.me.currentCall };
}

/** In a call, and the media flow. */
export async function connected(options) {
  const all = await called({}, options);
  const { page } = all;
  page.socket.says({ type: "answer", from: "22", callId: "C", data: { type: "answer", sdp: "x" } });
  await settle();
  page.connection.becomes("connected");
  return all;
}

/** The session is lost, and this is another one. */
export async function lost(page) {
  page.chance = 0;
  page.socket.closes(1006);
  await page.clock.advance(1);
  page.socket.registers({ resumed: false, sessionId: "s2" });
  await settle();
}

/** What the library of another user, 33, says about a peer. */
export const word = (is, data) => ({ type: "message", from: "33", data: { switchboard: { peer: "P", is, data } } });
