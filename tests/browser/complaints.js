/** Writes on the console what a driver of Firefox is not told otherwise. */
addEventListener("error", ({ target }) => target !== window && console.error(`not loaded: ${target.src ?? target.href}`), true);
