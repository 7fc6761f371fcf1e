# SPDX-License-Identifier: Apache-2.0
"""A scenario that raises, at any point after its gate began, leaves no gate behind."""
import os
import subprocess
import sys

from driver import PLACE, Failure
from gateworld import ending

AFTERWARDS = "import gateworld\nprint(gateworld.World('').gate.pid, flush=True)\nraise KeyError\n"
MEANWHILE = "import gateworld\ngateworld.World.enrol = lambda self: print(self.gate.pid, flush=True) or 1 / 0\ngateworld.World('')\n"

with ending("abandoned") as expect:
    for what, script in (("a step", AFTERWARDS), ("the enrolment", MEANWHILE)):
        home = f"{PLACE}/{what.replace(' ', '-')}"
        os.makedirs(home, mode=0o700)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False,
                              env={**os.environ, "HOME": home, "PYTHONPATH": os.path.dirname(os.path.abspath(__file__))})
        if done.returncode != 1 or not done.stdout.strip().isdigit():
            raise Failure(f"no gate came to run: {done.stdout}{done.stderr}")
        expect.that(not os.path.exists("/proc/" + done.stdout.strip()), f"no gate is left after {what} raised")
