# SPDX-License-Identifier: Apache-2.0
"""The picture in the README: the practice ground's own replay, as the real console shows it for review.

tests/e2e/run BIN portrait.py FILE.png"""
import subprocess
import sys

from driver import Console, Failure
from steps import enrol


def main():
    console = Console()
    try:
        enrol(console, name=None)
        subprocess.run(["xdotool", "windowsize", "--sync", console.window, "1440", "880"], check=True, timeout=20)
        subprocess.run(["xdotool", "windowmove", "--sync", console.window, "0", "110"], check=True, timeout=20)  # below the notifications
        console.tab_to("^Replay nine seconds$")
        console.key("space")
        console.see("^critical, ", 60)
        console.key("Escape")
        console.key("j")
        console.see("The request claims staging")
        console.see("^locked: Approve")
        subprocess.run(["xdotool", "mousemove", "800", "50"], check=True, timeout=20)  # no tooltip
        subprocess.run(["import", "-window", console.window, sys.argv[1]], check=True, timeout=60)
    except Failure as failure:
        print(f"FAIL  {failure}", file=sys.stderr)
        return 1
    finally:
        console.close()
    return 0


sys.exit(main())
