# SPDX-License-Identifier: Apache-2.0
"""Runs the metrics that were asked for and prints one table."""
import argparse
import os
import platform
import signal
import sys
import time

import hostile
import idle
import release
import seen
import start
from contestants import SCRATCH, Keys, remove
from figures import keep, table
from place import BENCH, Place, Trouble, say

METRICS = {"m1": seen, "m2": start, "m3": idle, "m10": release, "hostile": hostile}


def options():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description="Measures the product against its peers and prints one table.")
    parser.add_argument("metrics", nargs="*", choices=[*METRICS, []], metavar="m1|m2|m3|m10|hostile", help="only these (default: all)")
    parser.add_argument("--rounds", type=int, default=None, metavar="N", help="rounds of product, peer and floor (default: 5)")
    parser.add_argument("--quick", action="store_true", help="few samples, one round: proves that the rig works and measures nothing")
    found = parser.parse_args()
    found.rounds = found.rounds or (1 if found.quick else 5)
    found.metrics = found.metrics or list(METRICS)
    return found


def about(chosen, load, seconds):
    rounds = f"{chosen.rounds} round{'s' if chosen.rounds > 1 else ''} of product, peer and floor in turn"
    loads = f"load average {load[0]:.2f} before and {os.getloadavg()[0]:.2f} after"
    text = f"{rounds}; {os.cpu_count()} processors, {platform.system()} {platform.release()}, {loads}; took {seconds / 60:.0f} min."
    if chosen.quick:
        text += "\n\nThis was --quick: it proves that the rig works. It is no measurement."
    elif chosen.rounds < 5:
        text += "\n\nFewer than 5 rounds: a look, no score."
    return text


def measure(chosen, lines):
    """Adds the rows of each metric to `lines` as it is done."""
    os.makedirs(SCRATCH, exist_ok=True)
    try:
        # Nothing of a desktop takes part in the last one.
        place = Place() if chosen.metrics != ["hostile"] else None
        keys = Keys(place) if place else None
        for name in chosen.metrics:
            raw, new = METRICS[name].measure_all(place, keys, chosen)
            keep(f"{BENCH}/figures/{'quick-' if chosen.quick else ''}{name}.json", raw, new)
            lines += new
    finally:
        for name in ("home", "peer", "floor.log"):
            remove(f"{SCRATCH}/{name}")


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load, began, lines, status = os.getloadavg(), time.monotonic(), [], 0
    try:
        measure(chosen, lines)
    except Trouble as trouble:
        say(f"tests/bench/run: {trouble}")
        status = 1
    except KeyboardInterrupt:
        return 130
    if lines:
        print(table(lines))
        print()
        print(about(chosen, load, time.monotonic() - began))
    return status


sys.exit(main())
