# SPDX-License-Identifier: Apache-2.0
"""Desktop sessions of one user that differ in who keeps secrets: each a bus of its own, on which nothing is started behind one's back."""
import contextlib
import os
import subprocess

from gi.repository import Gio, GLib

from driver import PLACE, wait

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""
HERE = os.path.dirname(os.path.abspath(__file__))


def assistive_bus():
    """Where the driver reads: each console is put on it, whatever session it is in."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    return bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None, Gio.DBusCallFlags.NONE, 5000, None).unpack()[0]


def is_owned(address, name):
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
    owned = bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", GLib.Variant("(s)", (name,)), None,
                          Gio.DBusCallFlags.NONE, 5000, None).unpack()[0]
    bus.close_sync(None)
    return owned


@contextlib.contextmanager
def session(keeper=None, **environment):
    """What is started inside is in the session; `keeper` starts what keeps its secrets."""
    with open(PLACE + "/bus.conf", "w", encoding="utf-8") as file:
        file.write(BUS.format(PLACE))
    running = [subprocess.Popen(["dbus-daemon", f"--config-file={PLACE}/bus.conf", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)]
    address, before = running[0].stdout.readline().strip(), dict(os.environ)
    assistive = assistive_bus()
    os.environ.update(DBUS_SESSION_BUS_ADDRESS=address, **environment)
    try:
        running.append(subprocess.Popen(["/usr/bin/python3", HERE + "/assistive.py", assistive]))
        wait("assistive technology in the session", lambda: is_owned(address, "org.a11y.Bus"))
        if keeper:
            running.append(keeper())
            wait("a keeper of secrets", lambda: is_owned(address, "org.freedesktop.secrets"))
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        for each in reversed(running):
            each.terminate()
            each.wait(20)


def gnome_keyring(data):
    """Unlocked, over a data directory of its own."""
    def start():
        os.makedirs(data, exist_ok=True)
        process = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env={**os.environ, "XDG_DATA_HOME": data}, text=True)
        process.stdin.write("pass")
        process.stdin.close()
        return process
    return start


def keepassxc():
    """Another program that owns the name, and has no key of ours; by its name in the table of processes."""
    program = PLACE + "/keepassxc"
    if not os.path.exists(program):
        os.symlink("/usr/bin/python3", program)
    return subprocess.Popen([program, HERE + "/otherkeeper.py"])
