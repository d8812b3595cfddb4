/**
 * Sounds made by the page itself: the rings, and the tone that stands in for a microphone.
 *
 * A browser lets a page sound only after the person has touched it, so before that a ring is silent.
 */

/** @type {AudioContext | null} */
let shared = null;

/** One context for the page, made when the first sound is wanted. */
function audio() {
  shared ??= new AudioContext();
  if (shared.state === "suspended") shared.resume().catch(() => {});
  return shared;
}

/**
 * Short beeps over and over: frequency in Hz, the rest in seconds.
 * @typedef {{ pitches: number[], beep: number, pause: number, loudness: number }} Ring
 */

/** @type {Record<"incoming" | "calling" | "waiting", Ring>} */
const RINGS = {
  incoming: { pitches: [660, 880], beep: 0.18, pause: 1.8, loudness: 0.12 },
  calling: { pitches: [425], beep: 0.9, pause: 3, loudness: 0.05 },
  // Somebody else, while one is talking.
  waiting: { pitches: [440], beep: 0.3, pause: 6, loudness: 0.05 },
};

/** A little longer than any server lets it ring by default. */
const LONGEST_RING = 60;

/** @type {(() => void) | null} */
let stopRinging = null;

/**
 * Rings, instead of whatever rang before.
 * @param {"incoming" | "calling" | "waiting" | "silent"} kind
 */
export function ring(kind) {
  stopRinging?.();
  stopRinging = null;
  if (kind === "silent" || !navigator.userActivation?.hasBeenActive) return;
  stopRinging = startRing(audio(), RINGS[kind]);
}

/**
 * The whole ring is scheduled ahead: no timer, so a page in the background rings as well.
 * @param {AudioContext} context
 * @param {Ring} ring
 * @returns {() => void} stops it
 */
function startRing(context, { pitches, beep, pause, loudness }) {
  const tone = new OscillatorNode(context);
  const volume = new GainNode(context, { gain: 0 });
  tone.connect(volume).connect(context.destination);
  const start = context.currentTime + 0.05;
  const period = pitches.length * beep + pause;
  for (let at = start; at < start + LONGEST_RING; at += period) {
    pitches.forEach((pitch, nth) => {
      const begin = at + nth * beep;
      tone.frequency.setValueAtTime(pitch, begin);
      volume.gain.setTargetAtTime(loudness, begin, 0.01);
      volume.gain.setTargetAtTime(0, begin + beep * 0.8, 0.02);
    });
  }
  tone.start();
  tone.stop(start + LONGEST_RING);
  return () => tone.stop();
}

/**
 * A quiet, slowly swelling tone as an audio track. Its pitch follows the name, so that two sides sound different.
 * @param {string} name
 * @returns {{ track: MediaStreamTrack, stop: () => void }}
 */
export function generatedTone(name) {
  const context = audio();
  const pitch = 220 + (shade(name) % 12) * 20;
  const tone = new OscillatorNode(context, { frequency: pitch });
  const swell = new OscillatorNode(context, { frequency: 0.5 });
  const depth = new GainNode(context, { gain: 0.02 });
  const volume = new GainNode(context, { gain: 0.025 });
  const target = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  swell.connect(depth).connect(volume.gain);
  tone.connect(volume).connect(target);
  tone.start();
  swell.start();
  const [track] = target.stream.getAudioTracks();
  return {
    track,
    stop: () => {
      tone.stop();
      swell.stop();
      track.stop();
    },
  };
}

/**
 * A number from 0 to 359 that belongs to a name: a colour's angle, a pitch.
 * @param {string} name
 */
export function shade(name) {
  let mixed = 7;
  for (const character of name) mixed = (mixed * 137 + (character.codePointAt(0) ?? 0)) % 99_991;
  return mixed % 360;
}
