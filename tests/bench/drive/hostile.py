# SPDX-License-Identifier: Apache-2.0
"""One hostile client at each limit in turn: what another client's request waits for, and the gate's memory.

Each abuse is measured twice. *Beside*: the hostile client is a process like any other of the same machine, and what it takes from the
gate's processors no gate can give back. *Elsewhere*: it has only what processor time nobody else wants (SCHED_IDLE), which is nearer to a
client on another machine; the rows of the control show how near.
"""
import os
import socket
import subprocess
import time
from statistics import median

from figures import Line, Note, quantile
from place import BENCH, BIN, Trouble, say

CAST, SCRATCH = BENCH + "/homes/cast", BENCH + "/scratch"
MOST_RATIO, MOST_MEBIBYTES = 3, 300
CONTROL = "busy-neighbour"  # sends nothing
ELSEWHERE, BESIDE = "elsewhere", "beside"


def bench(*words):
    return subprocess.run([BIN + "/bench_hostile", *words], check=True, stdout=subprocess.PIPE, timeout=900).stdout.decode().split()


def first_line(process, what):
    line = process.stdout.readline().decode().strip()
    if not line:
        raise Trouble(f"{what} ended with {process.wait()}")
    return line


def end(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def peak(pid):
    """Of the gate's own process, as the kernel kept it, in mebibytes; the measuring process is not counted."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024


def take_what_is_left():
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def against(abuse, where, samples, port):
    """The gate is new each time: its peak belongs to this abuse alone."""
    home = f"{SCRATCH}/hostile-{abuse}-{time.monotonic_ns()}"
    os.makedirs(home, mode=0o700)
    bench("make", home, CAST, str(port))
    gate = subprocess.Popen([BIN + "/holdfastd", "--config", home + "/gate.toml"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    hostile = None
    try:
        first_line(gate, "holdfastd")
        quiet = [float(each) for each in bench("ask", home, CAST, str(samples))]
        hostile = subprocess.Popen([BIN + "/bench_hostile", abuse, home, CAST], stdout=subprocess.PIPE, preexec_fn=take_what_is_left if where == ELSEWHERE else None)
        first_line(hostile, abuse)
        loud = [float(each) for each in bench("ask", home, CAST, str(samples))]
        if hostile.poll() is not None:
            raise Trouble(f"{abuse} ended with {hostile.returncode} before it was measured")
        return {"quiet": quiet, "loud": loud, "peak": peak(gate.pid)}
    finally:
        for process in (hostile, gate):
            if process is not None:
                end(process)
        subprocess.run(["rm", "-rf", home], check=True)


def measure_all(place, keys, options):
    samples = 20 if options.quick else 100
    os.makedirs(CAST, mode=0o700, exist_ok=True)
    os.makedirs(SCRATCH, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a server that takes connections and never says anything
        port = silent.getsockname()[1]
        names = bench("list")
        raw = []
        for number in range(options.rounds):
            raw.append({})
            for name, where in ((name, where) for name in names for where in (ELSEWHERE, BESIDE)):
                got = raw[-1][f"{name}, {where}"] = against(name, where, samples, port)
                say(f"hostile round {number + 1} of {options.rounds}, {name} {where}: quiet {quantile(got['quiet'], 0.5):.2f}/{quantile(got['quiet'], 0.99):.2f}, "
                    f"abused {quantile(got['loud'], 0.5):.2f}/{quantile(got['loud'], 0.99):.2f} ms p50/p99; {got['peak']:.0f} MiB")
    return raw, [line for name in names for line in lines_of(name, raw)]


def lines_of(name, raw):
    """The quiet figure of the same gate stands in the column of the peer: what is compared is the ratio to it."""
    lines = []
    for where in (ELSEWHERE, BESIDE):
        rounds = [one[f"{name}, {where}"] for one in raw]
        lines.append(Line(f"hostile {name}, {where}: request → pending, p99 (beside it the quiet one)", "ms", [quantile(one["loud"], 0.99) for one in rounds],
                          [quantile(one["quiet"], 0.99) for one in rounds], None, [("peer", MOST_RATIO)] if name != CONTROL else []))
    high = max(median(one[f"{name}, {where}"]["peak"] for one in raw) for where in (ELSEWHERE, BESIDE))
    return [*lines, Note(f"hostile {name}: the gate's peak", high, f"{high:.0f} MiB", MOST_MEBIBYTES, f"≤ {MOST_MEBIBYTES} MiB")]
