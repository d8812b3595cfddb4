"""What benches/compare.sh has measured: a JSON line a run."""

import collections
import json
import statistics


class Results:
    """Values by case, server and figure."""

    def __init__(self, path):
        self.runs = collections.defaultdict(list)
        self.cases = []
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                run = json.loads(line)
                if run["case"] not in self.cases:
                    self.cases.append(run["case"])
                for figure, value in run["result"]["figures"].items():
                    self.runs[run["case"], run["server"], figure].append(value)

    def values(self, case, server, figure):
        return self.runs.get((case, server, figure), [])

    def median(self, case, server, figure):
        values = self.values(case, server, figure)
        return statistics.median(values) if values else None

    def numbered(self, prefix):
        """The cases `prefix-NUMBER`, with their numbers, in order."""
        mine = [it for it in self.cases if it.rpartition("-")[0] == prefix]
        return sorted((int(it.rpartition("-")[2]), it) for it in mine if it[-1].isdigit())
