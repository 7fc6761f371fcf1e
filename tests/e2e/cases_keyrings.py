# SPDX-License-Identifier: Apache-2.0
"""A case from the field: another desktop session, another keeper of secrets, and the key seems gone. Nothing is made in its place."""
import hashlib
import json
import os
import re

import keyrings
from driver import HOME, PLACE, Console, hold_start, wait
from gateworld import AGENT_KEY, World, block, ending
from memory import session_key
from raw import Session
from steps import PASSPHRASE, deny, enrol_with, receipt_of

INDEX = HOME + "/.config/holdfast/keys.json"


def files_of(*places):
    """Digest of every file in them."""
    paths = [f"{folder}/{name}" for place in places for folder, _, names in os.walk(place) for name in names] + [INDEX]
    return {path: hashlib.sha256(open(path, "rb").read()).hexdigest() for path in paths}


def key_is_named(expect, human, name, answers, places):
    """The console in a session that has no key for it."""
    with open(INDEX, encoding="utf-8") as file:
        hint = next(each for each in json.load(file)["keys"] if each["purpose"] == "session")["key"].split("+")[:2]
    before, size = files_of(*places), human.call("ledger.checkpoint")["checkpoint"].split("\n")[1]
    console = Console()
    try:
        said = console.see(rf"^The session key {hint[0]}[+]{hint[1]} for ", 60).get_name()
        expect.that("was kept in the keyring “Login” of gnome-keyring-d" in said, f"{name}: the key is named, and the keyring that had it", said)
        expect.that(answers in said, f"{name}: so is what answers now: {answers}", said)
        expect.that("nothing was made in its place" in said and "another approver, or you with another key, can deny, stop and freeze" in said, f"{name}: and how to deny, stop and freeze", said)
        names = console.names()
        expect.that("Nothing is waiting" not in names and any("Holds may be waiting" in each for each in names), f"{name}: what waits is not known, and not called nothing", names)
        offered = [each for each in names if re.search("Create my keys|^(locked: A|Hold to a|A)pprove", each)]
        expect.that(not offered, f"{name}: no key is offered to be made, and nothing to be approved", offered)
        console.press(console.find("^Keys and gates$"))
        console.see(f"{hint[1]}|cases.example/gate", 30)
        expect.that("Create my keys" not in " | ".join(console.names()), f"{name}: nor on the page of keys")
    finally:
        console.close()
    expect.that(files_of(*places) == before, f"{name}: neither keyring nor index was written to")
    expect.that(human.call("ledger.checkpoint")["checkpoint"].split("\n")[1] == size, f"{name}: nothing was enrolled")


def works_again(expect, waiting):
    """Back in the session that has the keys."""
    console = Console()
    try:
        console.see("^(critical|high|elevated|low), .*rm ", 60)
        console.key("Escape")
        console.key("j")
        console.see("^locked: Approve", 30)
        deny(console)
        console.see("^To deny: ", 20)
        console.type(PASSPHRASE)
        console.key("Return")
        expect.that("denied" in receipt_of(waiting, 2), "back in the old session: the hold is there, and the deciding key signs as before")
    finally:
        console.close()


def main():
    os.makedirs(PLACE + "/ground/spool")
    world = World(block("target", name="shell", kind="command", environment="production", programs=["/usr/bin/rm"], cwd=PLACE + "/ground"), owner=False)
    first, second = PLACE + "/secrets", PLACE + "/other-secrets"
    mine, other = keyrings.gnome_keyring(first), keyrings.gnome_keyring(second)
    with ending("the keyring's provider changed", world.gate.terminate) as expect:
        with keyrings.session(mine):
            console = Console()
            try:
                enrol_with(console, world.invite())
                human = Session(session_key())
            finally:
                console.close()
        waiting = hold_start("--key", AGENT_KEY, "run", "--", "rm", "-r", PLACE + "/ground/spool")
        wait("the hold", lambda: human.call("hold.subscribe")["holds"], 60)
        kde = {"XDG_CURRENT_DESKTOP": "KDE", "KDE_SESSION_VERSION": "5"}
        with keyrings.session():
            key_is_named(expect, human, "nobody keeps secrets", "no keyring answers now", [first])
        with keyrings.session(other):
            key_is_named(expect, human, "an empty keyring", "the keyring “Login” of gnome-keyring-d", [first, second])
        with keyrings.session(other):
            key_is_named(expect, human, "the same, read from disk", "the same one or another of that name", [first, second])
        with keyrings.session(**kde):
            key_is_named(expect, human, "KDE without kwalletd", "no keyring answers now", [first])
        with keyrings.session(keyrings.keepassxc()):
            key_is_named(expect, human, "KeePassXC, no database open", "a keyring without a name of keepassxc answers now", [first])
        with keyrings.session(keyrings.keepassxc("Passwords at work")):
            key_is_named(expect, human, "KeePassXC, a database open", "the keyring “Passwords at work” of keepassxc", [first])
        with keyrings.session(mine):
            works_again(expect, waiting)
        human.close()


main()
