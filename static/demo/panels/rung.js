/**
 * One row of the ladder on the page: an arrow between lifelines, and its content when somebody opens it.
 *
 * @import { Row } from "./ladder-model.js"
 * @import { Words } from "./make.js"
 */

import { gist } from "./ladder-model.js";
import { make, size, spelled, timeOfDay } from "./make.js";

/**
 * @param {Row} row
 * @param {Words} words
 */
export function makeRung(row, words) {
  const { number, kind, type, way, sequence } = row;
  const body = make("div", { className: "rung-body", id: `ladder-content-${number}`, "data-testid": "ladder-content" });
  const traits = {
    className: "rung-head",
    type: "button",
    tabindex: "-1",
    "aria-expanded": "false",
    "aria-controls": body.id,
  };
  const rung = make("li", { className: "rung", "data-testid": "ladder-row" }, make("button", traits), body);
  Object.assign(rung.dataset, {
    number: String(number),
    kind,
    type,
    way: way ?? "none",
    sequence: String(sequence ?? ""),
  });
  rung.classList.toggle("is-through", row.through);
  rung.classList.toggle("is-wrong", row.wrong);
  body.hidden = true;
  writeRung(rung, row, words);
  return rung;
}

/**
 * Writes what stands on a row, again after it was said again or in another language.
 * @param {HTMLElement} rung
 * @param {Row} row
 * @param {Words} words
 */
export function writeRung(rung, row, words) {
  const head = /** @type {HTMLElement} */ (rung.firstElementChild);
  const { at, way, again } = row;
  const time = make("time", { className: "rung-time", datetime: at.toISOString(), text: timeOfDay(at) });
  const weight = make("span", { className: "rung-size", text: way ? size(row.size) : "" });
  head.replaceChildren(time, way ? lanes(row, words) : socketLine(row, words), weight);
  rung.classList.toggle("is-again", again.length > 0);
  const body = /** @type {HTMLElement} */ (rung.lastElementChild);
  if (!body.hidden) body.replaceChildren(...contentOf(row, words));
}

/**
 * @param {HTMLElement} rung
 * @param {Row} row
 * @param {Words} words
 * @param {boolean} [open] otherwise the other way round
 */
export function openRung(rung, row, words, open) {
  const [head, body] = /** @type {HTMLElement[]} */ ([...rung.children]);
  body.hidden = !(open ?? body.hidden);
  head.setAttribute("aria-expanded", String(!body.hidden));
  body.replaceChildren(...(body.hidden ? [] : contentOf(row, words)));
}

/** @param {Row} row @param {Words} words */
function lanes(row, words) {
  const { type, way, through, other, again } = row;
  const whose = other ?? words("ladder.somebody");
  const route = words(`ladder.${way}.${through ? "through" : "direct"}`, { other: whose });
  const label = make("span", { className: "rung-label" });
  const shown = type === "unreadable" ? words("ladder.unreadable") : type;
  label.append(
    make("b", { className: "rung-type", text: shown }),
    make("span", { className: "unseen", text: ` ${route} ` }),
  );
  const about = gist(row);
  const beside = [through || !other ? "" : other, about]
    .filter((it, nth, all) => it && all.indexOf(it) === nth)
    .join(" · ");
  if (beside) label.append(make("span", { className: "rung-about", text: ` ${spelled(beside)}` }));
  if (again.length) {
    const when = again.map(timeOfDay).join(", ");
    label.append(
      make("span", {
        className: "rung-again",
        text: ` ${words("ladder.again", { when })}`,
        "data-testid": "ladder-again",
      }),
    );
  }
  const all = make(
    "span",
    { className: "rung-lanes" },
    make("span", { className: "rung-arrow", "aria-hidden": "true" }),
    label,
  );
  if (through && other) all.append(make("span", { className: "rung-other", text: other, "aria-hidden": "true" }));
  return all;
}

/** @param {Row} row @param {Words} words */
function socketLine({ type, socket, content }, words) {
  const { code = "", reason = "" } = content ?? {};
  const text = words(`ladder.socket.${type}`, { socket, code, reason });
  const label = make("span", { className: "rung-label", text: reason ? `${text} · ${reason}` : text });
  return make("span", { className: "rung-lanes" }, label);
}

/** Pretty JSON; descriptions of media below it, as lines. @param {Row} row @param {Words} words */
function contentOf({ content, text }, words) {
  if (text !== null) return [make("pre", { className: "rung-json", text: spelled(text) })];
  /** @type {string[]} */
  const long = [];
  const lifted = JSON.stringify(
    content,
    (_, value) =>
      typeof value === "string" && value.startsWith("v=0\r\n")
        ? words("ladder.below", { nth: long.push(value) })
        : value,
    2,
  );
  const below = long.flatMap((sdp) => [
    make("p", { className: "rung-caption", text: words("ladder.sdp") }),
    make("pre", { className: "rung-json", text: spelled(sdp.trimEnd().replaceAll("\r\n", "\n")) }),
  ]);
  return [make("pre", { className: "rung-json", text: spelled(lifted) }), ...below];
}
