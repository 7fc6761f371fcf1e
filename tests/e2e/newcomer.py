# SPDX-License-Identifier: Apache-2.0
"""The README's first command where a display is, after it has run where there was none: for tests/freshroot, in a home that is not made for it.

newcomer.py COMMAND [INVITE]      INVITE: what was printed without a display; without it the gate is begun anew, as the console's own"""
import subprocess
import sys

from driver import Console, Failure, Ground, check, wait
from gates import gate_file, gates, is_the_only_gate
from steps import approve, enrol, enrol_with, read_everything

COMMAND, INVITE = sys.argv[1], sys.argv[2:]


def keys_at(console, waiting):
    """The first page, at the gate that waits."""
    console.see("Nothing is destroyed until you sign it")
    console.see("I have the invite that was printed")
    check(is_the_only_gate("the console's first page", waiting) == waiting, "it offers the gate that runs")
    if INVITE:
        enrol_with(console, INVITE[0])
    else:
        enrol(console, name=None)
    pid = is_the_only_gate("keys were made")
    check(not gate_file()["awaits_owner"], "the gate has its owner")
    check((pid == waiting) == bool(INVITE), "at the gate that ran" if INVITE else "at the console's own, which took its place")
    return pid


def nine_seconds(console, ground):
    """What the README promises: asked for, approved, and it really happens; --reset puts it back."""
    rows = ground.count("bookings")
    console.tab_to("^Replay nine seconds$")
    console.key("space")
    console.see("^critical, ", 60)
    console.key("Escape")
    console.key("j")
    console.see("The request claims staging")
    console.see("^locked: Approve")
    console.picture("newcomer")
    read_everything(console)
    approve(console, "bookings-prod")
    wait("the table to be gone", lambda: ground.query("SELECT to_regclass('bookings') IS NULL") == "t", 60)
    check(True, "what was approved happened: the table is gone")
    subprocess.run([COMMAND.split()[0], "--reset"], check=True, capture_output=True, timeout=300)
    check(ground.count("bookings") == rows, "--reset put it back")


def main():
    waiting = is_the_only_gate("started without a display")
    check(gate_file()["awaits_owner"], "it waits for its owner")
    console = Console(["bash", "-c", "exec " + COMMAND])
    try:
        pid = keys_at(console, waiting)
        nine_seconds(console, Ground())
    except Failure as failure:
        console.picture("failed")
        print(f"FAIL  {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        console.close()
    if INVITE:
        is_the_only_gate("the console is gone", pid)
    else:
        wait("the console's gate to end with it", lambda: not gates(), 30)
    print("newcomer: all steps passed")


if __name__ == "__main__":
    main()
