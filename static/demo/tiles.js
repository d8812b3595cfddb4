/**
 * The pictures on the stage: one tile each, laid out by how many there are and what they show.
 *
 * Promises: a tile stays the same element as long as its picture is there, so that nothing flickers; layouts are
 * - `duo`: the other fills the stage, this side sits in the corner
 * - `grid`: all alike, as large as they can be
 * - `presenting`: a screen fills the stage, people and further screens sit in a row below
 */

import { avatar } from "./avatar.js";
import { make, part } from "./dom.js";
import { chosenDevices } from "./media.js";

/**
 * @typedef {object} Picture
 * @property {string} key names the tile, and its video for tests
 * @property {"person" | "mine" | "screen"} role
 * @property {string} userId whose it is
 * @property {string} name as it is shown
 * @property {MediaStream | null} stream
 * @property {boolean} dark nothing is to be seen: the sign of the person stands in
 * @property {boolean} [mirrored]
 * @property {string} note small, in the corner; empty: none
 * @property {string} label read out
 * @property {string} [trouble] what is wrong with the connection, in the middle; empty: nothing
 * @property {{ label: string, name: string, run: () => void }} [remedy] a button below it; `name`: read out
 */
/** @typedef {"duo" | "grid"} Layout */

const SHAPE = 16 / 10;
/** The height of all other tiles below a screen, as a share of the stage and in px; `row`: the least of one of several rows. */
const STRIP = { share: 0.2, lowest: 56, highest: 120, row: 36 };

const place = part("tiles", HTMLElement);
const begin = part("play", HTMLButtonElement);
/** @type {Map<string, HTMLElement>} by key */
const tiles = new Map();
/** @type {WeakMap<HTMLElement, () => void>} what the button of a tile does */
const remedies = new WeakMap();

new ResizeObserver(fit).observe(place);

/**
 * @param {Layout} layout
 * @param {Picture[]} pictures in the order in which they stand
 */
export function arrange(layout, pictures) {
  const screens = pictures.filter(({ role }) => role === "screen");
  // The first shared screen keeps the stage.
  const screen = screens.find(({ key }) => tiles.get(key)?.dataset.place === "main") ?? screens[0];
  const presenting = screen !== undefined;
  place.hidden = pictures.length === 0;
  place.dataset.layout = presenting ? "presenting" : layout;
  for (const [key, tile] of tiles) if (!pictures.some((picture) => picture.key === key)) remove(key, tile);
  let before = place.firstElementChild;
  for (const picture of pictures) {
    const tile = tiles.get(picture.key) ?? add(picture);
    if (tile === before) before = tile.nextElementSibling;
    else place.insertBefore(tile, before);
    tile.dataset.place = presenting ? (picture === screen ? "main" : "strip") : placeOf(picture, layout);
    fill(tile, picture);
  }
  if (tiles.size === 0) begin.hidden = true;
  fit();
}

/**
 * Sound comes out of this device from now on. Browsers that cannot be told are left alone.
 * @param {string} deviceId
 */
export async function useSpeaker(deviceId) {
  for (const video of place.querySelectorAll("video")) await video.setSinkId?.(deviceId);
}

/**
 * The largest picture that can be floated above other windows; null: there is none.
 * @returns {HTMLVideoElement | null}
 */
export function mainVideo() {
  const order = ["[data-role=screen]", "[data-role=person]", "[data-role=mine]"];
  for (const role of order) {
    const video = place.querySelector(`${role} video`);
    if (video instanceof HTMLVideoElement) return video;
  }
  return null;
}

/** @param {Picture} picture */
function add({ key, role }) {
  const video = make("video", { "data-testid": `${key}-video`, autoplay: "", playsinline: "" });
  // Not an attribute alone: that is looked at only when a page is read.
  video.muted = role !== "person";
  const speaker = chosenDevices().speaker;
  if (role === "person" && speaker) video.setSinkId?.(speaker).catch(() => {});
  const tile = make("div", { className: "tile", "data-role": role, "data-testid": `${key}-tile` }, video);
  tile.append(make("div", { className: "portrait" }), make("span", { className: "tile-note" }));
  if (role === "person") tile.append(troublePart(tile, key));
  tiles.set(key, tile);
  return tile;
}

/**
 * @param {HTMLElement} tile
 * @param {string} key
 */
