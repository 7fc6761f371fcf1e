# SPDX-License-Identifier: Apache-2.0
"""The least that a desktop has to have for a tray: an org.kde.StatusNotifierWatcher with a host. Prints one line when it stands."""
from gi.repository import Gio, GLib

INTERFACE = """<node><interface name='org.kde.StatusNotifierWatcher'>
 <method name='RegisterStatusNotifierItem'><arg type='s' direction='in'/></method>
 <method name='RegisterStatusNotifierHost'><arg type='s' direction='in'/></method>
 <property name='RegisteredStatusNotifierItems' type='as' access='read'/>
 <property name='IsStatusNotifierHostRegistered' type='b' access='read'/>
 <property name='ProtocolVersion' type='i' access='read'/>
 <signal name='StatusNotifierItemRegistered'><arg type='s'/></signal>
 <signal name='StatusNotifierHostRegistered'/>
</interface></node>"""
items = []


def called(bus, sender, path, interface, method, parameters, invocation):
    if method == "RegisterStatusNotifierItem":
        items.append(parameters.unpack()[0])
        bus.emit_signal(None, path, interface, "StatusNotifierItemRegistered", GLib.Variant("(s)", (items[-1],)))
    invocation.return_value(None)


def asked(bus, sender, path, interface, name):
    return {"RegisteredStatusNotifierItems": GLib.Variant("as", items), "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
            "ProtocolVersion": GLib.Variant("i", 0)}[name]


def have_bus(bus, name):
    bus.register_object("/StatusNotifierWatcher", Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], called, asked, None)


def have_name(bus, name):
    print("ready", flush=True)


Gio.bus_own_name(Gio.BusType.SESSION, "org.kde.StatusNotifierWatcher", Gio.BusNameOwnerFlags.NONE, have_bus, have_name, None)
GLib.MainLoop().run()
