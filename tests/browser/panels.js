/**
 * A test's view of the panels of the demo page, and panels by themselves on any page of the server.
 */
window.panels = (() => {
  const words = async () => {
    const { panelsEn } = await import("/demo/words/panels-en.js");
    return (key, values = {}) => {
      if (!(key in panelsEn)) throw new Error(`no words for ${key}`);
      return panelsEn[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
    };
  };
  const place = () => document.body.appendChild(document.createElement("section"));

  /** Loads a stylesheet of the page. */
  const styled = (name) =>
    new Promise((onload) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `/style/${name}.css`, onload });
      document.head.append(link);
    });

  /** The self-test alone, where nobody can sign in. */
  const mountSelfTest = async () => {
    const { mountSelfTest } = await import("/demo/panels/self-test.js");
    document.body.replaceChildren();
    mountSelfTest(place(), { words: await words(), iceServers: () => [] });
    return true;
  };

  /** The entries that the ladder shows. */
  const rows = (filter = () => true) =>
    [...document.querySelectorAll("[data-testid=ladder-row]")].filter((it) => !it.hidden && filter(it.dataset));
  /** Opens a row and reads what is in it; its description of media apart. */
  const content = (row) => {
    if (!row.querySelector("pre")) row.querySelector("button").click();
    return JSON.parse(row.querySelector("pre").textContent);
  };
  /** The words of the chat that went this way. */
  const chat = (way) => rows((it) => it.type === "message" && it.way === way).map((row) => content(row).data.text);

  /** Presses “export” and gives what would be downloaded. */
  const exported = async () => {
    const { createObjectURL } = URL;
    let saved;
    URL.createObjectURL = (blob) => createObjectURL.call(URL, (saved = blob));
    document.querySelector("[data-testid=ladder-export]").click();
    URL.createObjectURL = createObjectURL;
    return JSON.parse(await saved.text());
  };

  /** A ladder with so many messages on it, of a socket that leads nowhere. */
  const crowded = async (count) => {
    const { Tape } = await import("/demo/tape.js");
    const { mountLadder } = await import("/demo/panels/ladder.js");
    const Socket = class extends EventTarget {
      readyState = 1;
      send() {}
    };
    const tape = new Tape({ platform: { WebSocket: Socket } });
    document.body.replaceChildren();
    await Promise.all(["base", "panels-ladder", "panels"].map(styled));
    const began = performance.now();
    mountLadder(place(), { tape, words: await words(), userId: () => "ana" });
    const socket = new tape.WebSocket("ws://nowhere/ws");
    for (let n = 0; n < count; n++)
      socket.send(JSON.stringify({ type: n % 2 ? "message" : "candidate", to: "bo", data: { text: `number ${n}` } }));
    const settled = () => new Promise((done) => setTimeout(() => requestAnimationFrame(() => done()), 60));
    await settled();
    const drawn = performance.now() - began - 60;
    const search = document.querySelector("[data-testid=ladder-filter]");
    search.value = `number ${count - 1}`;
    const typed = performance.now();
    search.dispatchEvent(new Event("input"));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const filtered = performance.now() - typed;
    return {
      drawn,
      filtered,
      kept: document.querySelectorAll("[data-testid=ladder-row]").length,
      shown: rows().length,
    };
  };

  /** The result of the self-test: each check as state and code, and the last sentence. */
  const verdicts = () => {
    const checks = [...document.querySelectorAll("[data-testid^=self-test-][data-state]")];
    return Object.fromEntries(
      checks.map((it) => [
        it.dataset.testid.slice("self-test-".length),
        `${it.dataset.state} ${it.dataset.code}`.trim(),
      ]),
    );
  };

  return { mountSelfTest, rows, content, chat, exported, crowded, verdicts };
})();