function troublePart(tile, key) {
  const button = make("button", { type: "button", className: "small", "data-testid": `${key}-retry` });
  button.addEventListener("click", () => remedies.get(tile)?.());
  return make("div", { className: "tile-trouble" }, make("p", { "data-testid": `${key}-trouble` }), button);
}

/**
 * @param {HTMLElement} tile
 * @param {Picture} picture
 */
function fillTrouble(tile, { trouble = "", remedy }) {
  const place = tile.querySelector(".tile-trouble");
  if (!(place instanceof HTMLElement)) return;
  const [sentence, button] = /** @type {HTMLElement[]} */ ([...place.children]);
  if (sentence.textContent !== trouble) sentence.textContent = sentence.title = trouble;
  place.hidden = !trouble && !remedy;
  button.hidden = !remedy;
  if (!remedy) return void remedies.delete(tile);
  remedies.set(tile, remedy.run);
  if (button.textContent !== remedy.label) button.textContent = remedy.label;
  button.setAttribute("aria-label", remedy.name);
}

/**
 * @param {string} key
 * @param {HTMLElement} tile
 */
function remove(key, tile) {
  const video = tile.querySelector("video");
  if (video) video.srcObject = null;
  if (video && document.pictureInPictureElement === video) document.exitPictureInPicture().catch(() => {});
  tile.remove();
  tiles.delete(key);
}

/**
 * @param {HTMLElement} tile
 * @param {Picture} picture
 */
function fill(tile, picture) {
  const { stream, dark, mirrored, note, label, name, userId } = picture;
  fillTrouble(tile, picture);
  const [video, portrait, corner] = /** @type {[HTMLVideoElement, HTMLElement, HTMLElement]} */ ([...tile.children]);
  if (video.srcObject !== stream) {
    video.srcObject = stream;
    play(video);
  }
  if (video.getAttribute("aria-label") !== label) video.setAttribute("aria-label", label);
  tile.dataset.dark = String(dark);
  tile.dataset.mirrored = String(mirrored === true);
  if (corner.textContent !== note) corner.textContent = note;
  if (portrait.dataset.of === `${userId} ${name}`) return;
  portrait.dataset.of = `${userId} ${name}`;
  portrait.replaceChildren(avatar(name, userId));
}

/**
 * @param {Picture} picture
 * @param {Layout} layout
 */
function placeOf({ role }, layout) {
  if (layout === "grid") return "cell";
  return role === "mine" ? "corner" : "main";
}

/**
 * As many columns as make the tiles largest; what is left for the last row stands in its middle. Below a screen they get
 * a strip, of more than one row where there are many.
 */
function fit() {
  const cells = /** @type {HTMLElement[]} */ ([...place.children]).filter((tile) => tile.dataset.place !== "main");
  const grid = place.dataset.layout === "grid";
  const { clientWidth: width, clientHeight } = place;
  const height = grid ? clientHeight : Math.min(STRIP.highest, Math.max(STRIP.lowest, STRIP.share * clientHeight));
  const columns = columnsFor(cells.length, width, height);
  const left = cells.length % columns;
  place.style.setProperty("--columns", String(columns));
  const rows = Math.max(1, Math.ceil(cells.length / columns));
  place.style.setProperty("--strip-rows", String(rows));
  place.style.setProperty("--strip-row", `${Math.round(rows === 1 ? height : Math.max(STRIP.row, height / rows))}px`);
  cells.forEach((tile, nth) => {
    const first = left > 0 && nth === cells.length - left;
    // Each is two halves of a column wide, so that a row can begin with half of one.
    tile.style.gridColumn = grid ? `${first ? columns - left + 1 : "auto"} / span 2` : "";
  });
}

/**
 * @param {number} count of tiles
 * @param {number} width of the place that they share
 * @param {number} height
 */
function columnsFor(count, width, height) {
  const best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns, (height / rows) * SHAPE);
    if (size > best.size + 1) Object.assign(best, { columns, size });
  }
  return best.columns;
}

// The browser refuses sound before the first touch of the page; the first touch makes up for it, and a button asks for it.
document.addEventListener("click", () => {
  begin.hidden = true;
  for (const video of place.querySelectorAll("video")) if (video.srcObject && video.paused) play(video);
});

/** @param {HTMLVideoElement} video */
async function play(video) {
  try {
    await video.play();
  } catch (failure) {
    // Other failures are those of a picture that has gone meanwhile.
    if (failure instanceof DOMException && failure.name === "NotAllowedError") begin.hidden = false;
  }
}
