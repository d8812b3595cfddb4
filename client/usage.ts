// How apps use the library, so that the compiler sees whether its types let them. Never run.
import { SwitchboardError, connect } from "../static/switchboard.js";
import { listDevices, switchDevice, watchDevices, watchLevel } from "../static/switchboard-media.js";
import type { Call, EndReason, ErrorCode, Muted, Peer, Sender, Stats } from "../static/switchboard.js";

const camera = () => navigator.mediaDevices.getUserMedia({ video: true });

export async function app(video: HTMLVideoElement): Promise<void> {
  const me = await connect({ url: location.origin, userId: "11", token: async () => "t", rtc: { iceTransportPolicy: "relay" }, signal: AbortSignal.timeout(1000) });
  me.on("presence", ({ online, offline, names }) => console.log(online, offline, names["22"]));
  me.on("call", async (call) => {
    await call.accept({ stream: camera, data: { device: "phone" } });
    video.srcObject = call.remoteStream;
  });
  me.on("peer", (peer) => peer.accept());
  for (const it of me.calls) if (it.incoming && it.state === "ringing") await it.accept({ replace: true });
  const everybody: string[] = await me.block(["mallory", "eve"]);
  console.log(everybody, me.blocked.has("eve"), await me.unblock("eve"), me.strangers.dropped);
  me.on("close", (error) => console.log(error.code, error.advice));

  const call: Call = await me.call("22", { stream: await camera(), media: { audio: false } });
  const off = call.on("state", (state) => console.log(state === "reconnecting"));
  call.on("away", (away: boolean) => console.log(away));
  call.on("stats", (stats: Stats) => console.log(stats.received.video?.bitrate));
  const channel = call.dataChannel("game", { ordered: false });
  await channel.send(new Uint8Array(3));
  off();
  call.on("mute", ({ audio }: Muted) => console.log(audio, call.remoteMuted.video));
  video.srcObject = call.localStream;
  const rest = [watchDevices(({ speakers }) => console.log(speakers[0].label)), watchLevel(call, (level) => level > 0.1), watchLevel(call.localStream, console.log)];
  for (const stop of rest) stop();
  await switchDevice(call, "video", (await listDevices()).cameras[0].deviceId);
  call.hangUp("bye");

  const room = await me.join("standup", { stream: camera });
  room.on("peer", (peer: Peer) => (video.srcObject = peer.remoteStream));
  await room.send({ text: "hi" });
  for (const it of [room, call] as Sender[]) it.mute("audio", !it.muted.audio);
  const screen = await room.shareScreen();
  await room.replaceTrack(screen.getTracks()[0], await switchDevice(room, "audio"));
  // @ts-expect-error there is no such kind
  call.mute("screen");
  try {
    await me.send("22", { text: "hi" }, { volatile: true });
  } catch (error) {
    if (error instanceof SwitchboardError && error.code === "undelivered") console.log(error.to, error.retryAfter);
  }
  const text: Record<EndReason, string> | undefined = undefined;
  const hear = (error: { code: ErrorCode }) => error.code === "lost" || error.code === "offline";
  console.log(text, hear);
  me.on("error", ({ code, advice, cause }) => console.log(code satisfies ErrorCode, advice, cause));
  // @ts-expect-error there is no such code
  me.on("close", ({ code }) => code === "losst");
  // @ts-expect-error there is no such option
  void connect({ user: "11" });
  // @ts-expect-error there is no such event
  me.on("ring", () => {});
  // @ts-expect-error a call needs to know whom
  void me.call();
}

/** Code that takes a call or a peer. */
export async function shows(it: Peer | Call, video: HTMLVideoElement): Promise<void> {
  const off = it.on("state", (state) => console.log(state === "connected"));
  it.on("stream", (stream) => (video.srcObject = stream));
  it.off("state", console.log);
  await it.accept({ stream: camera });
  it.dataChannel("game");
  it.close("bye");
  off();
  if (it.reason === "busy" && "callId" in it) console.log(it.callId, it.away);
  const peers: Peer[] = [it];
  console.log(peers.length);
}

type Chat = { text: string } | { typing: boolean };

/** Code that says what its data are. */
export async function typed(): Promise<void> {
  const me = await connect<Chat, { topic: string }>();
  me.on("message", ({ data }) => "text" in data && console.log(data.text.length));
  me.on("call", (call) => call.accept({ data: { topic: call.data?.topic ?? "" } }));
  const call: Call<{ topic: string }> = await me.call("22", { data: { topic: "lunch" } });
  console.log(call.data?.topic.length);
  const room = await me.join("standup");
  room.on("message", ({ data }) => "typing" in data && console.log(data.typing));
  await room.send({ typing: true });
  await me.send("22", { text: "hi" });
  // @ts-expect-error that is no message of this app
  await me.send("22", { txt: "hi" });
  // @ts-expect-error nor is this what goes along with its calls
  await me.peer("22", { data: { topic: 5 } });
  // Without types anything goes.
  const plain = await connect();
  await plain.send("22", 5);
  plain.on("message", ({ data }) => console.log(data.anything));
}
