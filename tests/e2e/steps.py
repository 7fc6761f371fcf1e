# SPDX-License-Identifier: Apache-2.0
"""What a person and an agent do in more than one scenario."""
import re
import subprocess

from driver import HOME, PLACE, Failure, check, hold, hold_start, wait

NAME = "owner"
PASSPHRASE = "correct horse battery"
AGENT = ["--key", HOME + "/.config/holdfast/practice-agent.key"]


def enrol(console, name=NAME):
    """Without a name, the one that is proposed is kept."""
    console.see("Create my keys", 90)
    # The gate must listen before keys can be made for it.
    console.see("Nothing is destroyed until you sign it")
    console.tab_to("^Your name$")
    if name:
        console.key("ctrl+a")
        console.type(name)
    console.key("Tab")
    console.tab_to("^Passphrase for your deciding key$")
    console.type(PASSPHRASE)
    console.key("Tab")
    console.type(PASSPHRASE)
    console.key("Tab")
    console.tab_to("Create my keys")
    console.key("space")
    console.see("Filter the inbox", 60)
    console.see("entries proven", 60)


def enrol_with(console, invite):
    console.see("I have the invite that was printed", 60)
    console.tab_to("^I have the invite that was printed")
    console.key("space")
    console.tab_to("^Invite$")
    console.type(invite)
    console.tab_to("^Passphrase for your deciding key$")
    console.type(PASSPHRASE)
    console.key("Tab")
    console.type(PASSPHRASE)
    console.tab_to("Create my keys")
    console.key("space")
    console.see("Filter the inbox", 60)
    console.see("entries proven", 60)


def ask(statement, *more):
    return hold_start("sql", *AGENT, "--target", "bookings-staging", "--claim-environment", "staging", "--intent", "clean up staging", *more, statement)


def open_first(console, sentence):
    """Waits for the row, goes to it by keyboard, and waits until the review shows it."""
    console.see(f"^(critical|high|elevated|low), .*{sentence}", 60)
    console.key("Escape")
    console.key("j")
    console.see(f"^{sentence}")
    console.see("^locked: Approve")


def read_everything(console):
    """Scrolls the evidence to its end and opens what must be opened, as a person does by keyboard."""
    if console.find("^[0-9]+ more$"):
        console.tab_to("^[0-9]+ more$")
        console.key("space")
    for _ in range(6):
        console.tab_to("^Evidence$")
        console.key(*10 * ["Next"])
        lock = console.see("^(locked: A|Hold to a|A)pprove ")
        if not re.search("See |Open |Scroll", lock.get_name()):
            return
        console.tab_to("^Kinds of evidence$")
        console.key("Right")


def receipt_of(process, code):
    out, err = process.communicate(timeout=120)
    if process.returncode != code:
        raise Failure(f"hold ended with {process.returncode}, not {code}\n{out}\n{err}")
    return out + err


def type_target(console, target):
    """The name of the target into its field, until the lock opens."""
    console.tab_to(f"^Type {re.escape(target)} to approve")
    console.key("ctrl+a")
    console.type(target)
    return wait("the lock to open", lambda: console.find(r"^(Hold to a|A)pprove.*, Ctrl\+Shift\+A"), 30)


def approve(console, target):
    type_target(console, target)
    console.key("ctrl+shift+a")
    console.see("^To approve: ", 20)
    console.type(PASSPHRASE)
    console.key("Return")


def deny(console):
    """Denies what is open with the preset reason; the passphrase is asked only the first time in a session."""
    console.key("Escape")
    console.key("d")
    console.see("^Reason$")
    console.key("Return")


def ledger_holds():
    """Exported, verified by `hold`, and by a script that has no line of it."""
    exported = PLACE + "/export"
    done = hold("export", exported)
    check(done.returncode == 0, "hold export: " + (done.stderr.strip().splitlines() or ["done"])[-1])
    check(hold("verify", exported).returncode == 0, "hold verify: the pinned ledger holds")
    script = subprocess.run(["/usr/bin/python3", __file__.rsplit("/", 1)[0] + "/verify_ledger.py", exported], capture_output=True, text=True)
    check(script.returncode == 0, "the independent script agrees: " + " ".join(script.stdout.split())[:120])
