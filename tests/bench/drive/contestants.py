# SPDX-License-Identifier: Apache-2.0
"""Product, peer and floor as things that can be started and stopped. Stores are made once below build/bench/homes and copied for use."""
import glob
import hashlib
import os
import shutil
import subprocess

from place import BENCH, BIN, PEERS, SOURCE, Trouble, at_rest, run, say, wait

HOMES, CAST, SCRATCH = BENCH + "/homes", BENCH + "/homes/cast", BENCH + "/scratch"
GATE_NAME = "bench.example/gate"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-default-browser-check", "--password-store=basic", "--force-device-scale-factor=1", "--window-position=0,0",
            "--window-size=1440,900"]


class Stored:
    """A gate's directory in a data directory of its own, and what a console has left beside it: `left` is put back before each run."""

    def __init__(self, path, left):
        self.path, self.left = path, left


def form_of_stores():
    """The maker of a store: one that was made by something else is not used any more."""
    digest = hashlib.sha256()
    for name in ("app/gate/store/schema.cpp", "tests/bench/agent/identity.cpp", "tests/bench/agent/storemaker.cpp"):
        with open(f"{SOURCE}/{name}", "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:8]


def remove_all(pattern, but):
    for path in glob.glob(pattern):
        if path != but:
            remove(path)


def stored_home(place, entries, waiting):
    """A gate that has lived through so many ledger entries, with so many holds that wait. Made once; no console was here yet."""
    name = f"{HOMES}/e{entries}-w{waiting}"
    path = f"{name}-{form_of_stores()}"
    if not os.path.exists(path + "/made"):
        remove_all(name + "-*", None)
        os.makedirs(CAST, mode=0o700, exist_ok=True)
        say(f"making a store of {entries} ledger entries and {waiting} pending holds, once")
        run(place, BIN + "/bench_store", path + "/share/holdfast/gate", CAST, str(entries), str(waiting), seconds=3600)
        os.makedirs(path + "/left/share/holdfast")
        os.rename(path + "/share/holdfast/pins", path + "/left/share/holdfast/pins")
        open(path + "/made", "w").close()
    return Stored(path, path + "/left")


class Keys:
    """The owner's keys in the keyring of this place, and the index that names them."""

    def __init__(self, place):
        os.makedirs(CAST, mode=0o700, exist_ok=True)
        self.path = place.path + "/config"
        printed = run(place, BIN + "/bench_keys", CAST, GATE_NAME, environment={"XDG_CONFIG_HOME": self.path})
        self.public = printed.split()  # the agent's and the owner's, in hex

    def into(self, config):
        os.makedirs(config + "/holdfast", mode=0o700, exist_ok=True)
        shutil.copy(self.path + "/holdfast/keys.json", config + "/holdfast/keys.json")
        with open(config + "/holdfast/console.ini", "w") as file:
            file.write("[General]\nonClose=1\n")  # closing the window leaves the tray


class Home:
    """The place that one run starts from. The store is used where it lies (the gate follows no links), or, for what writes to it, a copy of it."""

    def __init__(self, place, keys, stored, own_store=False):
        path = SCRATCH + "/home"
        remove(path)
        os.makedirs(path, mode=0o700)
        data = (path if own_store else stored.path) + "/share"
        os.makedirs(data + "/holdfast", mode=0o700, exist_ok=True)
        if own_store:
            run(place, "cp", "-a", "--reflink=auto", stored.path + "/share/holdfast/gate", data + "/holdfast/gate")
        for name in os.listdir(data + "/holdfast"):
            if name != "gate":
                remove(f"{data}/holdfast/{name}")
        shutil.copytree(stored.left + "/share", data, dirs_exist_ok=True)
        if os.path.isdir(stored.left + "/state"):
            shutil.copytree(stored.left + "/state", path + "/state")
        keys.into(path + "/config")
        self.gate = data + "/holdfast/gate"
        self.environment = {"XDG_DATA_HOME": data, "XDG_CONFIG_HOME": path + "/config", "XDG_STATE_HOME": path + "/state"}

    def leave(self, where):
        """Keeps what the console left, for later runs to start from."""
        remove(where)
        shutil.copytree(self.environment["XDG_DATA_HOME"], where + "/share", ignore=lambda at, names: ["gate"] if at.endswith("/share/holdfast") else [])
        if os.path.isdir(self.environment["XDG_STATE_HOME"]):
            shutil.copytree(self.environment["XDG_STATE_HOME"], where + "/state")


class Product:
    """The console with the gate that it starts itself."""

    def __init__(self, place, home, patience=900):
        self.place = place
        remove(home.gate + "/gate.json")
        self.process = place.spawn("console", BIN + "/holdfast", environment=home.environment)
        wait("the console's gate", lambda: self._alive() and os.path.exists(home.gate + "/gate.json"), 60)
        self.rested = at_rest([self.process.pid], patience)
        self._alive()

    def at_work(self):
        """A measurement that does not begin at rest is none."""
        if not self.rested:
            self.stop()
            raise Trouble("the console does not come to rest")
        return self

    def _alive(self):
        if self.process.poll() is not None:
            raise Trouble(f"the console ended with {self.process.returncode}; its log is {self.place.logs}/console.log")
        return True

    def gate(self):
        """The embedded gate's process."""
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid), "-x", "holdfastd"], capture_output=True, text=True).stdout.split()
        if not listed:
            raise Trouble("the console has no gate")
        return int(listed[0])

    def stop(self):
        self.place.stop(self.process)


