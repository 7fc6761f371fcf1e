# SPDX-License-Identifier: Apache-2.0
"""Lists that a hold has no room for: one protected path among ten thousand decides, and whoever verifies an export reads them all."""
import json
import os
import shutil
import subprocess

from driver import PLACE, hold
from gateworld import SESSION_KEY, World, block, ending

DECOYS = 10_000
PLACE_OF_DECOYS = f"/tmp/w{os.getpid()}"  # short: ten thousand paths have to fit one request
EXPORT = PLACE + "/export"
VERIFIER = os.path.dirname(os.path.abspath(__file__)) + "/verify_ledger.py"


def decoys():
    os.makedirs(PLACE_OF_DECOYS + "/p")
    paths = [f"{PLACE_OF_DECOYS}/{i:x}" for i in range(DECOYS)]
    for path in [*paths, PLACE_OF_DECOYS + "/p/kept"]:
        with open(path, "wb"):
            pass
    return paths


def whole_of(world, shown):
    ref = shown.hold["whole"]["resources"]
    return ref, [json.loads(line) for line in world.blob(ref).decode().splitlines()]


def ruled(expect, world, paths):
    """With the protected path among them, and without it."""
    protected = PLACE_OF_DECOYS + "/p/kept"
    shown = world.settled(world.ask("rm", "--target", "files", *paths[:5000], protected, *paths[5000:]), ["refused"])
    _, resources = whole_of(world, shown)
    expect.that(shown.hold["mode"] == "forbid", f"one protected path among {DECOYS} decoys: forbidden")
    expect.that(len(shown.hold["resources"]) < DECOYS and protected in shown.hold["resources"], "the list is shortened, and what is protected is shown of it")
    expect.that(resources == sorted([*paths, protected], key=str.encode), "the whole list stands beside it, in its order")
    held = world.measured("rm", "--target", "files", *paths)
    ref, resources = whole_of(world, held)
    expect.that(held.hold["mode"] == "hold" and resources == sorted(paths, key=str.encode), "without it the same is held, with its whole list")
    told = world.performed(held)
    expect.that(told.code == 0 and os.listdir(PLACE_OF_DECOYS) == ["p"], "approved: they are gone, and the protected one is there", told.words)
    return {"resources of what is forbidden": shown.hold["whole"]["resources"], "resources of what was held": ref, "dependents of what was held": held.hold["whole"]["dependents"]}


def verified(directory):
    """What `hold verify` and the script without a line of it say: exit codes, and their words."""
    ours = hold("verify", directory)
    script = subprocess.run(["/usr/bin/python3", VERIFIER, directory], capture_output=True, text=True, check=False)
    return ours.returncode, script.returncode, ours.stderr, script.stdout


def tampered(name, ref, change):
    """A copy of the export in which one blob is another, or gone."""
    copy = f"{PLACE}/{name}"
    shutil.copytree(EXPORT, copy)
    path = f"{copy}/blob/{ref['digest'][7:]}"
    if change is None:
        os.unlink(path)
        return copy
    with open(path, "rb") as file:
        lines = file.read().splitlines(keepends=True)
    with open(path, "wb") as file:
        file.write(b"".join(change(lines)))
    return copy


def exported(expect, lists):
    done = hold("--key", SESSION_KEY, "export", EXPORT)
    expect.that(done.returncode == 0 and all(os.path.exists(f"{EXPORT}/blob/{ref['digest'][7:]}") for ref in lists.values()), "exported, with the whole lists", done.stderr)
    ours, script, words, report = verified(EXPORT)
    expect.that(ours == 0 and script == 0, "`hold verify` and the independent script: it holds", words + report)
    changes = {"one line removed": lambda lines: lines[:77] + lines[78:], "one line changed": lambda lines: [*lines[:77], b'"/tmp/elsewhere"\n', *lines[78:]],
               "one line added": lambda lines: [*lines[:77], lines[77], *lines[77:]], "the list missing": None}
    for number, (name, change) in enumerate(changes.items()):
        for whose, ref in lists.items():
            ours, script, words, report = verified(tampered(f"export-{number}-{whose.replace(' ', '-')}", ref, change))
            named = f"the whole list of {whose.split()[0]}"
            expect.that(ours == 6 and named in words, f"{whose}, {name}: `hold verify` refuses, and names it", words)
            expect.that(script == 1 and named in report, f"{whose}, {name}: so does the script", report)


def main():
    paths = decoys()
    with ending("whole lists", lambda: shutil.rmtree(PLACE_OF_DECOYS)) as expect:
        world = World(block("target", name="files", kind="filesystem", environment="staging", roots=[PLACE_OF_DECOYS], reveal=True)
                      + block("target", name="kept", kind="filesystem", environment="production", roots=[PLACE_OF_DECOYS + "/p"], protected=True))
        exported(expect, ruled(expect, world, paths))
        world.stop()


main()
