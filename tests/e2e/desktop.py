# SPDX-License-Identifier: Apache-2.0
"""A desktop's notification server and tray host, as a process of its own: writes down what it is told, one JSON object a line.

desktop.py FILE     runs until it is ended; FILE gets {"owned": …} once both names are its own, then each call as it came
"""
import itertools
import json
import sys

import gi

from gi.repository import Gio, GLib

gi.require_version("Gio", "2.0")

NOTIFICATIONS = """<node><interface name="org.freedesktop.Notifications">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
</interface></node>"""
WATCHER = """<node><interface name="org.kde.StatusNotifierWatcher">
<method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
<method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
<property name="RegisteredStatusNotifierItems" type="as" access="read"/>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
</interface></node>"""
NAMES = ["org.freedesktop.Notifications", "org.kde.StatusNotifierWatcher"]


class Desktop:
    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.ids, self.owned = itertools.count(1), []
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        for path, description in (("/org/freedesktop/Notifications", NOTIFICATIONS), ("/StatusNotifierWatcher", WATCHER)):
            interface = Gio.DBusNodeInfo.new_for_xml(description).interfaces[0]
            self.bus.register_object(path, interface, self.called, self.asked, None)
        for name in NAMES:
            Gio.bus_own_name_on_connection(self.bus, name, Gio.BusNameOwnerFlags.NONE, self.own, self.lost)

    def write(self, **what):
        self.file.write(json.dumps(what) + "\n")
        self.file.flush()

    def own(self, _, name):
        self.owned.append(name)
        if len(self.owned) == len(NAMES):
            self.write(owned=self.owned)

    def lost(self, _, name):
        sys.exit(f"{name} is somebody else's")

    def called(self, _bus, sender, _path, _interface, method, arguments, invocation):
        told = arguments.unpack()
        if method == "Notify":
            hints = arguments.get_child_value(6)
            types = {hints.get_child_value(i).get_child_value(0).get_string(): hints.get_child_value(i).get_child_value(1).get_variant().get_type_string()
                     for i in range(hints.n_children())}
            number = told[1] or next(self.ids)
            self.write(call=method, id=number, app=told[0], icon=told[2], summary=told[3], body=told[4], actions=told[5], hints=told[6], types=types)
            return invocation.return_value(GLib.Variant("(u)", (number,)))
        self.write(call=method, sender=sender, arguments=told)
        if method == "GetCapabilities":
            return invocation.return_value(GLib.Variant("(as)", (["actions", "body", "body-markup", "body-hyperlinks", "body-images", "persistence"],)))
        if method == "GetServerInformation":
            return invocation.return_value(GLib.Variant("(ssss)", ("test", "test", "1", "1.2")))
        return invocation.return_value(None)

    def asked(self, _bus, _sender, _path, _interface, name):
        return {"RegisteredStatusNotifierItems": GLib.Variant("as", []), "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
                "ProtocolVersion": GLib.Variant("i", 0)}[name]


if __name__ == "__main__":
    desktop = Desktop(sys.argv[1])
    GLib.MainLoop().run()
