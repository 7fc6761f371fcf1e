# SPDX-License-Identifier: Apache-2.0
"""The first hold, end to end: asked, seen, approved, done; denied; drifted; and everything that must release nothing."""
import re
import subprocess
import sys

from driver import BIN, DATA, HOME, PLACE, Console, Failure, Ground, check, hold, hold_start, wait

NAME = "owner"
PASSPHRASE = "correct horse battery"
AGENT = ["--key", HOME + "/.config/holdfast/practice-agent.key"]


def enrol(console):
    console.see("Create my keys", 90)
    # The gate must listen before keys can be made for it.
    console.see("Nothing is destroyed until you sign it")
    console.tab_to("^Your name$")
    console.key("ctrl+a")
    console.type(NAME)
    console.key("Tab")
    console.tab_to("^password text$")
    console.type(PASSPHRASE)
    console.key("Tab")
    console.type(PASSPHRASE)
    console.key("Tab")
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
        for _ in range(10):
            console.key("Next")
        lock = console.see("Approve")
        if not re.search("See |Open |Scroll", lock.get_name()):
            return
        console.tab_to("^Kinds of evidence$")
        console.key("Right")


def receipt_of(process, code):
    out, err = process.communicate(timeout=120)
    if process.returncode != code:
        raise Failure(f"hold ended with {process.returncode}, not {code}\n{out}\n{err}")
    return out + err


def approve(console, target):
    console.tab_to(f"^Type {re.escape(target)} to approve")
    console.key("ctrl+a")
    console.type(target)
    wait("the lock to open", lambda: console.find(r"^Approve.*, Ctrl\+Shift\+A"), 30)
    console.key("ctrl+shift+a")
    console.see("^To approve: ", 20)
    console.type(PASSPHRASE)
    console.key("Return")


def nothing_released(console, ground, before, what):
    check(ground.count("bookings") == before, f"{what}: released nothing")


def approved_run(console, ground):
    before = ground.count("bookings")
    doomed = ground.count("bookings", "id <= 40")
    process = ask("DELETE FROM bookings WHERE id <= 40")
    open_first(console, f"Delete {doomed} rows of bookings")
    check(console.find("(?i)claims") is not None, "the contradiction between claim and measurement is on the screen")
    lock = console.see("^locked: Approve")
    console.press(lock)
    nothing_released(console, ground, before, "a press through AT-SPI on the locked button")
    for chord in ("Return", "space", "ctrl+shift+a"):
        console.key(chord)
        nothing_released(console, ground, before, f"{chord} on the open hold")
    subprocess.run(["xdotool", "keydown", "Return"], check=True)
    subprocess.run(["xdotool", "keyup", "Return"], check=True)
    read_everything(console)
    console.tab_to("^Type bookings-prod to approve")
    console.type("bookings-staging")
    console.key("ctrl+shift+a")
    nothing_released(console, ground, before, "the wrong name")
    console.key("Return")
    nothing_released(console, ground, before, "Enter in the field")
    approve(console, "bookings-prod")
    text = receipt_of(process, 0)
    check(ground.count("bookings") == before - doomed, f"{doomed} rows are gone, as signed")
    check("committed" in text, "the receipt came back to the requester, exit 0")


def denied_run(console, ground):
    before = ground.count("bookings")
    process = ask("DELETE FROM bookings WHERE id <= 70 AND id > 40")
    open_first(console, "Delete 30 rows of bookings")
    console.key("d")
    console.see("^Reason$")
    console.key("Return")
    console.see("^To deny: ", 20)
    if True:
        console.type(PASSPHRASE)
        console.key("Return")
    text = receipt_of(process, 2)
    check(ground.count("bookings") == before, "denied: the rows are there")
    check(re.search("(?i)denied", text) is not None, "the reason came back, exit 2")


def drifted_run(console, ground):
    process = ask("DELETE FROM late_fees WHERE id <= 50")
    open_first(console, "Delete [0-9]+ rows of late_fees")
    read_everything(console)
    ground.query("DELETE FROM late_fees WHERE id = 50")
    before = ground.count("late_fees")
    approve(console, "bookings-prod")
    console.see("What changed since it was last measured", 60)
    check(ground.count("late_fees") == before, "drift: rolled back, the rows are there")
    check(console.find("^locked: Approve") is not None, "revision 2 must be read and signed anew")
    console.key("Escape")
    console.key("d")
    console.see("^Reason$")
    console.key("Return")
    text = receipt_of(process, 2)
    shown = hold("show", *AGENT, "--json", re.search("h[a-z2-7]{24}", text).group(0))
    check(re.search(r'"revision":\s*2\b', shown.stdout) is not None, "the hold stands at revision 2, and its old signature performed nothing")
    check(ground.count("late_fees") == before, "the rows are still there")


def ledger_holds():
    exported = PLACE + "/export"
    done = hold("export", exported)
    check(done.returncode == 0, "hold export: " + (done.stderr.strip().splitlines() or ["done"])[-1])
    check(hold("verify", exported).returncode == 0, "hold verify: the pinned ledger holds")
    script = subprocess.run(["/usr/bin/python3", __file__.rsplit("/", 1)[0] + "/verify_ledger.py", exported], capture_output=True, text=True)
    check(script.returncode == 0, "the independent script agrees: " + " ".join(script.stdout.split())[:120])


def main():
    console = Console()
    try:
        enrol(console)
        ground = Ground()
        check(ground.count("bookings") > 1000, "the practice ground is a real database")
        approved_run(console, ground)
        denied_run(console, ground)
        drifted_run(console, ground)
        ledger_holds()
    except Failure as failure:
        console.picture("failed")
        print(f"FAIL  {failure}", file=sys.stderr)
        return 1
    finally:
        console.close()
    print("first hold: all steps passed")
    return 0


sys.exit(main())
