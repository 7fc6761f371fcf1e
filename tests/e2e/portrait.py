# SPDX-License-Identifier: Apache-2.0
"""The picture in the README: the practice ground's own replay, as the real console shows it for review.

tests/e2e/run BIN portrait.py FILE.png"""
import subprocess
import sys

from driver import scenario, xdotool
from steps import enrol


def steps(console):
    enrol(console, name=None)
    xdotool("windowsize", "--sync", console.window, 1440, 880)
    xdotool("windowmove", "--sync", console.window, 0, 110)  # below the notifications
    console.tab_to("^Replay nine seconds$")
    console.key("space")
    console.see("^critical, ", 60)
    console.key("Escape")
    console.key("j")
    console.see("The request claims staging")
    console.see("^locked: Approve")
    xdotool("mousemove", 800, 50)  # no tooltip
    subprocess.run(["import", "-window", console.window, sys.argv[1]], check=True, timeout=60)


scenario("portrait", steps)
