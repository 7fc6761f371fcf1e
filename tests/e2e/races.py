# SPDX-License-Identifier: Apache-2.0
"""Enter, Space, clicks, repeats and presses that must release nothing, on the locked and on the just opened button; and the replay."""
import os
import re
import subprocess
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

from driver import DATA, Failure, Ground, check, scenario, wait, xdotool
from memory import session_key
from raw import Session, agent
from steps import PASSPHRASE, approve, deny, enrol, read_everything, type_target

APPROVE = "^(locked: )?(Hold to a|A)pprove"
OPEN = r"^(Hold to a|A)pprove.*, Ctrl\+Shift\+A"
CHORD = ["ctrl", "shift", "a"]
# Seconds: longer than the lock's arming and a double click take; until a key has repeated; longer than a hold-to-confirm.
SETTLED, REPEATED, HELD = 0.7, 1.0, 1.5


class Hand:
    """The pointer and the keys, with the moment of each in our own hand."""

    def __init__(self, console):
        self.console = console
        self.root = re.search(r"Window id: (0x[0-9a-f]+)", subprocess.run(["xwininfo", "-root"], capture_output=True, text=True, check=True).stdout).group(1)

    def to(self, pattern):
        node = self.console.see(pattern)
        place = node.get_extents(0)  # of the screen
        xdotool("mousemove", place.x + place.width // 2, place.y + place.height // 2)
        return node

    def clicks(self, pattern, count):
        self.to(pattern)
        xdotool("click", "--repeat", count, "--delay", 90, 1)

    def hold(self, key):
        """Pressed until the server has repeated it for a while: how long it is held is what is tried here."""
        with self.console.holding(key):
            time.sleep(REPEATED)

    def away_and_back(self, *then):
        """Another window has the focus, then ours again, which arms the lock anew; what follows comes while it still arms."""
        xdotool("windowfocus", "--sync", self.root)
        wait("the window to notice", lambda: not self.is_active())
        xdotool("windowfocus", self.console.window, *then)

    def is_active(self):
        return self.console.application().get_child_at_index(0).get_state_set().contains(Atspi.StateType.ACTIVE)


class Trial:
    """One open hold, and what must not move it."""

    def __init__(self, console, human, hand):
        self.console, self.human, self.hand = console, human, hand

    def open_holds(self):
        return {head["hold"]: head for head in self.human.call("hold.subscribe")["holds"]}

    def stands(self, hold, what):
        """For as long as a decision could take to form: no passphrase is asked, no signature begun, nothing approved."""
        until = time.monotonic() + SETTLED
        while True:
            begun = self.console.find("^To approve: |^Waiting for your passphrase|^Signing|^Sending|^Recorded")
            head = self.open_holds().get(hold, {"state": "not open any more", "approvals": []})
            if begun or head["state"] != "pending" or head["approvals"]:
                self.console.picture("failed")
                raise Failure(f"{what}: {begun.get_name() if begun else head['state']}")
            if time.monotonic() > until:
                return check(True, f"{what}: released nothing")

    def focused_button(self):
        self.console.tab_to(APPROVE)

    def keys_and_clicks(self, hold, where):
        """Everything that never approves, on the button as it is now."""
        self.focused_button()
        self.console.key("Return", "space", "KP_Enter")
        self.stands(hold, f"Enter and Space on the {where} button")
        for key in ("Return", "space"):
            self.hand.hold(key)
        self.stands(hold, f"Enter and Space held down on the {where} button")
        self.hand.clicks(APPROVE, 2)
        self.stands(hold, f"a double click on the {where} button")
        self.hand.clicks(APPROVE, 3)
        self.stands(hold, f"three clicks in a row on the {where} button")

    def locked(self, hold):
        lock = self.console.see("^locked: Approve")
        self.console.press(lock)
        self.stands(hold, "a press through AT-SPI on the locked button")
        self.hand.clicks(APPROVE, 1)
        self.console.key("ctrl+shift+a")
        self.stands(hold, "a click and the chord on the locked button")
        self.keys_and_clicks(hold, "locked")
        self.hand.clicks("^(critical|high|elevated|low), ", 2)
        self.stands(hold, "a double click on the row of the inbox")
        xdotool("mousemove", 1, 1)

    def just_opened(self, hold):
        """What began before the lock opened: it arms anew whenever the window gets the focus."""
        self.hand.to(APPROVE)
        self.hand.away_and_back("mousedown", 1)
        self.console.see(OPEN)
        xdotool("mouseup", 1)
        self.stands(hold, "a click begun before the lock opened")
        with self.console.holding(*CHORD, begin=self.hand.away_and_back):
            self.console.see(OPEN)
            time.sleep(HELD)
        self.stands(hold, "the chord held down from before the lock opened, repeating")
        self.hand.away_and_back("key", "ctrl+shift+a", "click", 1)
        self.stands(hold, "the chord and a click before the lock opened")
        xdotool("mousemove", 1, 1)


def repeats_are_real(console, hand):
    """Without it, no trial with a key held down would try anything."""
    console.key("slash")
    field = console.tab_to("^Filter the inbox$")
    hand.hold("x")
    count = wait("the filter", lambda: field.get_character_count())
    check(count > 3, f"the server repeats a key that is held down: {count} letters in a second")
    console.key("Escape")


def replay(console, trial):
    """The button of the empty inbox, by keyboard; returns the hold that arrives."""
    before = set(trial.open_holds())
    console.tab_to("^Replay nine seconds$")
    console.key("space")
    arrived = wait("the replayed hold", lambda: [hold for hold, head in trial.open_holds().items() if hold not in before and head["state"] == "pending"], 60)
    console.see("^critical, .*Drop table bookings", 30)
    console.key("Escape")
    console.key("j")
    console.see("^Drop table bookings in bookings-prod")
    console.see("^locked: Approve")
    console.see("The request claims staging. What it would hit is production")
    check(True, "the replay arrived with its contradiction as the headline")
    return arrived[0]


def type_wrong(console, trial, hold, wrong):
    console.tab_to("^Type bookings-prod to approve")
    console.key("ctrl+a")
    console.type(wrong)
    console.key("ctrl+shift+a")
    console.key("Return")
    trial.stands(hold, f"the wrong name {wrong!r}, the chord and Enter")


def critical_run(console, trial, hold):
    """Where the target's name is typed and the passphrase asked."""
    trial.locked(hold)
    read_everything(console)
    for wrong in ("bookings-staging", "Bookings-prod", "bookings-prod "):
        type_wrong(console, trial, hold, wrong)
    type_target(console, "bookings-prod")
    trial.keys_and_clicks(hold, "open")
    trial.just_opened(hold)


def low_run(console, trial, asked):
    """Where the button is held and no passphrase asked any more: what goes through here is done."""
    path = DATA + "/practice/files/exports/2023/week-001.csv"
    hold = asked.request(asked.document(kind="filesystem", target="practice-files", action={"delete": [path], "recursive": False}))
    asked.wait_for(hold, ["pending"])
    console.see("^low, .*week-001", 30)
    console.key("Escape")
    console.key("j")
    console.press(console.see("^locked: Approve"))
    console.key("ctrl+shift+a")
    trial.stands(hold, "a press through AT-SPI and the chord on the locked button")
    read_everything(console)
    console.see(OPEN)
    trial.keys_and_clicks(hold, "open")
    console.press(console.see(OPEN))
    console.key("ctrl+shift+a")
    trial.stands(hold, "a press through AT-SPI and a short chord where it must be held")
    trial.just_opened(hold)
    check(os.path.isfile(path), "the file is there")
    console.see(OPEN)
    with trial.console.holding(*CHORD):
        asked.wait_for(hold, ["done"])
    check(not os.path.exists(path), "the chord held down once, repeating, approved it: the file is gone")


def steps(console):
    enrol(console)
    ground, hand = Ground(), Hand(console)
    trial, asked = Trial(console, Session(session_key()), hand), agent()
    repeats_are_real(console, hand)
    hold = replay(console, trial)
    critical_run(console, trial, hold)
    deny(console)
    console.see("^To deny: ", 20)
    console.type(PASSPHRASE)
    console.key("Return")
    asked.wait_for(hold, ["denied"])
    check(ground.count("bookings") == 60000, "denied: the table is there")
    low_run(console, trial, asked)
    hold = replay(console, trial)
    check(True, "the second replay works: what stood against the practice agent was lifted")
    read_everything(console)
    approve(console, "bookings-prod")
    asked.wait_for(hold, ["done"])
    check(ground.query("SELECT to_regclass('bookings') IS NULL") == "t", "approving the replay really dropped the table")


scenario("races", steps)
