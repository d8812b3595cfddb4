/**
 * Every signaling message in and out, as it went over the wire.
 *
 * Promises: the order of the wire; the last 500 entries; the filter hides and never drops.
 */

import { keepAtEnd, keepAtEndWhenResized, make, part, timeOfDay } from "./dom.js";

/** @typedef {import("./signaling.js").Traffic} Traffic */

const KEPT = 500;
const ARROWS = { in: "←", out: "→" };
const DIRECTIONS = { in: "received", out: "sent" };

const list = part("panel-list", HTMLOListElement);
const filter = part("panel-filter", HTMLInputElement);
const count = part("panel-count", HTMLElement);
const empty = part("panel-empty", HTMLElement);

const encoder = new TextEncoder();
/** @type {WeakMap<Element, string>} what the filter looks at, in lower case */
const haystacks = new WeakMap();

keepAtEndWhenResized(list);
filter.addEventListener("input", () => {
  for (const entry of list.children) applyFilter(/** @type {HTMLElement} */ (entry));
  renderCount();
});
part("panel-clear", HTMLButtonElement).addEventListener("click", () => {
  list.replaceChildren();
  renderCount();
});
renderCount();

/** @param {Traffic} traffic */
export function showTraffic({ direction, text, message, at }) {
  const type = message?.type ?? "unreadable";
  const summary = make(
    "summary",
    {},
    make("span", { className: "at", text: timeOfDay(at, "milliseconds") }),
    make("span", { className: "direction", text: ARROWS[direction], role: "img", "aria-label": DIRECTIONS[direction] }),
    make("span", { className: "type", text: type }),
    make("span", { className: "about", text: about(message) }),
    make("span", { className: "size", text: size(text) }),
  );
  const details = make("details", {}, summary);
  // Written out when somebody looks: most entries are never opened.
  details.addEventListener("toggle", () => details.append(make("pre", { text: pretty(text), tabindex: "0" })), { once: true });
  const entry = make("li", { "data-testid": "panel-entry", "data-type": type, "data-direction": direction }, details);
  append(entry, `${ARROWS[direction]} ${direction} ${text}`);
}

/**
 * A line about the socket itself, in its place among the messages.
 * @param {string} sentence
 */
export function showNote(sentence) {
  const at = make("span", { className: "at", text: timeOfDay(new Date(), "milliseconds") });
  const entry = make("li", { "data-testid": "panel-note", className: "note" }, at, make("span", { text: sentence }));
  append(entry, sentence);
}

/**
 * @param {HTMLLIElement} entry
 * @param {string} haystack
 */
function append(entry, haystack) {
  haystacks.set(entry, haystack.toLowerCase());
  applyFilter(entry);
  keepAtEnd(list, () => {
    list.append(entry);
    if (list.childElementCount > KEPT) list.firstElementChild?.remove();
  });
  renderCount();
}

/** @param {HTMLElement} entry */
function applyFilter(entry) {
  entry.hidden = !haystacks.get(entry)?.includes(filter.value.trim().toLowerCase());
}

function renderCount() {
  const all = list.childElementCount;
  const shown = filter.value.trim() ? list.querySelectorAll(":scope > :not([hidden])").length : all;
  count.textContent = shown === all ? `${all}` : `${shown} of ${all}`;
  empty.hidden = shown > 0;
  empty.textContent = all > 0 ? "No message matches the filter." : "Every message in and out appears here.";
}

/**
 * Whom or what a message is about, in a few characters.
 * @param {import("./signaling.js").Message | null} message
 */
function about(message) {
  if (message === null) return "";
  const { from, to, reason, code, userId, total } = message;
  if (reason ?? code) return String(reason ?? code);
  if (from) return `from ${from}`;
  if (to) return `to ${to}`;
  return userId ?? (total === undefined ? "" : `${total} ${total === 1 ? "other" : "others"}`);
}

/** @param {string} text */
function size(text) {
  const bytes = encoder.encode(text).length;
  return bytes < 10_000 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
