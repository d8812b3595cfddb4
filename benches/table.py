"""A table of what benches/compare.sh has measured: medians, and ratios to the other servers."""

import collections
import json
import statistics
import sys

FIGURES = [
    ("cpuMicroseconds", "CPU a message, µs"),
    ("threadSwitches", "thread switches a message"),
    ("bytesPerUserFresh", "bytes a user, fresh"),
    ("bytesPerUserAfterCall", "bytes a user, after a call"),
    ("cpuMicrosecondsPerUserAndSecond", "CPU a user and second, µs"),
    ("startKiB", "resident at the start, KiB"),
    ("leftKiB", "resident after all have left, KiB"),
    ("cpuMicrosecondsToConnect", "CPU to connect, µs"),
    ("cpuMicrosecondsToLeave", "CPU to leave, µs"),
    ("cpuMicrosecondsToReplace", "CPU to replace, µs"),
]

runs = collections.defaultdict(list)
order = []
for line in open(sys.argv[1], encoding="utf-8"):
    run = json.loads(line)
    if run["case"] not in order:
        order.append(run["case"])
    for figure, value in run["result"]["figures"].items():
        runs[run["case"], figure, run["server"]].append(value)


def median(case, figure, server):
    values = runs.get((case, figure, server))
    return statistics.median(values) if values else None


def show(value):
    return "" if value is None else f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def ratio(ours, theirs):
    return show(ours / theirs) if theirs else ""


print("| case | measure | switchboard | PeerJS | relay | of PeerJS | of the relay |")
print("|---|---|---|---|---|---|---|")
for case in order:
    for figure, name in FIGURES:
        ours = median(case, figure, "switchboard")
        if ours is None:
            continue
        peerjs, relay = (median(case, figure, it) for it in ("peerjs", "relay"))
        cells = [case, name, show(ours), show(peerjs), show(relay)]
        print("| " + " | ".join([*cells, ratio(ours, peerjs), ratio(ours, relay)]) + " |")
