# SPDX-License-Identifier: Apache-2.0
"""The gates of this user: those that run, and the one that is to be found."""
import json
import os

from driver import DATA, HOME, check

GATE_FILE = DATA + "/gate/gate.json"


def has_the_store(pid):
    """The gate itself, not the spawner that was forked from it before it opened anything."""
    names = [os.readlink(f"/proc/{pid}/fd/{each}") for each in os.listdir(f"/proc/{pid}/fd")]
    return any(os.path.basename(name).startswith("gate.db") for name in names)


def gates():
    """The processes of this place that are gates."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.path.basename(os.readlink(f"/proc/{pid}/exe")).split(" ")[0] == "holdfastd" and f"HOME={HOME}\0".encode() in open(f"/proc/{pid}/environ", "rb").read() and has_the_store(pid):
                found.append(int(pid))
        except OSError:
            continue
    return found


def gate_file():
    try:
        with open(GATE_FILE, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def is_the_only_gate(what, pid=None):
    running = gates()
    check(len(running) == 1 and (pid is None or running == [pid]), f"{what}: one gate runs")
    check(gate_file().get("pid") == running[0], f"{what}: and it is the one that is to be found")
    return running[0]
