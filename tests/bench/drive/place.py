# SPDX-License-Identifier: Apache-2.0
"""Where a measurement runs: a display, a session bus, a keyring of its own, and every process that it started, ended at the end."""
import atexit
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BENCH = os.environ["HOLDFAST_BENCH"]  # build/bench
SOURCE = os.environ["HOLDFAST_SOURCE"]
BIN = BENCH + "/bin"
PEERS = SOURCE + "/tests/bench/peers"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None)
TICK = os.sysconf("SC_CLK_TCK")


class Trouble(Exception):
    """Something without which there is nothing to measure; its text is for whoever ran the command."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def wait(what, condition, seconds=30.0):
    """Polls `condition` until it is true and returns its value."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise Trouble(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)


def stat_of(pid):
    """(parent, CPU ticks of its own and of the children that it waited for), or None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rsplit(b")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return int(fields[1]), sum(int(each) for each in fields[11:15])


def tree_of(root):
    """`root` and everything that descends from it."""
    children = {}
    for name in os.listdir("/proc"):
        found = stat_of(name) if name.isdigit() else None
        if found:
            children.setdefault(found[0], []).append(int(name))
    tree, new = [], [root]
    while new:
        tree += new
        new = [child for parent in new for child in children.get(parent, [])]
    return tree


def cpu_seconds(*roots):
    pids = {pid for root in roots for pid in tree_of(root)}
    return sum(found[1] for found in map(stat_of, pids) if found) / TICK


def on_start():
    """In the child: a driver that is killed takes along what it started; a group of its own keeps Ctrl-C with the driver."""
    os.setpgid(0, 0)
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Place:
    def __init__(self):
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.path = tempfile.mkdtemp(prefix="hf-bench-", dir="/tmp")
        self.runtime, self.logs = self.path + "/run", BENCH + "/logs"
        for name in (self.path + "/home", self.runtime, self.logs):
            os.makedirs(name, mode=0o700, exist_ok=True)
        atexit.register(self.end)
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("XDG_", "QT_", "DBUS_", "WAYLAND_", "HOLDFAST_")) and name != "DISPLAY"}
        self.environment |= {"HOME": self.path + "/home", "XDG_RUNTIME_DIR": self.runtime, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
                             "NODE_PATH": BENCH + "/node_modules"}
        self._display()
        self._bus()
        self._keyring()

    def spawn(self, name, *command, environment=None, **options):
        log = open(f"{self.logs}/{name}.log", "ab")
        return subprocess.Popen(list(command), env=self.environment | (environment or {}), stdin=options.pop("stdin", subprocess.DEVNULL),
                                stdout=options.pop("stdout", log), stderr=options.pop("stderr", log), preexec_fn=on_start, **options)

    def printed_line(self, process, name, seconds=30):
        """The first line of its standard output; the rest is never read, so it must not print more."""
        os.set_blocking(process.stdout.fileno(), False)

        def line():
            if process.poll() is not None:
                raise Trouble(f"{name} ended with {process.returncode}; its log is {self.logs}/{name}.log")
            return process.stdout.readline()

        return wait(f"{name} to say where it listens", line, seconds).decode().strip()

    def _display(self):
        read, write = os.pipe()
        server = self.spawn("xvfb", "Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset", pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as end:
            number = end.readline().strip()
        if not number:
            raise Trouble(f"Xvfb ended; its log is {self.logs}/xvfb.log")
        self.server = server
        self.environment["DISPLAY"] = os.environ["DISPLAY"] = ":" + number

    def _bus(self):
        bus = self.spawn("bus", "dbus-daemon", "--session", "--nofork", "--print-address=1", stdout=subprocess.PIPE)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.printed_line(bus, "bus")

    def _keyring(self):
        keyring = self.spawn("keyring", "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", stdin=subprocess.PIPE)
        keyring.stdin.write(b"pass\n")
        keyring.stdin.close()
        owner = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner",
                 "string:org.freedesktop.secrets"]
        wait("the keyring", lambda: b"true" in subprocess.run(owner, env=self.environment, capture_output=True).stdout)

    def stop(self, process, seconds=15):
        """Ends it and what descends from it; returns when nothing of it runs."""
        if process is None:
            return
        tree = tree_of(process.pid)
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        try:
            wait("its children", lambda: not self._alive(tree), seconds)
        except Trouble:
            for pid in self._alive(tree):
                os.kill(pid, signal.SIGKILL)
            wait("its children", lambda: not self._alive(tree), 5)

    def _alive(self, pids):
        self._reap()
        return [pid for pid in pids if stat_of(pid)]

    def _reap(self):
        """Orphans come to this process; those that a Popen waits for are left to it."""
        for pid in tree_of(os.getpid())[1:]:
            try:
                with open(f"/proc/{pid}/stat", "rb") as file:
                    zombie = file.read().rsplit(b")", 1)[1].split()[0] == b"Z"
                if zombie:
                    os.waitpid(pid, os.WNOHANG)
            except (OSError, ChildProcessError):
                pass

    def end(self):
        for kind in (signal.SIGTERM, signal.SIGKILL):
            for pid in tree_of(os.getpid())[1:]:
                try:
                    os.kill(pid, kind)
                except ProcessLookupError:
                    pass
            until = time.monotonic() + 5
            while len(tree_of(os.getpid())) > 1 and time.monotonic() < until:
                self._reap()
                time.sleep(0.02)
        shutil.rmtree(self.path, ignore_errors=True)


def at_rest(pids, seconds, quiet=1.0):
    """Waits until these process trees have used less than 2 % of a processor for `quiet` seconds. False when they do not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = cpu_seconds(*pids)
        time.sleep(quiet)
        if cpu_seconds(*pids) - before <= 0.02 * quiet:
            return True
    return False


def run(place, *command, environment=None, seconds=600):
    """A program to its end; its standard output."""
    try:
        done = subprocess.run(list(command), env=place.environment | (environment or {}), capture_output=True, text=True, timeout=seconds,
                              stdin=subprocess.DEVNULL, preexec_fn=on_start)
    except subprocess.TimeoutExpired:
        raise Trouble(f"{os.path.basename(command[0])} did not end within {seconds} s") from None
    if done.returncode != 0:
        raise Trouble(f"{os.path.basename(command[0])}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    return done.stdout
