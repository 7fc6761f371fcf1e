# SPDX-License-Identifier: Apache-2.0
"""Drives the real console from outside: keys by XTest, reading by AT-SPI. Every wait is for a condition."""
import contextlib
import os
import re
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

PLACE = os.environ["HOLDFAST_E2E_PLACE"]
BIN = os.environ["HOLDFAST_E2E_BIN"]
HOME = os.environ["HOME"]
PATIENCE = int(os.environ.get("HOLDFAST_E2E_PATIENCE", "1"))  # sanitized programs take their time
DATA = HOME + "/.local/share/holdfast"


class Failure(Exception):
    pass


def wait(what, condition, seconds=30.0):
    """Polls `condition` until it is true and returns its value; fails naming `what`."""
    seconds *= PATIENCE
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise Failure(f"waited {seconds:.0f} s for: {what}")
        time.sleep(0.05)


def check(condition, what):
    if not condition:
        raise Failure(what)
    print(f"ok    {what}", flush=True)


def xdotool(*words):
    return subprocess.run(["xdotool", *map(str, words)], check=True, timeout=30, capture_output=True, text=True).stdout


class Console:
    """The window under test; `command` is what becomes the console, if not the program itself."""

    def __init__(self, command=(BIN + "/holdfast",)):
        self.log = open(PLACE + "/console.err", "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        self.window = wait("the window", self._find_window, 60)
        self.focus()

    def _find_window(self):
        if self.process.poll() is not None:
            with open(PLACE + "/console.err", encoding="utf-8", errors="replace") as said:
                raise Failure(f"the console ended with {self.process.returncode}: {said.read()[-500:]}")
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid), "--name", "Holdfast"],
                               capture_output=True, text=True).stdout.split()
        return found[0] if found else None

    def focus(self):
        subprocess.run(["xdotool", "windowfocus", "--sync", self.window], check=True, timeout=20)

    def key(self, *names):
        """Each name is one chord, pressed and released through XTest."""
        subprocess.run(["xdotool", "key", "--clearmodifiers", *names], check=True, timeout=20)

    @contextlib.contextmanager
    def holding(self, *keys, begin=xdotool):
        """Keys that are down while something goes on; `begin` presses them in its own way."""
        begin(*[word for key in keys for word in ("keydown", key)])
        try:
            yield
        finally:
            xdotool(*[word for key in reversed(keys) for word in ("keyup", key)])

    def type(self, text):
        subprocess.run(["xdotool", "type", "--clearmodifiers", "--delay", "4", text], check=True, timeout=60)

    def application(self):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() == self.process.pid:
                return child
        return None

    def walk(self, node=None, depth=0):
        node = node or self.application()
        if node is None or depth > 40:
            return
        yield node
        try:
            children = node.get_child_count()
        except gi.repository.GLib.Error:
            return
        for i in range(children):
            try:
                child = node.get_child_at_index(i)
            except gi.repository.GLib.Error:
                continue
            if child is not None:
                yield from self.walk(child, depth + 1)

    def names(self):
        found = []
        for node in self.walk():
            try:
                if node.get_state_set().contains(Atspi.StateType.SHOWING) and node.get_name():
                    found.append(node.get_name())
            except gi.repository.GLib.Error:
                continue
        return found

    def find(self, pattern, anywhere=False):
        """The first object whose name matches the expression, or None; of those that are showing, unless `anywhere`."""
        expression = re.compile(pattern, re.S)
        for node in self.walk():
            try:
                if expression.search(node.get_name() or node.get_role_name()) and (anywhere or node.get_state_set().contains(Atspi.StateType.SHOWING)):
                    return node
            except gi.repository.GLib.Error:
                continue
        return None

    def see(self, pattern, seconds=30.0):
        try:
            return wait(f"something named like {pattern!r}", lambda: self.find(pattern), seconds)
        except Failure:
            print("showing:\n  " + "\n  ".join(self.names()[:200]), file=sys.stderr)
            self.picture("failed")
            raise

    def focused(self):
        for node in self.walk():
            try:
                if node.get_state_set().contains(Atspi.StateType.FOCUSED) and node.get_role() not in (Atspi.Role.WINDOW, Atspi.Role.FRAME):
                    last = node
                    return last
            except gi.repository.GLib.Error:
                continue
        return None

    def tab_to(self, pattern, most=60):
        """Presses Tab until what has the focus is named like the expression."""
        for _ in range(most):
            node = self.focused()
            # Qt 6.4 gives password fields no name over AT-SPI: they are told by their role.
            if node is not None and re.search(pattern, node.get_name() or node.get_role_name()):
                return node
            self.key("Tab")
        self.picture("failed")
        raise Failure(f"Tab never reached something named like {pattern!r}")

    def press(self, node):
        """The Press action of an accessible object, as assistive technology invokes it."""
        action = node.get_action_iface()
        if action is None:
            return False
        for i in range(action.get_n_actions()):
            if action.get_action_name(i).lower() in ("press", "click"):
                return action.do_action(i)
        return False

    def picture(self, name):
        target = f"{os.environ.get('HOLDFAST_E2E_PICTURES', PLACE)}/{name}.png"
        subprocess.run(["import", "-window", "root", target], check=False)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def scenario(what, steps):
    """Ends the program with what became of `steps(console)`; a picture shows the screen on which they failed."""
    console = Console()
    try:
        steps(console)
    except Failure as failure:
        console.picture("failed")
        print(f"FAIL  {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        console.close()
    print(f"{what}: all steps passed")
    sys.exit(0)


def hold(*arguments, **options):
    """Runs `hold` to its end; returns the completed process."""
    return subprocess.run([BIN + "/hold", *arguments], capture_output=True, text=True, timeout=options.get("timeout", 300), stdin=subprocess.DEVNULL)


def hold_start(*arguments):
    return subprocess.Popen([BIN + "/hold", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)


class Ground:
    """The practice ground as psql sees it, with the credential that only the gate uses."""

    def __init__(self):
        script = os.environ.get("HOLDFAST_SOURCE", os.path.dirname(os.path.abspath(__file__)) + "/../..") + "/resources/practice/ground"
        printed = subprocess.run([script, "env", DATA + "/practice"], capture_output=True, text=True, check=True).stdout
        self.values = dict(line.split("=", 1) for line in printed.splitlines())

    def query(self, sql):
        environment = dict(os.environ, PGPASSWORD=open(self.values["CREDENTIAL"]).read().strip())
        done = subprocess.run(["psql", "-XqAt", "-h", self.values["SOCKET"], "-U", "holdfast_perform", "-d", "bookings", "-c", sql],
                              capture_output=True, text=True, env=environment, timeout=60)
        if done.returncode != 0:
            raise Failure("psql: " + done.stderr.strip())
        return done.stdout.strip()

    def count(self, table, where="true"):
        return int(self.query(f"SELECT count(*) FROM {table} WHERE {where}"))
