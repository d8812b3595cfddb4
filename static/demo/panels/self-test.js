/**
 * The self-test panel: says in words what works on this device and in this network, what does not, and what to do.
 *
 * @import { CheckName, Platform, Settings, Verdict } from "./verdict.js"
 * @import { Progress } from "./self-test-model.js"
 * @import { Words } from "./make.js"
 */

import { make, Signs } from "./make.js";
import { CHECKS, runChecks, sum } from "./self-test-model.js";
import { hasAdvice } from "./verdict.js";

/** @type {Record<string, string>} */
const MARKS = { waiting: "", running: "", passed: "✓", failed: "✕", "not-offered": "–", "not-tried": "–" };

/**
 * @param {HTMLElement} element
 * @param {Settings & { words: Words, platform?: Platform }} options
 * @returns {{ refresh: () => void }} `refresh`: after another language was chosen
 */
export function mountSelfTest(element, options) {
  const panel = new SelfTestPanel(element, options);
  return { refresh: () => panel.refresh() };
}

class SelfTestPanel {
  /** @type {Map<CheckName, { item: HTMLElement, progress: Progress | null }>} */ #checks = new Map();
  /** @type {Record<CheckName, Verdict> | null} */ #verdicts = null;
  #running = false;

  /** @param {HTMLElement} element @param {Settings & { words: Words, platform?: Platform }} options */
  constructor(element, { words, platform = globalThis, ...settings }) {
    this.words = words;
    this.platform = platform;
    this.settings = settings;
    this.signs = new Signs(words);
    this.start = make("button", {
      type: "button",
      className: "panel-button is-primary",
      "data-testid": "self-test-start",
    });
    this.start.addEventListener("click", () => this.#run());
    this.sum = make("p", { className: "self-test-sum", role: "status", "data-testid": "self-test-sum" });
    const intro = this.signs.put(make("p", { className: "self-test-intro" }), "selftest.intro");
    const list = make("ol", { className: "self-test-checks" });
    for (const name of CHECKS) {
      const item = make("li", { className: "self-test-check", "data-testid": `self-test-${name}` });
      this.#checks.set(name, { item, progress: null });
      list.append(item);
    }
    element.classList.add("self-test");
    element.replaceChildren(intro, make("div", { className: "self-test-begin" }, this.start), this.sum, list);
    this.refresh();
  }

  refresh() {
    this.signs.refresh();
    for (const name of CHECKS) this.#show(name);
    this.#showStart();
    this.#showSum();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    this.#verdicts = null;
    for (const check of this.#checks.values()) check.progress = null;
    this.refresh();
    this.#verdicts = await runChecks(this.settings, (name, progress) => this.#tell(name, progress), this.platform);
    this.#running = false;
    this.#showStart();
    this.#showSum();
  }

  /** @param {CheckName} name @param {Progress} progress */
  #tell(name, progress) {
    const check = this.#checks.get(name);
    if (!check) return;
    check.progress = progress;
    this.#show(name);
  }

  /** It keeps the focus while it runs, so it is only said to be off. */
  #showStart() {
    this.start.textContent = this.words(
      this.#running ? "selftest.running" : this.#verdicts ? "selftest.again" : "selftest.start",
    );
    this.start.setAttribute("aria-disabled", String(this.#running));
  }

  #showSum() {
    this.sum.hidden = !this.#running && !this.#verdicts;
    this.sum.className = "self-test-sum";
    delete this.sum.dataset.code;
    if (this.#running) this.sum.textContent = this.words("selftest.wait");
    if (!this.#verdicts) return;
    const { outcome, failures, code } = sum(this.#verdicts);
    const names = failures.map((it) => this.words(`selftest.name.${it}`)).join(this.words("selftest.and"));
    const counts = { names, failed: failures.length, all: CHECKS.length };
    this.sum.classList.add(`is-${outcome}`);
    this.sum.dataset.code = code;
    const verdict = this.words(`selftest.sum.${outcome}`, counts);
    this.sum.replaceChildren(make("strong", { text: verdict }), ` ${this.words(`selftest.sum.${code}`)}`);
  }

  /** @param {CheckName} name */
  #show(name) {
    const { item, progress } = /** @type {{ item: HTMLElement, progress: Progress | null }} */ (this.#checks.get(name));
    const state = progress?.state ?? "waiting";
    const verdict = progress?.verdict;
    item.dataset.state = state;
    item.dataset.code = verdict?.code ?? "";
    const mark = make("span", { className: "self-test-mark", "aria-hidden": "true", text: MARKS[state] });
    const title = make("span", { className: "self-test-name", text: this.words(`selftest.name.${name}`) });
    const stands = make("span", { className: "self-test-state", text: this.words(`selftest.state.${state}`) });
    if (verdict && progress)
      stands.append(` · ${this.words("selftest.took", { seconds: (progress.took / 1000).toFixed(1) })}`);
    const head = make("p", { className: "self-test-head" }, title, " ", stands);
    const about = verdict
      ? this.#sentences(verdict)
      : [make("p", { className: "self-test-about", text: this.words(`selftest.about.${name}`) })];
    item.replaceChildren(mark, make("div", { className: "self-test-words" }, head, ...about));
  }

  /** @param {Verdict} verdict */
  #sentences(verdict) {
    const { code, values, detail } = verdict;
    const sentence = make("p", { className: "self-test-verdict", text: this.words(`selftest.${code}`, values) });
    if (!hasAdvice(verdict)) return [sentence];
    const advice = make(
      "p",
      { className: "self-test-advice" },
      make("b", { text: this.words("selftest.do") }),
      " ",
      ...withCode(this.words(`selftest.${code}.do`, values)),
    );
    return [sentence, advice, ...(detail ? [make("p", { className: "self-test-detail", text: detail })] : [])];
  }
}

/** Text between backticks is code. @param {string} text */
function withCode(text) {
  return text.split("`").map((part, nth) => (nth % 2 ? make("code", { text: part }) : part));
}
