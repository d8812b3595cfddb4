/**
 * Making elements, and words on them that follow the reader's language. Foreign text goes in as text only.
 *
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Words
 */

/**
 * A new element. `text` and `className` are properties, everything else becomes an attribute.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [traits]
 * @param {...(Node | string)} children
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

/** Words that stand on the page as long as it does, and are written anew in another language. */
export class Signs {
  /** @type {Array<() => void>} */ #write = [];

  /** @param {Words} words */
  constructor(words) {
    this.words = words;
  }

  /**
   * @template {HTMLElement} T
   * @param {T} element
   * @param {string} key
   * @param {string} [attribute] instead of its text
   * @returns {T}
   */
  put(element, key, attribute) {
    const write = () => {
      if (attribute) element.setAttribute(attribute, this.words(key));
      else element.textContent = this.words(key);
    };
    this.#write.push(write);
    write();
    return element;
  }

  refresh() {
    for (const write of this.#write) write();
  }
}

/**
 * Tells whether an element was taken out of the document, so that what it shows need not be followed any more.
 * @param {HTMLElement} element
 * @returns {() => boolean}
 */
export function whenLeft(element) {
  let wasThere = false;
  return () => {
    wasThere ||= element.isConnected;
    return wasThere && !element.isConnected;
  };
}

/**
 * Text as it is on the wire, with what cannot be seen, or would turn the text around it, spelled as in JSON.
 * @param {string} text
 */
export function spelled(text) {
  const code = (/** @type {string} */ it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, code);
}

/** Time of day with milliseconds, `14:03:09.123`. @param {Date} moment */
export function timeOfDay(moment) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const clock = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":");
  return `${clock}.${String(moment.getMilliseconds()).padStart(3, "0")}`;
}

/** A size as people read it: `420 B`, `2.1 kB`. @param {number} bytes */
export function size(bytes) {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}
