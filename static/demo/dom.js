/**
 * Finding, making and filling elements of the document. Foreign text goes in as text only, never as markup.
 */

/**
 * The element with this id. Throws when the page has none of this kind, which is a mistake in the page itself.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function part(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} with the id ${id}`);
  return found;
}

/**
 * A new element. `text` and `className` are properties, everything else becomes an attribute.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [traits]
 * @param {...Node} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, traits = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(traits)) {
    if (name === "text") made.textContent = value;
    else if (name === "className") made.className = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/**
 * Runs `change`, and keeps a scrolled box at its end if the reader was there.
 * @param {HTMLElement} box
 * @param {() => void} change
 */
export function keepAtEnd(box, change) {
  const atEnd = isAtEnd(box);
  change();
  if (atEnd) box.scrollTop = box.scrollHeight;
}

/**
 * Keeps a scrolled box at its end when it becomes smaller or larger, as on a phone that is turned.
 * @param {HTMLElement} box
 */
export function keepAtEndWhenResized(box) {
  let atEnd = true;
  let size = "";
  const sizeNow = () => `${box.clientWidth}x${box.clientHeight}`;
  // A box with a new size is also scrolled by the browser, which keeps its first line where it was. That is told first.
  box.addEventListener("scroll", () => size === sizeNow() && (atEnd = isAtEnd(box)));
  new ResizeObserver(() => {
    size = sizeNow();
    if (atEnd) box.scrollTop = box.scrollHeight;
  }).observe(box);
}

/** @param {HTMLElement} box */
function isAtEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 40;
}

/**
 * Local time of day, `14:03:09`, with milliseconds if asked for.
 * @param {Date} moment
 * @param {"seconds" | "milliseconds"} precision
 */
export function timeOfDay(moment, precision) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const clock = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":");
  return precision === "seconds" ? clock : `${clock}.${String(moment.getMilliseconds()).padStart(3, "0")}`;
}
