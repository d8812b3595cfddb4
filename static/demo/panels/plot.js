/**
 * A small plot of one or two lines over the last two minutes, with its numbers in words.
 *
 * @import { Moment } from "./connection-model.js"
 * @import { Words } from "./make.js"
 */

import { axisTop, extent, pathOf } from "./connection-model.js";
import { make } from "./make.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {object} Plan
 * @property {string} name of its words: `connection.<name>`
 * @property {Array<Exclude<keyof Moment, "at">>} lines
 * @property {number} least the axis goes at least so far
 * @property {(value: number) => string} say a value with its unit
 */

export class Plot {
  /** @param {Plan} plan @param {Words} words */
  constructor(plan, words) {
    this.plan = plan;
    this.words = words;
    this.title = make("figcaption", { className: "plot-title" });
    this.numbers = make("p", { className: "plot-numbers", "data-testid": `plot-${plan.name}-numbers` });
    this.top = make("span", { className: "plot-top" });
    this.from = make("span");
    this.until = make("span");
    this.paths = plan.lines.map((_, nth) =>
      drawn("path", { class: `plot-line is-line-${nth + 1}`, "vector-effect": "non-scaling-stroke" }),
    );
    const grid = drawn("path", {
      class: "plot-grid",
      d: "M0 0H100M0 50H100M0 100H100",
      "vector-effect": "non-scaling-stroke",
    });
    this.picture = drawn("svg", {
      viewBox: "0 0 100 100",
      preserveAspectRatio: "none",
      role: "img",
      class: "plot-picture",
    });
    this.picture.append(grid, ...this.paths);
    const axis = make("p", { className: "plot-axis", "aria-hidden": "true" }, this.from, this.until);
    const frame = make("div", { className: "plot-frame" }, this.top, /** @type {any} */ (this.picture));
    this.element = make(
      "figure",
      { className: "plot", "data-testid": `plot-${plan.name}` },
      this.title,
      this.numbers,
      frame,
      axis,
    );
  }

  /** @param {Moment[]} moments @param {number} now */
  draw(moments, now) {
    const { lines, least, say, name } = this.plan;
    const extents = lines.map((line) => extent(moments.map((it) => it[line])));
    const top = axisTop(Math.max(0, ...extents.map((it) => it?.greatest ?? 0)), least);
    lines.forEach((line, nth) => {
      this.paths[nth].setAttribute(
        "d",
        pathOf(
          moments.map((it) => ({ at: it.at, value: it[line] })),
          now,
          top,
        ),
      );
    });
    this.title.textContent = this.words(`connection.${name}`);
    this.top.textContent = say(top);
    this.from.textContent = this.words("connection.ago");
    this.until.textContent = this.words("connection.now");
    const sentences = extents.map((it, nth) => this.#sentence(lines[nth], it));
    this.numbers.replaceChildren(
      ...sentences.map((text, nth) => make("span", { className: `plot-number is-line-${nth + 1}`, text })),
    );
    this.picture.setAttribute("aria-label", `${this.title.textContent}: ${sentences.join("; ")}`);
  }

  /** @param {string} line @param {ReturnType<typeof extent>} it */
  #sentence(line, it) {
    const { say } = this.plan;
    if (!it) return this.words(`connection.line.${line}.none`);
    return this.words(`connection.line.${line}`, {
      last: say(it.last),
      least: say(it.least),
      greatest: say(it.greatest),
    });
  }
}

/** @param {string} tag @param {Record<string, string>} traits */
function drawn(tag, traits) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(traits)) made.setAttribute(name, value);
  return made;
}
