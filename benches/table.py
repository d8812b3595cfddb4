"""A table of what benches/compare.sh has measured: medians, ratios, and whether they are as they must be."""

import sys

from results import Results

OURS, PEERJS, RELAY = "switchboard", "peerjs", "relay"


def show(value, unit=""):
    if value is None:
        return ""
    number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{number} {unit}".strip()


# What is measured, its case, its figure, its unit; then the bounds: to which server (None: the value
# itself), what it must be at most, and what is aimed at.
CPU = "cpuMicroseconds"
ROWS = [
    ("relayed message, 100 pairs", "relay-100", CPU, "µs", [(PEERJS, 0.55, 0.48), (RELAY, 1.5, 1.3)]),
    ("relayed message, 2000 pairs", "relay-2000", CPU, "µs", [(PEERJS, 0.42, 0.36)]),
    ("relayed message, 100 pairs, 8 in flight", "relay-deep", CPU, "µs", [(PEERJS, 0.45, 0.38)]),
    ("the same, answers written together", "relay-together", CPU, "µs", [(PEERJS, None, None), (RELAY, None, None)]),
    ("memory a user, 10 000 idle, fresh", "idle", "bytesPerUserFresh", "B", [(None, 3500, 2000)]),
    ("the same after a call each", "idle", "bytesPerUserAfterCall", "B", [(None, 4000, 2000)]),
    ("memory a user by TLS, fresh", "idle-tls", "bytesPerUserFresh", "B", [(None, 12000, None)]),
    ("the same after a call each", "idle-tls", "bytesPerUserAfterCall", "B", [(None, 12000, None)]),
    ("connect and register", "connect", "cpuMicrosecondsToConnect", "µs", [(PEERJS, 0.4, 0.3)]),
    ("replace", "churn", "cpuMicrosecondsToReplace", "µs", [(PEERJS, 0.4, 0.3)]),
    (
        "idle with heartbeats, a user and second",
        "idle",
        "cpuMicrosecondsPerUserAndSecond",
        "µs",
        [(PEERJS, 0.15, 0.1)],
    ),
    ("thread switches a message, saturated", "saturated", "threadSwitches", "", [(None, 0.05, None)]),
]


def lines(results):
    for name, case, figure, unit, bounds in ROWS:
        ours = results.median(case, OURS, figure)
        if ours is None:
            continue
        for other, must, aim in bounds:
            theirs = other and results.median(case, other, figure)
            if other and theirs is None:
                continue
            value = ours / theirs if other else ours
            yield (
                name,
                show(ours, unit),
                f"{other} {show(theirs, unit)}" if other else "",
                show(value) if other else "",
                f"≤ {show(must)}" if must else "",
                f"≤ {show(aim)}" if aim else "",
                verdict(value, must, aim),
            )
    yield from resident(results)
    yield from presence(results)


def verdict(value, must, aim):
    if must is None:
        return ""
    if value > must:
        return "missed"
    return "aim met" if aim and value <= aim else "met"


def presence(results):
    for users, case in results.numbered("presence"):
        ours, frames = (results.median(case, OURS, it) for it in ("cpuMicrosecondsForOneMore", "framesForOneMore"))
        how = "by name" if results.values(case, OURS, "byName")[0] else "by number"
        name = f"one more user comes and goes, {users} online: {frames:,.0f} told {how}"
        yield (name, show(ours, "µs"), *[""] * 5)


def resident(results):
    for case in ("idle", "idle-tls"):
        start, left = (results.median(case, OURS, it) for it in ("startKiB", "leftKiB"))
        if start is None:
            continue
        must = start * 1.2 + 2 * 1024
        name = f"resident after all have left ({case}), from {show(start, 'KiB')}"
        yield (name, show(left, "KiB"), "", "", f"≤ {show(must, 'KiB')}", "", verdict(left, must, None))


def main():
    print("| measure | switchboard | other | ratio | must | aim | |")
    print("|---|---|---|---|---|---|---|")
    for line in lines(Results(sys.argv[1])):
        print("| " + " | ".join(line) + " |")


main()
