#!/usr/bin/env python3
"""A stand-in for BlueZ on a private D-Bus: one adapter between the doorbell's script and a browser on the same machine.

The script registers its GATT application and its advertisement here, as it does with BlueZ; the browser finds a device that
has the advertisement's name and the application's services. What one side does reaches the other: notifications, starting
and stopping them. Commands come as lines on stdin (`drop`, `away`, `back`), what happens goes out as lines on stdout.

    bluez.py [--mtu BYTES] [--refusals N]

With an MTU it asks the script for a socket of notifications, and says how much the link carries; without it is a BlueZ that
does not. So many times at first it refuses to advertise.
"""
import argparse
import os
import sys
import threading

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

ADAPTER = "/org/bluez/hci0"
ADDRESS = "09:09:09:09:09:09"
DEVICE = ADAPTER + "/dev_" + ADDRESS.replace(":", "_")
PROPERTIES = "org.freedesktop.DBus.Properties"
MANAGER = "org.freedesktop.DBus.ObjectManager"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"


def say(*words):
    print(*words, flush=True)


def variants(values):
    return dbus.Dictionary(values, signature="sv")


class Standin:
    def __init__(self, mtu, refusals):
        self.mtu, self.refusals = mtu, refusals
        self.acquired = {}  # path here -> (socket of notifications, its watch)
        self.longest = 0
        dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
        self.bus = dbus.SystemBus()
        self.present = True
        self.app = None  # (owner, path) of the script's application
        self.advertisement = None  # (owner, path)
        self.name = None
        self.uuids = []
        self.services = {}  # what the application offers, by path
        self.mirror = {}  # path here -> path of the script
        self.objects = {
            "/org/bluez": {"org.bluez.AgentManager1": {}, "org.bluez.ProfileManager1": {}},
            ADAPTER: {
                "org.bluez.Adapter1": {
                    "Address": dbus.String("00:11:22:33:44:55"),
                    "AddressType": dbus.String("public"),
                    "Name": dbus.String("stand-in"),
                    "Alias": dbus.String("stand-in"),
                    "Class": dbus.UInt32(0),
                    "Powered": dbus.Boolean(True),
                    "Discoverable": dbus.Boolean(False),
                    "DiscoverableTimeout": dbus.UInt32(0),
                    "Pairable": dbus.Boolean(True),
                    "PairableTimeout": dbus.UInt32(0),
                    "Discovering": dbus.Boolean(False),
                    "UUIDs": dbus.Array([], signature="s"),
                    "Modalias": dbus.String("usb:v1D6Bp0246d0540"),
                    "Roles": dbus.Array(["central", "peripheral"], signature="s"),
                },
                "org.bluez.GattManager1": {},
                "org.bluez.LEAdvertisingManager1": {},
            },
        }
        self.bus.add_message_filter(self.take)
        self.bus.request_name("org.bluez")
        self.bus.add_signal_receiver(
            self.notified, "PropertiesChanged", PROPERTIES, sender_keyword="sender", path_keyword="path"
        )
        self.bus.add_signal_receiver(self.owner_changed, "NameOwnerChanged", "org.freedesktop.DBus")

    # --- signals to the browser

    def signal(self, path, interface, member, signature, *values):
        message = dbus.lowlevel.SignalMessage(path, interface, member)
        message.append(*values, signature=signature)
        self.bus.send_message(message)

    def change(self, path, interface, values):
        if path not in self.objects:
            return
        self.objects[path][interface].update(values)
        self.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", interface, variants(values), [])

    def add(self, path, interfaces):
        self.objects[path] = interfaces
        content = dbus.Dictionary({key: variants(each) for key, each in interfaces.items()}, signature="sa{sv}")
        self.signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", dbus.ObjectPath(path), content)

    def remove(self, path):
        interfaces = self.objects.pop(path, None)
        if interfaces is not None:
            names = dbus.Array(list(interfaces), signature="s")
            self.signal("/", MANAGER, "InterfacesRemoved", "oas", dbus.ObjectPath(path), names)

    # --- the device

    def appear(self):
        if not self.present or self.app is None or self.name is None:
            return
        if DEVICE in self.objects:
            heard = {"Name": dbus.String(self.name), "Alias": dbus.String(self.name), "RSSI": dbus.Int16(-50)}
            self.change(DEVICE, "org.bluez.Device1", heard)
            return
        if not self.objects[ADAPTER]["org.bluez.Adapter1"]["Discovering"]:
            return
        self.add(
            DEVICE,
            {
                "org.bluez.Device1": {
                    "Address": dbus.String(ADDRESS),
                    "AddressType": dbus.String("public"),
                    "Name": dbus.String(self.name),
                    "Alias": dbus.String(self.name),
                    "Paired": dbus.Boolean(False),
                    "Bonded": dbus.Boolean(False),
                    "Trusted": dbus.Boolean(False),
                    "Blocked": dbus.Boolean(False),
                    "LegacyPairing": dbus.Boolean(False),
                    "Connected": dbus.Boolean(False),
                    "ServicesResolved": dbus.Boolean(False),
                    "UUIDs": dbus.Array(self.uuids, signature="s"),
                    "Adapter": dbus.ObjectPath(ADAPTER),
                    "RSSI": dbus.Int16(-50),
                }
            },
        )

    def connect(self):
        """Tells of the services of a device that has been connected."""
        service_path = DEVICE + "/service0010"
        for number, (path, interfaces) in enumerate(sorted(self.services.items())):
            for interface, properties in interfaces.items():
                if interface == "org.bluez.GattService1":
                    here = {
                        "UUID": properties["UUID"],
                        "Device": dbus.ObjectPath(DEVICE),
                        "Primary": properties["Primary"],
                        "Includes": dbus.Array([], signature="o"),
                    }
                    self.add(service_path, {interface: here})
                elif interface == CHARACTERISTIC:
                    mirror = f"{service_path}/char{0x10 + number:04x}"
                    self.mirror[mirror] = path
                    here = {
                        "UUID": properties["UUID"],
                        "Service": dbus.ObjectPath(service_path),
                        "Value": dbus.Array([], signature="y"),
                        "Notifying": dbus.Boolean(False),
                        "Flags": properties["Flags"],
                    }
                    self.add(mirror, {interface: here})
                    # Notifications are switched on by this descriptor: without it the browser takes none.
                    descriptor = {
                        "UUID": dbus.String("00002902-0000-1000-8000-00805f9b34fb"),
                        "Characteristic": dbus.ObjectPath(mirror),
                        "Value": dbus.Array([], signature="y"),
                        "Flags": dbus.Array(["read", "write"], signature="s"),
                    }
                    self.add(mirror + "/desc0001", {"org.bluez.GattDescriptor1": descriptor})
        self.change(DEVICE, "org.bluez.Device1", {"ServicesResolved": dbus.Boolean(True)})
        say("connected")

    def drop(self):
        """The connection is gone."""
        if not self.objects.get(DEVICE, {}).get("org.bluez.Device1", {}).get("Connected"):
            return
        for path in self.mirror:
            self.stop(path)
        self.mirror = {}
        for path in sorted((path for path in self.objects if path.startswith(DEVICE + "/")), reverse=True):
            self.remove(path)
        states = {"Connected": dbus.Boolean(False), "ServicesResolved": dbus.Boolean(False)}
        self.change(DEVICE, "org.bluez.Device1", states)
        say("disconnected")

    # --- the script

    def notified(self, interface, changed, _invalidated, sender=None, path=None):
        if self.app is None or sender != self.app[0] or interface != CHARACTERISTIC:
            return
        for here, there in self.mirror.items():
            if there == path and self.objects.get(here, {}).get(CHARACTERISTIC, {}).get("Notifying"):
                self.value(here, changed["Value"])

    def value(self, here, value):
        """A notification, on its way to the browser."""
        if len(value) > self.longest:
            self.longest = len(value)
            say("longest", self.longest)
        self.change(here, CHARACTERISTIC, {"Value": value})

    def start(self, path):
        """As BlueZ does: by a socket where the script knows of it, else by signals."""
        there = self.services.get(self.mirror.get(path), {}).get(CHARACTERISTIC, {})
        if self.mtu is None or "NotifyAcquired" not in there:
            return self.to_script(path, "StartNotify")
        options = variants({"device": dbus.ObjectPath(DEVICE), "mtu": dbus.UInt16(self.mtu)})

        def acquired(handle, _mtu):
            handle = handle.take()
            watch = GLib.io_add_watch(handle, GLib.IO_IN | GLib.IO_HUP, packet)
            self.acquired[path] = (handle, watch)
            say("acquired")

        def packet(handle, _condition):
            data = os.read(handle, 512)
            if data:
                # What the link does not carry is cut off.
                self.value(path, dbus.Array(data[: self.mtu - 3], signature="y"))
            return bool(data)

        owner, where = self.app[0], self.mirror[path]
        self.bus.call_async(
            owner, where, CHARACTERISTIC, "AcquireNotify", "a{sv}", (options,), acquired,
            lambda _error: self.to_script(path, "StartNotify"),
        )

    def stop(self, path):
        handle, watch = self.acquired.pop(path, (None, None))
        if handle is None:
            return self.to_script(path, "StopNotify")
        GLib.source_remove(watch)
        os.close(handle)

    def owner_changed(self, _name, old, new):
        if new == "" and self.app is not None and old == self.app[0]:
            # The Pi is without power. BlueZ still knows the device.
            self.drop()
            self.app = self.advertisement = self.name = None
            say("switched-off")

    def to_script(self, path, member):
        owner, _ = self.app or (None, None)
        there = self.mirror.get(path)
        if owner is None or there is None:
            return
        message = dbus.lowlevel.MethodCallMessage(owner, there, CHARACTERISTIC, member)
        message.set_no_reply(True)
        self.bus.send_message(message)

    def ask(self, where, interface, member, then, *values, signature=None):
        owner, path = where
        self.bus.call_async(owner, path, interface, member, signature, values, then, lambda error: say("error", error))

    def know_services(self, managed):
        self.services = managed
        self.appear()

    def know_advertisement(self, properties):
        self.name = properties["LocalName"]
        self.uuids = list(properties["ServiceUUIDs"])
        say("advertised", self.name)
        self.appear()

    # --- calls

    def take(self, _bus, message):
        if message.get_type() != dbus.lowlevel.MESSAGE_TYPE_METHOD_CALL:
            return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
        interface, member, path = message.get_interface() or "", message.get_member(), message.get_path()
        handled = self.answer(message, interface, member, path, message.get_args_list())
        return dbus.lowlevel.HANDLER_RESULT_HANDLED if handled else dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED

    def reply(self, message, signature="", *values):
        answer = dbus.lowlevel.MethodReturnMessage(message)
        if signature:
            answer.append(*values, signature=signature)
        self.bus.send_message(answer)
        return True

    def refuse(self, message, name, text):
        self.bus.send_message(dbus.lowlevel.ErrorMessage(message, name, text))
        return True

    def answer(self, message, interface, member, path, values):
        if member == "GetManagedObjects":
            content = {
                dbus.ObjectPath(each): dbus.Dictionary(
                    {key: variants(properties) for key, properties in interfaces.items()}, signature="sa{sv}"
                )
                for each, interfaces in self.objects.items()
            }
            return self.reply(message, "a{oa{sa{sv}}}", dbus.Dictionary(content, signature="oa{sa{sv}}"))
        if member == "GetAll" and interface == PROPERTIES:
            return self.reply(message, "a{sv}", variants(self.objects.get(path, {}).get(values[0], {})))
        if member == "Get" and interface == PROPERTIES:
            value = self.objects.get(path, {}).get(values[0], {}).get(values[1])
            if value is None:
                return self.refuse(message, "org.freedesktop.DBus.Error.InvalidArgs", "none")
            return self.reply(message, "v", value)
        if member == "Set" and interface == PROPERTIES:
            self.reply(message)
            self.change(path, values[0], {values[1]: values[2]})
            return True
        if member == "RegisterApplication" and interface == "org.bluez.GattManager1":
            self.app = (message.get_sender(), values[0])
            self.reply(message)
            self.ask(self.app, MANAGER, "GetManagedObjects", self.know_services)
            return True
        if member == "RegisterAdvertisement" and self.refusals > 0:
            self.refusals -= 1
            say("not-advertised")
            return self.refuse(message, "org.bluez.Error.Failed", "too much is advertised")
        if member == "RegisterAdvertisement":
            self.advertisement = (message.get_sender(), values[0])
            self.reply(message)
            kind = "org.bluez.LEAdvertisement1"
            self.ask(self.advertisement, PROPERTIES, "GetAll", self.know_advertisement, kind, signature="s")
            return True
        if member == "StartDiscovery":
            self.reply(message)
            self.change(ADAPTER, "org.bluez.Adapter1", {"Discovering": dbus.Boolean(True)})
            self.appear()
            return True
        if member == "StopDiscovery":
            self.reply(message)
            self.change(ADAPTER, "org.bluez.Adapter1", {"Discovering": dbus.Boolean(False)})
            return True
        if member in ("Connect", "ConnectLE"):
            if not self.present or self.app is None:
                say("refused")
                return self.refuse(message, "org.bluez.Error.Failed", "out of range")
            self.change(DEVICE, "org.bluez.Device1", {"Connected": dbus.Boolean(True)})
            self.reply(message)
            self.connect()
            return True
        if member == "Disconnect":
            self.reply(message)
            self.drop()
            return True
        if member in ("StartNotify", "StopNotify"):
            self.reply(message)
            self.change(path, CHARACTERISTIC, {"Notifying": dbus.Boolean(member == "StartNotify")})
            if member == "StartNotify":
                self.start(path)
            else:
                self.stop(path)
            return True
        if interface.startswith("org.bluez"):
            return self.reply(message)
        return False

    def command(self, word):
        if word == "drop":
            self.drop()
        elif word == "away":
            self.present = False
            self.drop()
        elif word == "back":
            self.present = True
            self.appear()
        say("done", word)
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mtu", type=int)
    parser.add_argument("--refusals", type=int, default=0)
    asked = parser.parse_args()
    standin = Standin(asked.mtu, asked.refusals)
    loop = GLib.MainLoop()

    def listen():
        for line in sys.stdin:
            GLib.idle_add(standin.command, line.strip())
        GLib.idle_add(loop.quit)

    threading.Thread(target=listen, daemon=True).start()
    say("ready")
    loop.run()


main()
