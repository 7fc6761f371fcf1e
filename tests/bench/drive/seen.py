# SPDX-License-Identifier: Apache-2.0
"""M1: from the request's frame leaving the agent to its row on the screen, with so many holds waiting already."""
import subprocess
import time
from statistics import median

from contestants import CAST, Chromium, Floor, Home, PeerGate, Product, settled_home
from figures import Line, Note, exponent, grouped, quantile, void_rounds
from place import BIN, Trouble, cpu_seconds, say

SIZES = (0, 1000, 10_000)
# Where the first row of the list appears in a window at the corner of the screen: console, web page, floor.
ROW = {"product": (208, 100, 376, 160), "peer": (0, 0, 376, 140), "floor": (0, 0, 376, 140)}


def measure(place, kind, where, samples, pids):
    """Times in ms and the processor seconds that these process trees used for them."""
    rig = place.spawn("seen", BIN + "/bench_seen", kind, where, CAST, *map(str, ROW[kind]), str(samples), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    words = rig.stderr.readline().strip()
    before = cpu_seconds(*pids)
    try:
        out, err = rig.communicate(timeout=60 + samples * 3)
    except subprocess.TimeoutExpired:
        place.stop(rig)
        raise Trouble(f"bench_seen {kind} did not end") from None
    if rig.returncode != 0:
        raise Trouble(f"M1, {kind}: {(words + ' ' + err).strip()}")
    return {"ms": [float(line) for line in out.split()], "cpu": cpu_seconds(*pids) - before}


def product(place, keys, size, samples):
    home = Home(place, keys, settled_home(place, keys, 0, size), own_store=True)
    console = Product(place, home).at_work()
    try:
        return measure(place, "product", home.gate, samples, [console.process.pid])
    finally:
        console.stop()


def peer(place, keys, size, samples):
    gate = PeerGate(place, keys, size)
    try:
        window = Chromium(place, f"http://127.0.0.1:{gate.port}/")
        try:
            return measure(place, "peer", gate.url, samples, [gate.process.pid, window.process.pid])
        finally:
            window.stop()
    finally:
        gate.stop()


def floor(place, keys, size, samples):
    window = Floor(place, True)
    try:
        return measure(place, "floor", window.port, samples, [window.process.pid])
    finally:
        window.stop()


def lines_of(size, rounds):
    def column(name, share):
        return [quantile(one[name]["ms"], share) for one in rounds]

    cpu = [median(one[name]["cpu"] for one in rounds) for name in ("product", "peer", "floor")]
    void = void_rounds(column("floor", 0.5))
    waiting = f"M1 request → visible, {grouped(size)} pending"
    return [Line(waiting + ", p50", "ms", column("product", 0.5), column("peer", 0.5), column("floor", 0.5), [("peer", 0.5), ("floor", 4)], cpu, void),
            Line(waiting + ", p99", "ms", column("product", 0.99), column("peer", 0.99), column("floor", 0.99), [("peer", 0.7), ("absolute", 100)], None, void)]


def measure_all(place, keys, options):
    samples, sizes = (20, SIZES[:1]) if options.quick else (500, SIZES)
    raw = {size: [] for size in sizes}
    for number in range(options.rounds):
        for size in sizes:
            began = time.monotonic()
            raw[size].append({name: contestant(place, keys, size, samples) for name, contestant in (("product", product), ("peer", peer), ("floor", floor))})
            say(f"M1 round {number + 1} of {options.rounds}, {size} pending: " + ", ".join(
                f"{name} {quantile(got['ms'], 0.5):.2f}/{quantile(got['ms'], 0.99):.2f}" for name, got in raw[size][-1].items())
                + f" ms p50/p99 ({time.monotonic() - began:.0f} s)")
    lines = [line for size in sizes for line in lines_of(size, raw[size])]
    if len(sizes) > 2:
        grown = {name: median(exponent(sizes, [quantile(raw[size][number][name]["ms"], 0.5) for size in sizes]) for number in range(options.rounds))
                 for name in ("product", "peer")}
        lines.append(Note("M1 growth of p50 in pending, exponent", grown["product"], f"{grown['product']:.3f} (peer {grown['peer']:.3f})", 0.05, "≤ 0.05"))
    return raw, lines