class Gate:
    """holdfastd alone."""

    def __init__(self, place, home):
        self.place = place
        self.process = place.spawn("gate", BIN + "/holdfastd", "--config", home.gate + "/gate.toml", stdout=subprocess.PIPE)
        place.printed_line(self.process, "gate")

    def stop(self):
        self.place.stop(self.process)


class PeerGate:
    def __init__(self, place, keys, waiting=0):
        self.place = place
        remove(SCRATCH + "/peer")
        os.makedirs(SCRATCH + "/peer")
        self.process = place.spawn("peer-gate", "node", PEERS + "/gate.js", SCRATCH + "/peer/gate.db", *keys.public, str(waiting), stdout=subprocess.PIPE)
        self.port = place.printed_line(self.process, "peer-gate")
        self.url = f"ws://127.0.0.1:{self.port}/"

    def stop(self):
        self.place.stop(self.process)


def chromium_command(place, url):
    return ["chromium", *CHROMIUM, f"--user-data-dir={place.path}/chromium", f"--app={url}"]


class Chromium:
    def __init__(self, place, url):
        self.place = place
        self.process = place.spawn("chromium", *chromium_command(place, url))
        if not at_rest([self.process.pid], 60):
            raise Trouble("Chromium does not come to rest")

    def stop(self):
        self.place.stop(self.process)


class Floor:
    def __init__(self, place, window):
        self.place = place
        remove(SCRATCH + "/floor.log")
        self.process = place.spawn("floor", BIN + "/bench_floor", SCRATCH + "/floor.log", *(["window"] if window else []), stdout=subprocess.PIPE)
        self.port = place.printed_line(self.process, "floor")

    def stop(self):
        self.place.stop(self.process)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def build_of_product():
    """Names this very build: what a console left behind in its home is used only by the build that left it."""
    with open(BIN + "/holdfast", "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def settled_home(place, keys, entries, waiting):
    """A stored gate that the console has met: it came once before, and looked at everything there was to look at."""
    stored = stored_home(place, entries, waiting)
    left = f"{stored.path}/left-by-{build_of_product()}"
    if not os.path.exists(left):
        say(f"letting the console meet the gate with {entries} ledger entries and {waiting} pending holds, once")
        home = Home(place, keys, stored)
        # It looks at every entry, once; where that takes longer than a quarter of an hour, what it has by then must do.
        product = Product(place, home)
        if not product.rested:
            say("the console was still at work after 15 minutes: going on with what it left")
        product.stop()
        home.leave(left + ".new")
        os.rename(left + ".new", left)
        remove_all(stored.path + "/left-by-*", left)
    return Stored(stored.path, left)
