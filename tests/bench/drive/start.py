# SPDX-License-Identifier: Apache-2.0
"""M2: from the program's start until its list is painted and a key has been echoed."""
from statistics import median

from contestants import PEERS, Home, chromium_command, remove, settled_home
from figures import Line, Note, exponent, grouped, void_rounds
from place import BENCH, BIN, run, say

HISTORY = (10_000, 100_000, 1_000_000)
WAITING = (50, 500, 5000)
KEY = "j"
# Must be painted: for the console from the count of the inbox to half the rows, for the others half the rows; nothing of times.
ROWS = {"product": (160, 60, 250, 740), "peer": (0, 60, 180, 640), "floor": (0, 60, 180, 640)}
SOFTWARE = {"QT_QUICK_BACKEND": "software", "QT_QPA_UPDATE_IDLE_TIME": "0"}  # what the console chooses for itself where there is no GPU


class Starter:
    def __init__(self, place, kind, name, command, environment=None, home=None):
        self.place, self.kind, self.name, self.command, self.environment, self.home = place, kind, name, command, environment or {}, home
        self.picture = f"{BENCH}/scratch/{name}.picture"

    def _run(self, mode):
        environment = dict(self.environment)
        if self.home:
            home = self.home()
            environment |= home.environment
            remove(home.gate + "/gate.json")
        return run(self.place, BIN + "/bench_start", mode, self.picture, *map(str, ROWS[self.kind]), KEY, *self.command, environment=environment, seconds=180)

    def learn(self):
        self._run("learn")

    def measure(self):
        painted, echoed, cpu = (float(word) for word in self._run("measure").split())
        return {"painted_ms": painted, "ms": echoed, "cpu": cpu / 1000}


def product(place, keys, entries, waiting):
    stored = settled_home(place, keys, entries, waiting)
    return Starter(place, "product", f"start-e{entries}-w{waiting}", [BIN + "/holdfast"], home=lambda: Home(place, keys, stored))


def starters(place, keys, quick):
    found = {"peer": Starter(place, "peer", "start-chromium", chromium_command(place, f"file://{PEERS}/start.html")),
             "floor": Starter(place, "floor", "start-window", [BIN + "/bench_window"], SOFTWARE)}
    sizes = {(1000, 50)} if quick else {(entries, WAITING[0]) for entries in HISTORY} | {(HISTORY[0], waiting) for waiting in WAITING}
    return found | {size: product(place, keys, *size) for size in sorted(sizes)}


def measure_all(place, keys, options):
    programs = starters(place, keys, options.quick)
    for program in programs.values():
        program.learn()
    raw = []
    for number in range(options.rounds):
        raw.append({name: program.measure() for name, program in programs.items()})
        say(f"M2 round {number + 1} of {options.rounds}: " + ", ".join(f"{programs[name].name[6:]} {got['ms']:.0f}" for name, got in raw[-1].items()) + " ms")
    named = [{str(name): got for name, got in one.items()} for one in raw]
    return named, lines_of(raw, options.quick)


def lines_of(raw, quick):
    def column(name, what="ms"):
        return [one[name][what] for one in raw]

    void = void_rounds(column("floor"))
    main = (1000, 50) if quick else (HISTORY[-1], WAITING[0])
    cpu = [median(column(name, "cpu")) for name in (main, "peer", "floor")]
    lines = [Line(f"M2 cold start → interactive, {main[1]} pending, {grouped(main[0])} ledger records", "ms", column(main), column("peer"), column("floor"),
                  [("peer", 0.25), ("floor", 2), ("absolute", 400)], cpu, void)]
    if quick:
        return lines
    for title, sizes, keys, goal in (("history", HISTORY, [(entries, WAITING[0]) for entries in HISTORY], 0.05),
                                     ("pending", WAITING, [(HISTORY[0], waiting) for waiting in WAITING], 0.3)):
        grown = median(exponent(sizes, [one[key]["ms"] for key in keys]) for one in raw)
        medians = " → ".join(f"{median(column(key)):.0f}" for key in keys)
        lines.append(Note(f"M2 growth over {title} of " + " → ".join(map(grouped, sizes)) + ", exponent", grown,
                          f"{grown:.3f} ({medians} ms)", goal, f"≤ {goal}"))
    return lines
