# SPDX-License-Identifier: Apache-2.0
"""A case from the field: another desktop session, another keeper of secrets, and the key seems gone. Nothing is made in its place."""
import hashlib
import json
import os
import re
import time

import keyrings
from driver import DATA, HOME, PLACE, Console, hold_start, wait
from gateworld import AGENT_KEY, World, block, ending
from memory import session_key
from raw import Session
from steps import PASSPHRASE, deny, enrol_with, receipt_of

INDEX = HOME + "/.config/holdfast/keys.json"
PINS = DATA + "/pins"
ROW = "^(critical|high|elevated|low), .*rm "
AS_IT_STOOD = "^As it stood today [0-9]{2}:[0-9]{2}[.] Nothing can be signed now[.]"


def files_of(*places):
    """Digest of every file in them."""
    paths = [f"{folder}/{name}" for place in (*places, PINS) for folder, _, names in os.walk(place) for name in names] + [INDEX]
    return {path: hashlib.sha256(open(path, "rb").read()).hexdigest() for path in paths}


def kept():
    """What the console keeps of the gate, as a path; None while there is nothing."""
    return next((f"{PINS}/{name}" for name in os.listdir(PINS) if name.endswith(".audit")), None)


def sees(console):
    """The hold in the inbox, until it is kept as well."""
    console.see(ROW, 60)
    seen = time.time_ns()
    wait("what was seen to be kept", lambda: kept() and os.stat(kept()).st_mtime_ns > seen, 30)


def history_of(console):
    """The page of history, and what stands on it for a screen reader."""
    console.press(console.find("^History$"))
    wait("the page of history", lambda: console.find("^Search the history$"))
    return console


def as_it_stood(expect, console, name):
    """Inbox and history without a session: as of then, and closed."""
    banner = console.see(AS_IT_STOOD, 30).get_name()
    expect.that("The session key" in banner, f"{name}: as of when it is shown, and why, in one breath of a screen reader", banner)
    expect.that(console.find(ROW) is not None, f"{name}: the hold that was seen stands in the inbox", console.names())
    expect.that(console.find("^1 hold as last seen$") is not None, f"{name}: the list says that it is as last seen", console.names())
    console.key("Escape")
    console.key("j")
    lock = console.see("^locked: Approve", 30)
    console.see("Restore your session key", 30)
    console.press(lock)
    console.key("ctrl+shift+a")
    console.key("d")
    names = console.names()
    expect.that(not [each for each in names if re.search("^(Reason|To approve: |To deny: |Passphrase)", each)], f"{name}: neither approving nor denying begins", names)
    expect.that("locked: Deny. Restore your session key" in names, f"{name}: denying is told to be locked, and why", names)
    console.key("Escape", "ctrl+3")
    expect.that(wait("the keyboard on the page", console.focused).get_name() == "Search the history", f"{name}: the page of history has the keyboard", console.focused().get_name())
    console.see("rm .*waiting", 30)
    expect.that(console.find(AS_IT_STOOD) is not None and console.find("1 kept on this computer") is not None, f"{name}: so does the history, marked the same", console.names())
    console.press(console.find("rm .*waiting"))
    console.see("asked", 30)
    names = console.names()
    expect.that(any("measured, revision 1" in each for each in names), f"{name}: with its timeline", names)


def nothing_is_shown(expect, console, name):
    """After somebody wrote into what was kept."""
    said = console.see("Earlier holds are not shown: ", 30).get_name()
    expect.that(f"{kept()} was changed" in said, f"{name}: the file is named", said)
    expect.that(console.find(ROW) is None and console.find("^As it stood") is None and console.find("entries proven") is None, f"{name}: nothing of it is shown, nor called proven", console.names())
    history_of(console)
    expect.that(console.find("No history on this computer") is not None, f"{name}: nor in the history", console.names())


def key_is_named(expect, human, name, answers, places, shown=None):
    """The console in a session that has no key for it; `shown` looks at what it shows of before, or it has seen nothing."""
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
        expect.that("Nothing is waiting" not in names and (shown or any("Holds may be waiting" in each for each in names)), f"{name}: what waits is not known, and not called nothing", names)
        offered = [each for each in names if re.search("Create my keys|^(locked: A|Hold to a|A)pprove", each)]
        expect.that(not offered, f"{name}: no key is offered to be made, and nothing to be approved", offered)
        if shown:
            shown(expect, console, name)
        console.press(console.find("^Keys and gates$"))
        console.see(f"{hint[1]}|cases.example/gate", 30)
        expect.that("Create my keys" not in " | ".join(console.names()), f"{name}: nor on the page of keys")
    finally:
        console.close()
    expect.that(files_of(*places) == before, f"{name}: neither keyring nor index nor what was kept was written to")
    expect.that(human.call("ledger.checkpoint")["checkpoint"].split("\n")[1] == size, f"{name}: nothing was enrolled")


def works_again(expect, waiting):
    """Back in the session that has the keys."""
    console = Console()
    try:
        console.see(ROW, 60)
        expect.that(console.find("^As it stood") is None, "back in the old session: what is shown is the gate's word of now", console.names())
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
        # Measured as well: nothing is to be added to the ledger from here on.
        wait("the hold", lambda: [each for each in human.call("hold.subscribe")["holds"] if each["state"] == "pending"], 60)
        kde = {"XDG_CURRENT_DESKTOP": "KDE", "KDE_SESSION_VERSION": "5"}
        with keyrings.session():
            key_is_named(expect, human, "nobody keeps secrets", "no keyring answers now", [first])
        with keyrings.session(mine):
            console = Console()
            try:
                sees(console)
            finally:
                console.close()
        with keyrings.session(other):
            key_is_named(expect, human, "an empty keyring", "the keyring “Login” of gnome-keyring-d", [first, second], as_it_stood)
        with keyrings.session(other):
            key_is_named(expect, human, "the same, read from disk", "the same one or another of that name", [first, second], as_it_stood)
        with open(kept(), "rb") as file:
            written = file.read()
        with open(kept(), "r+b") as file:
            file.seek(len(written) // 2)
            file.write(bytes([written[len(written) // 2] ^ 1]))
        with keyrings.session(**kde):
            key_is_named(expect, human, "KDE without kwalletd", "no keyring answers now", [first], nothing_is_shown)
        with open(kept(), "wb") as file:
            file.write(written)
        with keyrings.session(keyrings.keepassxc()):
            key_is_named(expect, human, "KeePassXC, no database open", "a keyring without a name of keepassxc answers now", [first], as_it_stood)
        with keyrings.session(keyrings.keepassxc("Passwords at work")):
            key_is_named(expect, human, "KeePassXC, a database open", "the keyring “Passwords at work” of keepassxc", [first], as_it_stood)
        with keyrings.session(mine):
            works_again(expect, waiting)
        human.close()


main()
