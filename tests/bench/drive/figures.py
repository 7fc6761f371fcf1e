# SPDX-License-Identifier: Apache-2.0
"""Rounds, their ratios, and the one table."""
import json
import math
import os
from statistics import median


def quantile(values, share):
    """Nearest rank: a value that was measured."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def exponent(sizes, values):
    """Slope of log(value) over log(size), least squares. Size 0 counts as 1."""
    points = [(math.log(max(size, 1)), math.log(max(value, 1e-9))) for size, value in zip(sizes, values)]
    x, y = (sum(axis) / len(points) for axis in zip(*points))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def void_rounds(floors):
    """Rounds whose floor is over twice the floor's median: something else had the machine."""
    middle = median(floors)
    return {index for index, value in enumerate(floors) if value > 2 * middle}


def ratio(over, under):
    """Median over rounds of the in-round ratio; None where there is nothing to divide by."""
    found = [a / b for a, b in zip(over, under) if b]
    return median(found) if found else None


class Line:
    """One row of the table. `product`, `peer`, `floor`: one value per round (peer or floor may be None)."""

    def __init__(self, metric, unit, product, peer=None, floor=None, goals=(), cpu=None, void=frozenset()):
        self.metric, self.unit, self.goals, self.cpu, self.void = metric, unit, goals, cpu, void
        self.rounds = len(product)
        keep = [index for index in range(self.rounds) if index not in void]
        self.values = {name: [values[index] for index in keep] if values else None
                       for name, values in (("product", product), ("peer", peer), ("floor", floor))}

    def score(self, kind):
        """`peer`, `floor`: the ratio; `absolute`: the median itself."""
        mine = self.values["product"]
        return median(mine) if kind == "absolute" else ratio(mine, self.values[kind])

    def judged(self):
        """(what is compared, its value, the goal, whether it is met) for each goal."""
        return [(kind, value := self.score(kind), most, value is not None and value <= most) for kind, most in self.goals]

    def cells(self):
        shown = {name: number(median(values), self.unit) if values else "–" for name, values in self.values.items()}
        judged = self.judged()
        scores = "; ".join(scored(kind, value, self.unit) for kind, value, _, _ in judged) or "–"
        goals = "; ".join("≤ " + (scored(kind, most, self.unit)) for kind, _, most, _ in judged) or "–"
        verdict = "; ".join("hit" if met else "**miss**" for _, _, _, met in judged) or "–"
        cpu = " / ".join("–" if value is None else f"{value:.2f}" for value in self.cpu) if self.cpu else "–"
        return [self.metric, shown["product"], shown["peer"], shown["floor"], scores, goals, verdict, cpu, f"{self.rounds} ({len(self.void)})"]


class Note:
    """A figure that stands by itself: growth over sizes, or what is told for information. `goal` may be None."""

    def __init__(self, metric, value, text, goal=None, goal_text="–"):
        self.metric, self.value, self.text, self.goal, self.goal_text = metric, value, text, goal, goal_text

    def judged(self):
        return [] if self.goal is None else [("growth", self.value, self.goal, self.value <= self.goal)]

    def cells(self):
        verdict = "–" if self.goal is None else "hit" if self.value <= self.goal else "**miss**"
        return [self.metric, self.text, "–", "–", "–", self.goal_text, verdict, "–", "–"]


def grouped(count):
    return f"{count:,}".replace(",", "\u202f")


def number(value, unit):
    text = f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return f"{text} {unit}".strip()


def scored(kind, value, unit):
    if value is None:
        return "not to be had"
    return number(value, unit) if kind == "absolute" else f"{value:.3g}× {kind}"


HEAD = ["metric", "product", "peer", "floor", "score", "goal", "", "CPU s: product / peer / floor", "rounds (void)"]


def table(lines):
    rows = [HEAD, ["---"] * len(HEAD)] + [line.cells() for line in lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def keep(path, raw, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    judged = [{"metric": line.metric, "judged": [{"against": kind, "value": value, "goal": goal, "met": met} for kind, value, goal, met in line.judged()]}
              for line in lines]
    with open(path, "w") as file:
        json.dump({"raw": raw, "scores": judged}, file, indent=1)
