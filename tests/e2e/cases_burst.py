# SPDX-License-Identifier: Apache-2.0
"""A case from the field: twenty-four harmless looks and one deletion within half an hour. What is held of them, and what the desktop is told.

cases_burst.py            with the default rules: reading is recorded and done, the deletion alone is held
cases_burst.py held       with rules that hold everything
"""
import json
import os
import subprocess
import sys

from gi.repository import Atspi

from driver import BIN, HOME, PLACE, Console, wait
from gateworld import AGENT_KEY, GATE, SOURCE, World, block, ending, shared_case, text_of
from memory import session_key
from steps import enrol_with
from raw import Session

ASKS = 25
HOLD_ALL = block("rule", id="deletions", when={"operation": "filesystem.*"}, mode="hold", tier="critical", confirm=["type-target"]) + block("rule", id="all", mode="hold", tier="low", confirm=["press"])


class Desktop:
    """The notification server of this session, and what it was told."""

    def __init__(self):
        self.log = PLACE + "/desktop.jsonl"
        open(self.log, "w", encoding="utf-8").close()
        self.process = subprocess.Popen(["/usr/bin/python3", SOURCE + "/tests/e2e/desktop.py", self.log])
        wait("the notification server", lambda: '"owned"' in text_of(self.log))

    def notices(self):
        return [each for each in map(json.loads, text_of(self.log).splitlines()) if each.get("call") == "Notify"]

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def spool(name):
    place = f"{PLACE}/ground/{name}"
    os.makedirs(place)
    for i in range(70):
        with open(f"{place}/job{i}", "w", encoding="utf-8") as file:
            file.write(f"{i}\n")
    return place


def own_burst(world, place):
    """Twenty-four looks, each at something else, and as number 11 the deletion of what is looked at."""
    for i in range(ASKS):
        argv = ["/usr/bin/rm", "-rf", place] if i == 10 else ["/usr/bin/ls", "-la", f"{place}/job{i}"]
        world.ask("run", "--target", "shell", "--intent", f"see what is left ({i})", "--", *argv)


def handed_burst(case, place):
    """The script that is handed out, which asks by the agent's default key."""
    os.makedirs(HOME + "/.config/holdfast", exist_ok=True)
    os.replace(AGENT_KEY, HOME + "/.config/holdfast/request.key")
    done = subprocess.run(["sh", case + "/burst.sh", "shell", place], capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "PATH": BIN + ":" + os.environ["PATH"]})
    os.replace(HOME + "/.config/holdfast/request.key", AGENT_KEY)
    return done


def requested(human):
    """Every hold of the ledger, with what it was in the end: the operation and the state."""
    found = human.call("history.search", query="", limit=500)["items"]
    return [(each["operation"], each["state"], each["hold"]) for each in found]


def settled(found, count):
    return found if len(found) == count and not any(state in ("measuring", "approved", "released", "executing") for _, state, _ in found) else None


def the_gate_has(expect, human, held, deletions):
    """All is on record; what only reads is done unless rules hold it."""
    all_of_them = wait("every request to be measured", lambda: settled(requested(human), ASKS * deletions), 60)
    reads = [each for each in all_of_them if each[0] == "command.read"]
    expect.that(len(reads) == (ASKS - 1) * deletions and {each[1] for each in reads} == {"pending" if held else "done"}, f"{len(reads)} looks are {'held' if held else 'recorded and done, not held'}", all_of_them)
    others = [each for each in all_of_them if each[0] != "command.read"]
    expect.that([each[:2] for each in others] == [("filesystem.delete-tree", "pending")] * deletions, "the deletion is held", all_of_them)
    return [each[2] for each in others]


def rows_of(console):
    """The inbox from above, as it is on the screen: a list makes its rows in any order."""
    found = []
    for node in console.walk():
        if node.get_state_set().contains(Atspi.StateType.SHOWING) and (node.get_name() or "").startswith(("critical, ", "high, ", "elevated, ", "low, ")):
            found.append((Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN).y, node.get_name()))
    return [name for _, name in sorted(found)]


def the_console_tells(expect, console, desktop, human, held, deletions):
    size = human.call("ledger.checkpoint")["checkpoint"].split("\n")[1]
    console.see(rf"\b{int(size):,} entries proven", 60)
    notices = wait("a notification", desktop.notices)
    names = {each["id"] for each in notices}
    expect.that(len(notices) == len(names) and len(names) == deletions, f"of {ASKS * deletions} asks {deletions} made a notification", notices)
    first = notices[0]["summary"] + notices[0]["body"]
    expect.that("critical" in first and all(GATE in each["summary"] for each in notices), "the first is about the deletion, by tier and gate; another so soon joins it", notices)
    expect.that(not any("see what is left" in each["body"] or "spool" in each["body"] for each in notices), "and no word of the requester's", notices)
    rows = rows_of(console)
    expect.that(rows and rows[0].startswith("critical, ") and "rm -rf" in rows[0], "the deletion stands above everything", rows)
    expect.that(held or len(rows) == deletions, "nothing else waits", rows)


def main():
    held = sys.argv[1:] == ["held"]
    shared = None if held else shared_case("19")
    desktop = Desktop()
    os.makedirs(PLACE + "/ground")
    if os.geteuid() == 0:
        subprocess.run(["chown", "nobody", PLACE + "/ground"], check=True)
    world = World(block("target", name="shell", kind="command", environment="production", programs=["/usr/bin/rm", "/usr/bin/ls"], cwd=PLACE + "/ground"),
                  rules=HOLD_ALL if held else None, owner=False)
    console = Console()
    with ending("a burst of asks", console.close, world.gate.terminate, desktop.end) as expect:
        enrol_with(console, world.invite())
        human = Session(session_key())
        own_burst(world, spool("jobs"))
        the_gate_has(expect, human, held, 1)
        the_console_tells(expect, console, desktop, human, held, 1)
        if shared:
            done = handed_burst(shared, spool("handed"))
            expect.that(done.returncode in (0, 9), "the script that is handed out asks 25 times", done.stderr)
            the_gate_has(expect, human, held, 2)
            the_console_tells(expect, console, desktop, human, held, 2)
        human.close()


main()
