/** The page of one person: what is the same with each system. */

const query = new URLSearchParams(location.search);
const now = () => performance.timeOrigin + performance.now();

const lab = {
  name: query.get("name"),
  /** Where the signaling goes, by way of the proxy that delays it. */
  port: Number(query.get("port")),
  ready: false,
  problem: "",
  calledAt: 0,
  rangAt: 0,
  acceptedAt: 0,
  pictureAt: 0,
  onlineAt: 0,
  /** All pictures of a room are there. */
  allAt: 0,
  stream: camera(),
  /** How long the camera takes to open; ms. */
  opens: Number(query.get("camera")),

  /** A stream of its own for one call, when the camera is open. */
  async opened() {
    if (!lab.opens) return lab.stream;
    await new Promise((done) => setTimeout(done, lab.opens));
    return (lab.own = lab.stream.clone());
  },

  times() {
    const { calledAt, rangAt, acceptedAt, pictureAt, allAt, onlineAt } = lab;
    return { calledAt, rangAt, acceptedAt, pictureAt, allAt, onlineAt };
  },
  call(to, ...how) {
    lab.calledAt = now();
    system.call(to, ...how);
  },
  accept() {
    lab.acceptedAt = now();
    system.accept();
  },
  end() {
    system.end();
  },
  settled: () => system.settled(),
  idle: () => lab.pictureAt === 0 && system.idle(),

  /** The client is connected, again or for the first time. */
  isOnline() {
    lab.onlineAt = now();
  },
  /** A picture of a member of a room is there. @param {boolean} last */
  sees(last) {
    lab.pictureAt ||= now();
    if (last) lab.allAt = now();
  },
  /** It rings here. */
  rings() {
    lab.rangAt = now();
  },
  /** From now on, when each frame of the picture was shown. @type {number[]} */
  frames: [],
  watch() {
    const video = /** @type {HTMLVideoElement} */ (document.getElementById("remote"));
    const frames = (lab.frames = [now()]);
    const next = () => video.requestVideoFrameCallback(() => frames === lab.frames && (frames.push(now()), next()));
    next();
  },
  /** @param {MediaStream} stream of the other person */
  shows(stream) {
    const video = /** @type {HTMLVideoElement} */ (document.getElementById("remote"));
    if (video.srcObject === stream) return;
    video.srcObject = stream;
    video.requestVideoFrameCallback(() => (lab.pictureAt ||= now()));
  },
  /** The call is over. */
  over() {
    for (const track of lab.own?.getTracks() ?? []) track.stop();
    /** @type {HTMLVideoElement} */ (document.getElementById("remote")).srcObject = null;
    lab.calledAt = lab.rangAt = lab.acceptedAt = lab.pictureAt = lab.allAt = 0;
  },
};
window.lab = lab;
window.addEventListener("unhandledrejection", ({ reason }) => (lab.problem ||= String(reason?.stack ?? reason)));
window.addEventListener("error", ({ message }) => (lab.problem ||= message));

/** A small moving picture: what is measured is the way to it, not the encoder. */
function camera() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
  const context = canvas.getContext("2d");
  setInterval(() => {
    context.fillStyle = `hsl(${(performance.now() / 10) % 360} 80% 50%)`;
    context.fillRect(0, 0, 160, 120);
  }, 33);
  return canvas.captureStream(30);
}

const system = await import(`./${query.get("system")}.js`);
await system.start(lab);
lab.ready = true;
