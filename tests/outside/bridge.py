"""Compares the figures of a bridge with a brute-force sum over all orders of its clauses.

    python3 bridge.py RESULTS_FOLDER

Reads the means of the hybrids (bridge_hybrids.csv) and goes through every order in which the clauses can be changed. Ends with 0
if every Shapley value of bridge.csv is the mean of what its clause adds, else with an assertion.
"""

import csv
import itertools
import sys
from pathlib import Path


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


folder = Path(sys.argv[1])
worth = {}
for row in rows(folder / "bridge_hybrids.csv"):
    clauses = frozenset() if row["clauses"] == "none" else frozenset(row["clauses"].split("+"))
    worth[row["metric"], clauses] = float(row["mean"])
bridge = rows(folder / "bridge.csv")
metrics = list(dict.fromkeys(row["metric"] for row in bridge))
for metric in metrics:
    own = [row for row in bridge if row["metric"] == metric]
    clauses = [row["clause"] for row in own]
    added = {clause: [] for clause in clauses}
    for order in itertools.permutations(clauses):
        have = frozenset()
        for clause in order:
            added[clause].append(worth[metric, have | {clause}] - worth[metric, have])
            have |= {clause}
    for row in own:
        expected = sum(added[row["clause"]]) / len(added[row["clause"]])
        assert abs(expected - float(row["shapley"])) < 1e-8, (metric, row, expected)
    print(metric, len(added[clauses[0]]), "orders of", ", ".join(clauses))
