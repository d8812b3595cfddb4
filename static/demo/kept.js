/**
 * The page's storage in the browser. A browser that forbids it keeps nothing, and the page goes on without.
 */

/** @typedef {"localStorage" | "sessionStorage"} Place for this browser, or for this tab */

/**
 * @param {Place} place
 * @param {string} key
 * @returns {string | null} null where nothing is kept
 */
export function recall(place, key) {
  try {
    return globalThis[place].getItem(key);
  } catch {
    // Already looking at it is refused where cookies are blocked.
    return null;
  }
}

/**
 * @param {Place} place
 * @param {string} key
 * @param {string | null} text null: nothing from now on
 */
export function keep(place, key, text) {
  try {
    if (text === null) globalThis[place].removeItem(key);
    else globalThis[place].setItem(key, text);
  } catch {
    // Forbidden, or full: it is asked for again next time.
  }
}
