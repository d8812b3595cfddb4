"""How cost grows with pairs, users, rooms and presence: plots of what benches/compare.sh has measured.

    python3 benches/plots.py RESULTS FOLDER
"""

import math
import os
import sys

from results import Results

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 52
SERVERS = [("switchboard", "switchboard"), ("peerjs", "PeerJS server"), ("relay", "bare relay")]

# Both schemes by the reader's own setting; the plot has no background of its own.
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #444; }
  .title { font-size: 15px; font-weight: 600; fill: #222; }
  .grid { stroke: #8884; } .axis { stroke: #888; }
  .line { fill: none; stroke-width: 2.5; }
  .range { stroke-width: 6; stroke-opacity: .3; }
  .c0 { stroke: #0b6bcb; } .c1 { stroke: #b8520a; } .c2 { stroke: #4f7a28; }
  .t0 { fill: #0b6bcb; } .t1 { fill: #b8520a; } .t2 { fill: #4f7a28; }
  @media (prefers-color-scheme: dark) {
    text { fill: #bbb; } .title { fill: #eee; }
    .c0 { stroke: #5aa9f5; } .c1 { stroke: #f0985a; } .c2 { stroke: #9ccc65; }
    .t0 { fill: #5aa9f5; } .t1 { fill: #f0985a; } .t2 { fill: #9ccc65; }
  }
"""


def ticks(highest):
    """About five round numbers from 0 to beyond `highest`."""
    power = 10 ** math.floor(math.log10(highest / 4))
    step = next(power * it for it in (1, 2, 2.5, 5, 10) if power * it * 5 >= highest)
    return [step * it for it in range(math.ceil(highest / step) + 1)]


class Plot:
    """Lines over a logarithmic axis of counts; each point a median, with the range of its rounds."""

    def __init__(self, title, across, up):
        self.title, self.across, self.up = title, across, up
        self.series = []

    def add(self, name, points):
        """`points`: a number, and the values of all rounds."""
        points = [(number, values) for number, values in points if values]
        if points:
            self.series.append((name, points))

    def x(self, number):
        low, high = (math.log10(it) for it in (self.numbers[0], self.numbers[-1]))
        part = (math.log10(number) - low) / ((high - low) or 1)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - value / self.highest * (HEIGHT - TOP - BOTTOM)

    def svg(self):
        self.numbers = sorted({number for _, points in self.series for number, _ in points})
        marks = ticks(max(max(values) for _, points in self.series for _, values in points))
        self.highest = marks[-1]
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{self.title}">',
            f"<style>{STYLE}</style>",
            f'<text class="title" x="{LEFT}" y="20">{self.title}</text>',
            f'<text x="{LEFT}" y="38">{self.up}</text>',
            *self.axes(marks),
        ]
        ends = []
        for place, (name, points) in enumerate(self.series):
            parts += self.line(place, points)
            number, values = points[-1]
            ends.append((self.y(middle(values)), place, name))
        parts += labels(ends)
        return "\n".join([*parts, "</svg>", ""])

    def axes(self, marks):
        right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
        for mark in marks:
            y = self.y(mark)
            yield f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{mark:g}</text>'
        labelled = math.inf
        for number in reversed(self.numbers):
            x = self.x(number)
            yield f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{floor}" y2="{floor + 5}"/>'
            if labelled - x < 46:
                continue
            labelled = x
            text = f"{number:,}".replace(",", " ")
            yield f'<text x="{x:.1f}" y="{floor + 20}" text-anchor="middle">{text}</text>'
        yield f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{floor}" y2="{floor}"/>'
        middle_of_axis = (LEFT + right) / 2
        yield f'<text x="{middle_of_axis}" y="{HEIGHT - 10}" text-anchor="middle">{self.across}</text>'

    def line(self, place, points):
        places = [(self.x(number), self.y(middle(values))) for number, values in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline class="line c{place}" points="{path}"/>'
        for (x, y), (_, values) in zip(places, points):
            high, low = self.y(max(values)), self.y(min(values))
            yield (
                f'<line class="range c{place}" x1="{x:.1f}" x2="{x:.1f}" y1="{high:.1f}" y2="{low:.1f}"/>'
            )
            yield f'<circle class="t{place}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'


def labels(ends):
    """The lines' names at their ends, none over another."""
    above = 0
    for y, place, name in sorted(ends):
        above = max(y, above + 17)
        yield f'<text class="t{place}" x="{WIDTH - RIGHT + 12}" y="{above + 4:.1f}">{name}</text>'


def middle(values):
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def figure(results, cases, server, name, scale=1):
    return [(number, [it * scale for it in results.values(case, server, name)]) for number, case in cases]


def plots(results):
    cpu = "cpuMicroseconds"
    pairs = Plot("A relayed message, by pairs that talk", "pairs, one message in flight each", "CPU, µs")
    cases = sorted([*results.numbered("pairs"), (100, "relay-100"), (2000, "relay-2000")])
    for server, name in SERVERS:
        pairs.add(name, figure(results, cases, server, cpu))
    yield "pairs", pairs

    users = Plot("A relayed message, by users online", "users online, of whom 200 talk", "CPU, µs")
    cases = [(number + 200, case) for number, case in results.numbered("bystanders")]
    cases.insert(0, (200, "relay-100"))
    for server, name in SERVERS[:2]:
        users.add(name, figure(results, cases, server, cpu))
    yield "users", users

    rooms = Plot("A message to a room, for each who hears it", "members of each room, or rooms", "CPU, µs")
    for prefix, name in (("members", "members, 10 rooms"), ("rooms", "rooms of 8")):
        delivery = "cpuMicrosecondsADelivery"
        rooms.add(name, figure(results, results.numbered(prefix), "switchboard", delivery))
    yield "rooms", rooms

    presence = Plot("One more user comes and goes", "users online, who are told", "CPU, ms")
    one_more = figure(
        results, results.numbered("presence"), "switchboard", "cpuMicrosecondsForOneMore", 1e-3
    )
    presence.add("presence all", one_more)
    yield "presence", presence


def main():
    results, folder = Results(sys.argv[1]), sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    for name, plot in plots(results):
        if plot.series:
            with open(os.path.join(folder, name + ".svg"), "w", encoding="utf-8") as file:
                file.write(plot.svg())


main()
