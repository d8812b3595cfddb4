/**
 * An app on the client library, for tests: it keeps what it is told, and does what the test says.
 * Runs on any page of the server.
 */
window.lab = (() => {
  const heard = { calls: [], peers: [], messages: [], errors: [], states: [], closed: [], streams: [], channels: [] };
  const streams = [];

  /** Connects, and keeps what comes. */
  const start = async (userId, options = {}) => {
    const { connect } = await import("/switchboard.js");
    try {
      lab.me = await connect({ userId, ...options });
    } catch (error) {
      throw new Error(`${error.code}: ${error.message} ${error.cause ?? ""}`);
    }
    lab.me.on("call", (call) => heard.calls.push(keep(call)));
    lab.me.on("peer", (peer) => heard.peers.push(keep(peer)));
    lab.me.on("message", ({ data }) => heard.messages.push(data));
    lab.me.on("error", (error) => heard.errors.push(`${error.code} ${error.message} ${error.cause ?? ""}`));
    lab.me.on("state", (state) => heard.states.push(state));
    lab.me.on("close", (error) => heard.closed.push(error.code));
    return true;
  };

  /** Keeps what a peer tells. */
  const keep = (peer) => {
    peer.states = [peer.state];
    peer.on("state", (state) => peer.states.push(state));
    peer.on("stream", (stream) => heard.streams.push(stream));
    peer.on("channel", (channel) => heard.channels.push(channel));
    return peer;
  };

  const camera = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    streams.push(stream);
    return stream;
  };

  /** A moving picture of this size. */
  const painting = (width, height) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const brush = canvas.getContext("2d");
    let hue = 0;
    setInterval(() => {
      brush.fillStyle = `hsl(${(hue += 7)} 90% 50%)`;
      brush.fillRect(0, 0, width, height);
    }, 40);
    return canvas.captureStream(25);
  };

  /** Calls somebody; `lab.call` is there from the first moment, `lab.outcome` when it is known. */
  const rings = (userId, options = { stream: camera }) => {
    lab.outcome = null;
    const outcome = lab.me.call(userId, options);
    lab.call = keep(lab.me.currentCall);
    outcome.then(() => (lab.outcome = "accepted"), (error) => (lab.outcome = error.code));
    return true;
  };

  /** Takes the call that rings. */
  const accept = async () => {
    lab.call = heard.calls.at(-1);
    await lab.call.accept({ stream: camera });
    return true;
  };

  /** All statistics of one type. */
  const reports = async (peer, type, kind) => {
    const all = [...((await peer?.connection?.getStats()) ?? new Map()).values()];
    return all.filter((it) => it.type === type && (!kind || it.kind === kind));
  };
  /** Frames of the other's pictures that were decoded, of all streams. */
  const frames = async (peer = lab.call) =>
    (await reports(peer, "inbound-rtp", "video")).reduce((sum, it) => sum + (it.framesDecoded ?? 0), 0);

  /** Looks every 100 ms whether frames of the other's picture arrive, and keeps the longest pause in ms. */
  const watchPicture = () => {
    let last = performance.now();
    let count = 0;
    lab.longestPause = 0;
    setInterval(async () => {
      const now = await frames();
      if (now > count) last = performance.now();
      count = now;
      lab.longestPause = Math.max(lab.longestPause, performance.now() - last);
    }, 100);
    return true;
  };

  /** What was given to this page is given back. */
  const tidy = () => streams.every((stream) => stream.getTracks().every((track) => track.readyState === "ended"));

  const everything = () => ({
    ...heard,
    calls: heard.calls.map((it) => it.states),
    peers: heard.peers.map((it) => it.states),
    streams: heard.streams.length,
    call: lab.call && { states: lab.call.states, reason: lab.call.reason, media: lab.call.connection?.connectionState },
    outcome: lab.outcome,
    line: lab.me?.state,
  });
  return { heard, start, keep, camera, painting, rings, accept, reports, frames, watchPicture, tidy, everything };
})();
window.seen.everything = () => ({ ...lab.everything(), wire: seen.wire.map(({ direction, text }) => `${direction} ${text.slice(0, 160)}`) });
