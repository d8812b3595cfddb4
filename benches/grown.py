"""Whether this build costs more than an older one, by what benches/compare.sh has measured with OLD set.

Prints a line for each figure of cost and exits with 1 if one has grown by more than MOST."""

import sys

from results import Results

MOST = 1.03


def is_cost(figure):
    return figure.startswith(("cpuMicroseconds", "bytesPerUser"))


def main(paths):
    grown = False
    for path in paths:
        results = Results(f"{path}.jsonl")
        figures = dict.fromkeys(key for key in results.runs if key[1] == "switchboard" and is_cost(key[2]))
        for case, _, figure in figures:
            new, old = (results.median(case, server, figure) for server in ("switchboard", "old"))
            if not old:
                continue
            ratio = new / old
            grown |= ratio > MOST
            verdict = "  GROWN" if ratio > MOST else ""
            print(f"{case:16} {figure:36} {old:10.4g} -> {new:10.4g}  {ratio:.3f}{verdict}")
    return int(grown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
