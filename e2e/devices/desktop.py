#!/usr/bin/env python3
"""Stands in the place of a desktop that shows notifications, on a private D-Bus: writes down what it is given, a line each."""

import json

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = "org.freedesktop.Notifications"


def say(**what):
    print(json.dumps(what), flush=True)


class Desktop(dbus.service.Object):
    def __init__(self, bus):
        self.last = 0
        # Kept: a name that nobody holds is given back.
        self.name = dbus.service.BusName(NAME, bus)
        super().__init__(bus, "/org/freedesktop/Notifications")

    @dbus.service.method(NAME, in_signature="", out_signature="as")
    def GetCapabilities(self):
        return ["actions", "body", "persistence"]

    @dbus.service.method(NAME, in_signature="", out_signature="ssss")
    def GetServerInformation(self):
        return ("stand-in", "Atelier", "1", "1.2")

    @dbus.service.method(NAME, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, replaces, icon, summary, body, actions, hints, timeout):
        if not replaces:
            self.last += 1
        say(title=str(summary), body=str(body), actions=[str(each) for each in actions])
        return replaces or self.last

    @dbus.service.method(NAME, in_signature="u", out_signature="")
    def CloseNotification(self, number):
        self.NotificationClosed(number, 3)

    @dbus.service.signal(NAME, signature="uu")
    def NotificationClosed(self, number, reason):
        pass

    @dbus.service.signal(NAME, signature="us")
    def ActionInvoked(self, number, action):
        pass


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
desktop = Desktop(dbus.SessionBus())
print("ready", flush=True)
GLib.MainLoop().run()
