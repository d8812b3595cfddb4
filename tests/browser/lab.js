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
    const stream = canvas.captureStream(25);
    let hue = 0;
    const timer = setInterval(() => {
      if (stream.getTracks().every((it) => it.readyState === "ended")) return clearInterval(timer);
      brush.fillStyle = `hsl(${(hue += 7)} 90% 50%)`;
      brush.fillRect(0, 0, width, height);
    }, 40);
    return stream;
  };

  /** Sends a further stream with a moving picture, as a shared screen is; with `sound` a tone, too. */
  const shares = (sound) => {
    lab.share = painting(128, 72);
    if (sound) lab.share.addTrack(tone());
    for (const track of lab.share.getTracks()) lab.call.addTrack(track, lab.share);
    return true;
  };
  const unshares = () => {
    for (const track of lab.share.getTracks()) {
      lab.call.removeTrack(track);
      track.stop();
    }
    return true;
  };
  const tone = () => {
    const context = new AudioContext();
    const oscillator = context.createOscillator();
    const destination = context.createMediaStreamDestination();
    oscillator.connect(destination);
    oscillator.start();
    return destination.stream.getAudioTracks()[0];
  };

  /** Whether the picture of a stream moves: resolves with true at the second new frame that is shown. */
  const moves = async (stream) => {
    const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, srcObject: stream });
    document.body.append(video);
    const frame = () => new Promise((seen) => video.requestVideoFrameCallback(() => seen(true)));
    const late = new Promise((seen) => setTimeout(seen, 5000, false));
    const moving = await Promise.race([late, frame().then(frame)]);
    video.remove();
    return moving;
  };

  /** Calls somebody; `lab.call` is there from the first moment, `lab.outcome` when it is known. */
  const rings = (userId, options = { stream: camera, data: `of ${lab.me.userId}` }) => {
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

  /** Looks every 100 ms whether frames of the others' pictures arrive, and keeps the longest pause of any, in ms. */
  const watchPicture = (...peers) => {
    lab.longestPause = 0;
    for (const peer of peers.length > 0 ? peers : [lab.call]) {
      let last = performance.now();
      let count = 0;
      setInterval(async () => {
        const now = await frames(peer);
        if (now > count) last = performance.now();
        count = now;
        lab.longestPause = Math.max(lab.longestPause, performance.now() - last);
      }, 100);
    }
    return true;
  };

  /** Joins a room with sound and a small picture, which many browsers on one machine can bear. */
  const joins = async (name) => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of painting(96, 64).getTracks()) stream.addTrack(track);
    streams.push(stream);
    lab.room = await lab.me.join(name, { stream: () => stream });
    lab.room.on("peer", keep);
    return true;
  };

  /** Whether pictures of so many members move: more frames than when it was last asked. */
  let counts = new Map();
  const roomMoves = async (members) => {
    const now = new Map();
    for (const [user, peer] of lab.room.peers) now.set(user, await frames(peer));
    const moved = [...now].filter(([user, count]) => count > (counts.get(user) ?? 0) + 5).length;
    if (moved < members || now.size > members) return false;
    counts = now;
    return true;
  };

  /** A button that does it, for what a browser allows only to a person's click. */
  const button = (act) => {
    const it = Object.assign(document.createElement("button"), { textContent: "do it", onclick: act });
    it.dataset.testid = "lab-button";
    document.body.append(it);
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
    room: lab.room && { members: [...lab.room.members.keys()], peers: [...lab.room.peers].map(([user, { states }]) => [user, states]) },
  });
  return { heard, start, keep, camera, painting, shares, unshares, moves, rings, accept, reports, frames, watchPicture, joins, roomMoves, button, tidy, everything };
})();
window.seen.everything = () => ({ ...lab.everything(), wire: seen.wire.map(({ direction, text }) => `${direction} ${text.slice(0, 160)}`) });
