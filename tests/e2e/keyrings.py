# SPDX-License-Identifier: Apache-2.0
"""Desktop sessions of one user that differ in who keeps secrets: each a bus of its own, on which nothing is started behind one's back."""
import base64
import contextlib
import dataclasses
import os
import re
import subprocess
import typing
import uuid

from gi.repository import Gio, GLib

from driver import PLACE, wait

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""
SECRETS = "org.freedesktop.secrets"
HERE = os.path.dirname(os.path.abspath(__file__))


def assistive_bus():
    """Where the driver reads: each console is put on it, whatever session it is in."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    return bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None, Gio.DBusCallFlags.NONE, 5000, None).unpack()[0]


def asked(address, name, path, method, arguments):
    """What a call on the session's bus answers."""
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
    try:
        interface, member = method.rsplit(".", 1)
        return bus.call_sync(name, path, interface, member, arguments, None, Gio.DBusCallFlags.NO_AUTO_START, 5000, None).unpack()[0]
    finally:
        bus.close_sync(None)


def is_owned(address, name):
    return asked(address, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", GLib.Variant("(s)", (name,)))


def is_open(address):
    """Whether the keyring that programs get unasked is there, and unlocked."""
    keyring = asked(address, SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.ReadAlias", GLib.Variant("(s)", ("default",)))
    locked = GLib.Variant("(ss)", ("org.freedesktop.Secret.Collection", "Locked"))
    return keyring != "/" and not asked(address, SECRETS, keyring, "org.freedesktop.DBus.Properties.Get", locked)


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
            running.append(keeper.start())
            wait("a keeper of secrets", lambda: is_owned(address, SECRETS))
            wait("its keyring", lambda: keeper.has_none or is_open(address))
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        for each in reversed(running):
            each.terminate()
            each.wait(20)


@dataclasses.dataclass
class Keeper:
    """Starts a program that keeps secrets."""
    start: typing.Callable
    has_none: bool = False  # no keyring is open in it


def gnome_keyring(data):
    """Unlocked, over a data directory of its own."""
    def start():
        os.makedirs(data, exist_ok=True)
        process = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env={**os.environ, "XDG_DATA_HOME": data}, text=True)
        process.stdin.write("pass")
        process.stdin.close()
        return process
    return Keeper(start)


KEEPASSXC = """[General]
ConfigVersion=2
SingleInstance=false
[FdoSecrets]
Enabled=true
ShowNotification=false
[GUI]
CheckForUpdates=false
"""


def database(path, name):
    """A database of KeePassXC that is called `name`, and shows what is in it to whoever asks over the bus."""
    def cli(*words, answers):
        return subprocess.run(["keepassxc-cli", *words], input=answers, check=True, capture_output=True, text=True).stdout
    empty, document = path + ".empty", path + ".xml"
    cli("db-create", "-q", "-p", empty, answers="pass\npass\n")
    text = cli("export", "-q", empty, answers="pass\n")
    root = uuid.UUID(bytes=base64.b64decode(re.search("<UUID>(.*?)</UUID>", text)[1]))
    shown = f"<CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{{{root}}}</Value></Item></CustomData></Meta>"
    with open(document, "w", encoding="utf-8") as file:
        file.write(text.replace("<DatabaseName/>", f"<DatabaseName>{name}</DatabaseName>").replace("</Meta>", shown))
    cli("import", "-q", "-p", document, path, answers="pass\npass\n")


def keepassxc(name=""):
    """With the Secret Service of its settings on; the database `name` is open, or none is."""
    def start():
        settings = PLACE + "/keepassxc.ini"
        with open(settings, "w", encoding="utf-8") as file:
            file.write(KEEPASSXC)
        opened = []
        if name:
            opened = ["--pw-stdin", PLACE + "/other.kdbx"]
            database(opened[1], name)
        process = subprocess.Popen(["keepassxc", "--config", settings, "--localconfig", settings + ".local", *opened], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, text=True)
        process.stdin.write("pass\n")
        process.stdin.close()
        return process
    return Keeper(start, not name)
