/** A worker that ticks. Timers of a page in the background are slowed down to one a second; those of a worker are not. */
const FRAMES_PER_SECOND = 15;
setInterval(() => postMessage(null), 1000 / FRAMES_PER_SECOND);
