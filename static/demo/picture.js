/**
 * A generated moving picture with the user's name and a clock: stands in for a camera.
 */

import { timeOfDay } from "./dom.js";
import { shade } from "./sound.js";

const WIDTH = 640;
const HEIGHT = 360;
/** As in ticker.js, which is a script of its own. */
const FRAMES_PER_SECOND = 15;

/**
 * @param {string} name written into the picture; its colour follows from it
 * @returns {{ track: MediaStreamTrack, stop: () => void }}
 */
export function generatedPicture(name) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const paint = () => draw(brush, name, still.matches ? 0 : performance.now() / 1000);
  paint();
  const [track] = canvas.captureStream().getVideoTracks();
  const rest = repeat(paint);
  return {
    track,
    stop: () => {
      rest();
      track.stop();
    },
  };
}

/**
 * Paints again and again, in the background too: a worker ticks, because timers of a hidden page run once a second.
 * @param {() => void} paint
 * @returns {() => void} stops it
 */
function repeat(paint) {
  let timer = 0;
  // Where the page may have no worker, slow in the background is better than a picture that stands still.
  const withoutWorker = () => (timer = setInterval(paint, 1000 / FRAMES_PER_SECOND));
  try {
    const ticker = new Worker(new URL("./ticker.js", import.meta.url));
    ticker.onmessage = paint;
    ticker.onerror = withoutWorker;
    return () => {
      ticker.terminate();
      clearInterval(timer);
    };
  } catch {
    withoutWorker();
    return () => clearInterval(timer);
  }
}

/**
 * @param {CanvasRenderingContext2D} brush
 * @param {string} name
 * @param {number} time seconds; where the discs are in their slow orbit
 */
function draw(brush, name, time) {
  const angle = shade(name);
  const ground = brush.createLinearGradient(0, 0, WIDTH, HEIGHT);
  ground.addColorStop(0, `hsl(${angle} 45% 26%)`);
  ground.addColorStop(1, `hsl(${angle + 50} 50% 16%)`);
  brush.fillStyle = ground;
  brush.fillRect(0, 0, WIDTH, HEIGHT);
  for (let disc = 0; disc < 5; disc += 1) {
    const turn = time * 0.5 + disc * 1.26;
    const x = WIDTH / 2 + Math.cos(turn) * (150 + disc * 25);
    const y = HEIGHT / 2 + Math.sin(turn * 1.3) * 110;
    brush.fillStyle = `hsl(${angle + disc * 24} 60% 60% / 0.35)`;
    brush.beginPath();
    brush.arc(x, y, 34 + disc * 9, 0, 2 * Math.PI);
    brush.fill();
  }
  write(brush, name);
}

/**
 * The name, as large as fits, and the time of day, which shows that the picture is live.
 * @param {CanvasRenderingContext2D} brush
 * @param {string} name
 */
function write(brush, name) {
  brush.fillStyle = "white";
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.font = "600 72px system-ui, sans-serif";
  const fit = Math.min(1, (WIDTH - 80) / brush.measureText(name).width);
  brush.font = `600 ${Math.max(16, Math.floor(72 * fit))}px system-ui, sans-serif`;
  brush.fillText(name, WIDTH / 2, HEIGHT / 2 - 14, WIDTH - 40);
  brush.font = "26px ui-monospace, monospace";
  brush.fillText(timeOfDay(new Date(), "seconds"), WIDTH / 2, HEIGHT / 2 + 50);
}
