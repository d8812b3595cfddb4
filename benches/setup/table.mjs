/** Medians and their spread, as a table in Markdown. */

const NAMES = {
  ring: "call → it rings",
  callee: "accept → the callee sees a picture",
  caller: "accept → the caller sees a picture",
  "room of 2, first": "join → the picture of the other member of a room of 2",
  "room of 4, first": "join → the first picture of a room of 4",
  "room of 4, all": "join → all pictures of a room of 4",
  "room of 8, first": "join → the first picture of a room of 8",
  "room of 8, all": "join → all pictures of a room of 8",
  "reload of the caller": "reload of the caller → it sees a picture",
  "reload of the callee": "reload of the callee → it sees a picture",
  "network of the caller": "the network of the caller is replaced → both see a picture",
  "network of the callee": "the network of the callee is replaced → both see a picture",
  "server answers → online": "a killed server answers → its users are online",
};

/** @param {number[]} values */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, low: sorted[0], high: sorted.at(-1) };
}

/** @param {any[]} rows of one browser and delay */
export function tableOf(rows) {
  const systems = [...new Set(rows.map((it) => it.system))];
  const { browser, delay } = rows[0];
  const lines = [`| ${browser}, ${delay} ms each way | ${systems.join(" | ")} |`, `|---|${systems.map(() => "---|").join("")}`];
  for (const [key, name] of Object.entries(NAMES)) {
    if (!rows.some((it) => key in it)) continue;
    const cells = systems.map((system) => {
      const { median, low, high } = spread(rows.filter((it) => it.system === system && key in it).map((it) => it[key]));
      return `${median.toFixed(0)} ms (${low.toFixed(0)}–${high.toFixed(0)})`;
    });
    lines.push(`| ${name} | ${cells.join(" | ")} |`);
  }
  return lines.join("\n") + "\n";
}
