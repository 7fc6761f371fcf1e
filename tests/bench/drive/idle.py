# SPDX-License-Identifier: Apache-2.0
"""M3: what a connected program costs while nobody looks: wakeups, processor time, memory, its window hidden."""
import os
import subprocess
import sys
import time
from statistics import median

from contestants import Chromium, Home, PeerGate, Product, settled_home
from figures import Line, Note, void_rounds
from place import BIN, SOURCE, Trouble, at_rest, run, say, tree_of, wait

WAITING = 50
ENTRIES = 1000


def threads_of(pid):
    return [f"/proc/{pid}/task/{name}" for name in os.listdir(f"/proc/{pid}/task")]


def switches(pids):
    """Context switches, voluntary or not, of all threads by their directory."""
    found = {}
    for pid in pids:
        try:
            for thread in threads_of(pid):
                with open(thread + "/status") as file:
                    found[thread] = sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
        except OSError:
            continue
    return found


def on_cpu(pids):
    """Nanoseconds on a processor of all threads by their directory."""
    found = {}
    for pid in pids:
        try:
            for thread in threads_of(pid):
                with open(thread + "/schedstat") as file:
                    found[thread] = int(file.read().split()[0])
        except OSError:
            continue
    return found


def pss_mb(pids):
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            continue
    return total / 1024


def grown(before, after):
    return sum(value - before.get(key, 0) for key, value in after.items())


def sample(pids, seconds):
    counts, spent = switches(pids), on_cpu(pids)
    time.sleep(seconds)  # the measurement is this very span
    return {"wakeups": grown(counts, switches(pids)) / seconds, "cpu": grown(spent, on_cpu(pids)) / seconds / 1e6, "pss": pss_mb(pids)}


def settle(pid):
    if not at_rest([pid], 60, 3.0):
        raise Trouble("M3: what is to be idle is not")


def tray_host(place):
    host = place.spawn("tray", sys.executable, SOURCE + "/tests/bench/drive/tray.py", stdout=subprocess.PIPE)
    place.printed_line(host, "tray")
    return host


def product(place, keys, seconds, waiting=WAITING):
    """The console by itself, and the gate that it started."""
    host = tray_host(place)
    try:
        console = Product(place, Home(place, keys, settled_home(place, keys, ENTRIES, waiting))).at_work()
        try:
            run(place, BIN + "/bench_hide", "close")
            settle(console.process.pid)
            gate = console.gate()
            counts, spent = switches([gate]), on_cpu([gate])
            mine = sample([console.process.pid], seconds)
            mine["gate"] = {"wakeups": grown(counts, switches([gate])) / seconds, "cpu": grown(spent, on_cpu([gate])) / seconds / 1e6, "pss": pss_mb([gate])}
            return mine
        finally:
            console.stop()
    finally:
        place.stop(host)


def peer(place, keys, seconds):
    gate = PeerGate(place, keys, WAITING)
    try:
        window = Chromium(place, f"http://127.0.0.1:{gate.port}/")
        try:
            run(place, BIN + "/bench_hide", "unmap")
            settle(window.process.pid)
            return sample(tree_of(window.process.pid), seconds)
        finally:
            window.stop()
    finally:
        gate.stop()


def floor(place, keys, seconds):
    """The smallest window of the same toolkit, with nothing behind it."""
    window = place.spawn("window", BIN + "/bench_window", environment={"QT_QUICK_BACKEND": "software"})
    try:
        wait("the smallest window", lambda: pss_mb([window.pid]) > 20)
        settle(window.pid)
        run(place, BIN + "/bench_hide", "unmap")
        return sample([window.pid], seconds)
    finally:
        place.stop(window)


def measure_all(place, keys, options):
    seconds = 5 if options.quick else 60
    raw = []
    for number in range(options.rounds):
        raw.append({name: contestant(place, keys, seconds) for name, contestant in (("product", product), ("peer", peer), ("floor", floor))})
        if not options.quick:
            raw[-1]["empty"] = product(place, keys, seconds, 0)
        say(f"M3 round {number + 1} of {options.rounds}: " + ", ".join(
            f"{name} {got['wakeups']:.2f}/s {got['cpu']:.3f} ms/s {got['pss']:.0f} MB" for name, got in raw[-1].items()))
    return raw, lines_of(raw)


def lines_of(raw):
    def column(name, what):
        return [one[name][what] for one in raw]

    # The floor wakes up never: what it is compared with is a tenth of a wakeup a second more than that.
    void = void_rounds([wakeups + 0.1 for wakeups in column("floor", "wakeups")])

    def line(title, unit, what, goals):
        return Line(f"M3 hidden and connected, {WAITING} pending, {title}", unit, column("product", what), column("peer", what), column("floor", what), goals, None, void)

    lines = [line("wakeups", "/s", "wakeups", [("peer", 0.02), ("absolute", 0.2)]), line("processor", "ms/s", "cpu", [("peer", 0.02)]),
             line("PSS", "MB", "pss", [("peer", 0.2)])]
    gate = {what: median(one["product"]["gate"][what] for one in raw) for what in ("wakeups", "cpu", "pss")}
    lines.append(Note("M3 the embedded gate beside it", 0, f"{gate['wakeups']:.2f} /s, {gate['cpu']:.3f} ms/s, {gate['pss']:.1f} MB"))
    if "empty" in raw[0]:
        empty = {what: median(column("empty", what)) for what in ("wakeups", "cpu", "pss")}
        lines.append(Note("M3 the console with nothing pending", 0, f"{empty['wakeups']:.2f} /s, {empty['cpu']:.3f} ms/s, {empty['pss']:.1f} MB"))
    return lines
