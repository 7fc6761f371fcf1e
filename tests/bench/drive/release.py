# SPDX-License-Identifier: Apache-2.0
"""M10: from the signed decision's frame leaving the approver to the release reaching the agent that waits for it."""
from statistics import median

from contestants import CAST, Floor, Gate, Home, PeerGate, stored_home
from figures import Line, Note, exponent, quantile, void_rounds
from place import BIN, cpu_seconds, run, say

SIZES = (0, 500, 5000)


def measure(place, kind, where, samples, pid):
    before = cpu_seconds(pid)
    out = run(place, BIN + "/bench_decide", kind, where, CAST, str(samples), seconds=60 + samples)
    return {"ms": [float(line) for line in out.split()], "cpu": cpu_seconds(pid) - before}


def product(place, keys, samples, size=0):
    home = Home(place, keys, stored_home(place, 0, size), own_store=True)
    gate = Gate(place, home)
    try:
        return measure(place, "product", home.gate, samples, gate.process.pid)
    finally:
        gate.stop()


def peer(place, keys, samples, size=0):
    gate = PeerGate(place, keys, size)
    try:
        return measure(place, "peer", gate.url, samples, gate.process.pid)
    finally:
        gate.stop()


def floor(place, keys, samples):
    gate = Floor(place, False)
    try:
        return measure(place, "floor", gate.port, samples, gate.process.pid)
    finally:
        gate.stop()


def contestants(quick):
    found = {"product": product, "peer": peer, "floor": floor}
    if not quick:
        found |= {f"product {size}": lambda place, keys, samples, size=size: product(place, keys, samples, size) for size in SIZES[1:]}
        found[f"peer {SIZES[-1]}"] = lambda place, keys, samples: peer(place, keys, samples, SIZES[-1])
    return found


def measure_all(place, keys, options):
    samples = 20 if options.quick else 1000
    raw = []
    for number in range(options.rounds):
        raw.append({name: contestant(place, keys, samples) for name, contestant in contestants(options.quick).items()})
        say(f"M10 round {number + 1} of {options.rounds}: " + ", ".join(
            f"{name} {quantile(got['ms'], 0.5):.2f}/{quantile(got['ms'], 0.99):.2f}" for name, got in raw[-1].items()) + " ms p50/p99")
    return raw, lines_of(raw, options.quick)


def lines_of(raw, quick):
    def column(name, share):
        return [quantile(one[name]["ms"], share) for one in raw]

    void = void_rounds(column("floor", 0.5))

    def pair(title, mine, other):
        cpu = [median(one[name]["cpu"] for one in raw) for name in (mine, other, "floor")]
        return [Line(f"M10 decision → release, {title}, p50", "ms", column(mine, 0.5), column(other, 0.5), column("floor", 0.5), [("peer", 0.6), ("floor", 1.5)], cpu, void),
                Line(f"M10 decision → release, {title}, p99", "ms", column(mine, 0.99), column(other, 0.99), column("floor", 0.99), [("peer", 0.5)], None, void)]

    lines = pair("one after another", "product", "peer")
    if quick:
        return lines
    lines += pair(f"{SIZES[-1]} open holds", f"product {SIZES[-1]}", f"peer {SIZES[-1]}")
    names = ["product"] + [f"product {size}" for size in SIZES[1:]]
    grown = median(exponent(SIZES, [quantile(one[name]["ms"], 0.5) for name in names]) for one in raw)
    lines.append(Note("M10 growth of p50 in open holds, exponent", grown, f"{grown:.3f}", 0.05, "≤ 0.05"))
    return lines
