#!/usr/bin/env python3
"""Measures distances with an HC-SR04 on a Raspberry Pi and sends them to the Doorbell page of Atelier.

It only measures: who counts as a visitor, and what happens then, is decided in the browser. The same lines go over a cable
(--serial, --pty, --stdout) and over Bluetooth LE (--bluetooth); each is JSON with a check sum:

    {"v":1,"n":12,"t":1234,"mm":803,"crc":"1a2b"}

n counts readings, t is milliseconds since the start, mm is the distance (null: no echo). The check sum is CRC-16/CCITT-FALSE
over everything before ,"crc". Every five seconds a line says who speaks: {"v":1,"t":…,"hello":"Front door","fw":"1.0.0",…}.

Wiring: wiring.svg. Without a sensor: --simulate visit. License: Apache-2.0.
"""

import argparse
import binascii
import errno
import json
import math
import os
import random
import select
import signal
import socket
import sys
import termios
import time
import tty

VERSION = 1
FIRMWARE = "1.0.0"
HELLO_EVERY_S = 5.0
COUNTER_SIZE = 2**32
# A sensor of this kind needs 60 ms between two pings, or hears the echo of the one before.
FASTEST_HZ = 15.0
REACH_CM = 400.0
# 8 lines a second at 9,600 baud: with start and stop bit a line of 60 bytes takes 62 ms there.
BAUD_A_LINE, SLOWEST_BAUD = 1200, 9600
REOPEN_EVERY_S = 1.0
SERVICE = "a7e11e50-d00b-4e11-9a3c-5e4503000001"
CHARACTERISTIC = "a7e11e50-d00b-4e11-9a3c-5e4503000002"
# What every Bluetooth LE link carries in one notification, and what any does; of its MTU three bytes are a head.
SMALLEST_PIECE, LARGEST_PIECE, PIECE_HEAD = 20, 512, 3
# Beside the service's UUID and the flags there is little room in what is advertised.
ADVERTISED_BYTES = 20
# Pauses before something of Bluetooth is tried again, seconds; the last one repeats.
RETRY_AFTER_S = (1, 2, 5, 10, 30, 60)


def sealed(fields):
    """One line: the fields as JSON in ASCII, with their check sum."""
    body = json.dumps(fields, separators=(",", ":"))[:-1]
    return f'{body},"crc":"{binascii.crc_hqx(body.encode("ascii"), 0xFFFF):04x}"}}\n'.encode("ascii")


def reading_line(count, milliseconds, centimetres):
    mm = None if centimetres is None else max(0, round(centimetres * 10))
    return sealed({"v": VERSION, "n": count % COUNTER_SIZE, "t": milliseconds % COUNTER_SIZE, "mm": mm})


def cut_to_bytes(text, size):
    """The first letters of a text, of so many bytes in UTF-8 at most."""
    return text.encode("utf-8")[:size].decode("utf-8", "ignore")


def hello_line(name, milliseconds):
    # A line has 256 bytes at most; a letter outside ASCII takes six or twelve of them.
    while len(json.dumps(name)) > 150:
        name = name[:-1]
    return sealed({"v": VERSION, "t": milliseconds % COUNTER_SIZE, "hello": name, "fw": FIRMWARE})


# --- where distances come from ---------------------------------------------------------------------------------------


class Sensor:
    """An HC-SR04 by gpiozero."""

    def __init__(self, trigger, echo):
        try:
            from gpiozero import DistanceSensor
        except ImportError:
            sys.exit("gpiozero is missing: sudo apt install python3-gpiozero python3-lgpio (or try --simulate visit)")
        self.sensor = DistanceSensor(echo=echo, trigger=trigger, max_distance=REACH_CM / 100, queue_len=1, partial=True)

    def centimetres(self, _seconds):
        cm = self.sensor.distance * 100
        return cm if 0 < cm < REACH_CM - 1 else None


def at(points, seconds):
    """A curve of (second, cm) at a moment: straight lines between points; no echo from a point without a distance on."""
    before = points[0]
    for point in points:
        if point[0] > seconds:
            if before[1] is None or point[1] is None:
                return before[1]
            share = (seconds - before[0]) / (point[0] - before[0])
            return before[1] + share * (point[1] - before[1])
        before = point
    return before[1]


CURVES = {
    # Somebody comes from 250 cm to 80 cm, waits, and goes.
    "visit": [(0, 250), (4, 250), (7, 80), (37, 80), (40, 250), (60, 250)],
    "empty": [(0, None), (60, None)],
    # A cat passes below the beam for half a second.
    "cat": [(0, 250), (5, 250), (5.1, 60), (5.6, 70), (5.7, 250), (20, 250)],
    # Somebody walks past without stopping.
    "passer-by": [(0, None), (5, 180), (5.8, 150), (6.4, 190), (6.5, None), (20, None)],
}


class Simulation:
    """A named curve, or a file with a second and a distance in cm on each line (no distance: no echo)."""

    def __init__(self, source, noise_cm, seed):
        self.points = CURVES[source] if source in CURVES else self.read(source)
        self.noise_cm = noise_cm
        self.random = random.Random(seed)
        self.length = self.points[-1][0]

    @staticmethod
    def read(path):
        points = []
        try:
            # Some programs begin a text with a mark of its byte order.
            with open(path, encoding="utf-8-sig") as file:
                for number, line in enumerate(file, 1):
                    text = line.split("#")[0].replace(";", ",").strip()
                    # Words are a head, as long as no reading has come.
                    if not text or (not points and text[0].isalpha()):
                        continue
                    second, _, cm = (part.strip() for part in text.partition(","))
                    try:
                        point = (float(second), float(cm) if cm else None)
                    except ValueError:
                        point = (math.nan, None)
                    if not all(0 <= each < math.inf for each in point if each is not None):
                        sys.exit(f"{path}, line {number}: a second and a distance in cm are expected, not: {text}")
                    points.append(point)
        except UnicodeDecodeError as error:
            sys.exit(f"{path} is no text in UTF-8 ({error.reason}). A second and a distance in cm on each line are expected.")
        except OSError as error:
            known = ", ".join(sorted(CURVES))
            sys.exit(f"{path} cannot be read ({error.strerror}). Curves that need no file: {known}.")
        if not points or any(a[0] > b[0] for a, b in zip(points, points[1:])):
            sys.exit(f"{path}: no readings, or not in the order of their seconds.")
        return points

    def centimetres(self, seconds):
        cm = at(self.points, seconds % self.length if self.length > 0 else 0)
        if cm is None:
            return None
        return max(2.0, min(REACH_CM, cm + self.random.gauss(0, self.noise_cm)))


# --- where lines go --------------------------------------------------------------------------------------------------


class Stdout:
    def send(self, line):
        try:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)


class Cable:
    """A serial device. What nobody reads is dropped whole: the page counts it by the numbers, and lines stay whole."""

    def __init__(self, path, baud):
        self.path, self.baud = path, baud
        self.file = None
        self.rest = b""
        self.next_try = 0.0

    def open(self):
        speed = getattr(termios, f"B{self.baud}")
        file = os.open(self.path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            tty.setraw(file)
            mode = termios.tcgetattr(file)
            mode[4] = mode[5] = speed
            termios.tcsetattr(file, termios.TCSANOW, mode)
        except termios.error as error:
            os.close(file)
            raise OSError(errno.ENOTTY, str(error)) from error
        self.file, self.rest = file, b""

    def close(self):
        if self.file is not None:
            os.close(self.file)
        self.file = None

    def send(self, line):
        if self.file is None:
            if time.monotonic() < self.next_try:
                return
            self.next_try = time.monotonic() + REOPEN_EVERY_S
            try:
                self.open()
            except OSError as error:
                print(f"{self.path}: {error.strerror}; trying again", file=sys.stderr)
                return
        try:
            if self.rest:
                self.rest = self.rest[os.write(self.file, self.rest):]
            if not self.rest:
                self.rest = line[os.write(self.file, line):]
        except BlockingIOError:
            return
        except OSError as error:
            print(f"{self.path}: {error.strerror}; opening it again", file=sys.stderr)
            self.close()


class Pty(Cable):
    """A serial port without a cable, for programs on the same computer; its name is printed."""

    def __init__(self):
        super().__init__("the PTY", 115200)
        self.file, self.other = os.openpty()
        tty.setraw(self.other)
        os.set_blocking(self.file, False)
        print(os.ttyname(self.other), file=sys.stderr, flush=True)

    def open(self):
        raise OSError(errno.EIO, "closed")

    def send(self, line):
        readable, _, _ = select.select([self.file], [], [], 0)
        if readable:
            # What the other side sends is not for us, but must not fill up.
            os.read(self.file, 4096)
        super().send(line)


def pieces_of(line, size):
    return [line[start:start + size] for start in range(0, len(line), size)]


class Bluetooth:
    """A GATT service by BlueZ, over D-Bus. Its loop runs in a thread of its own; what BlueZ refuses is tried again."""

    def __init__(self, name, piece):
        import threading

        try:
            import dbus
            import dbus.mainloop.glib
            import dbus.service
            from gi.repository import GLib
        except ImportError:
            sys.exit("Bluetooth needs: sudo apt install bluez python3-dbus python3-gi")
        self.dbus, self.glib, self.piece = dbus, GLib, piece
        dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
        self.bus = dbus.SystemBus()
        self.failures, self.is_waiting = 0, False
        self.value, self.advertisement = self.objects(cut_to_bytes(name, ADVERTISED_BYTES))
        # BlueZ may start later than this, or anew.
        self.bus.watch_name_owner("org.bluez", lambda owner: self.offer() if owner else self.refused("bluetoothd is not there"))
        threading.Thread(target=GLib.MainLoop().run, daemon=True).start()

    def adapter(self):
        dbus = self.dbus
        manager = dbus.Interface(self.bus.get_object("org.bluez", "/"), "org.freedesktop.DBus.ObjectManager")
        for path, interfaces in manager.GetManagedObjects().items():
            if "org.bluez.GattManager1" in interfaces and "org.bluez.LEAdvertisingManager1" in interfaces:
                adapter = self.bus.get_object("org.bluez", path)
                properties = dbus.Interface(adapter, "org.freedesktop.DBus.Properties")
                properties.Set("org.bluez.Adapter1", "Powered", dbus.Boolean(True, variant_level=1))
                return adapter
        raise LookupError("no adapter that can advertise: look at bluetoothctl show")

    def objects(self, name):
        """What is offered, on the bus; kept, for what nobody holds is taken off it."""
        dbus, radio = self.dbus, self
        service_path, value_path = "/atelier/service", "/atelier/service/distance"
        service = {"UUID": SERVICE, "Primary": dbus.Boolean(True)}
        value = {
            "UUID": CHARACTERISTIC,
            "Service": dbus.ObjectPath(service_path),
            "Flags": dbus.Array(["notify", "read"], signature="s"),
            # Where this stands BlueZ asks for a socket, and says how much the link carries.
            "NotifyAcquired": dbus.Boolean(False),
        }
        uuids = dbus.Array([SERVICE], signature="s")
        advertised = {"Type": "peripheral", "ServiceUUIDs": uuids, "LocalName": dbus.String(name)}

        class Application(dbus.service.Object):
            @dbus.service.method("org.freedesktop.DBus.ObjectManager", out_signature="a{oa{sa{sv}}}")
            def GetManagedObjects(self):
                return {
                    dbus.ObjectPath(service_path): {"org.bluez.GattService1": service},
                    dbus.ObjectPath(value_path): {"org.bluez.GattCharacteristic1": value},
                }

        class Distance(dbus.service.Object):
            is_heard = False
            socket = None
            last = b""

            @dbus.service.method("org.bluez.GattCharacteristic1", in_signature="a{sv}", out_signature="hq")
            def AcquireNotify(self, options):
                mtu = int(options.get("mtu", 0)) or SMALLEST_PIECE + PIECE_HEAD
                self.release()
                self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                self.socket.setblocking(False)
                self.size = max(SMALLEST_PIECE, min(LARGEST_PIECE, mtu - PIECE_HEAD))
                with theirs:
                    return dbus.types.UnixFd(theirs), dbus.UInt16(mtu)

            def release(self):
                if self.socket is not None:
                    self.socket.close()
                self.socket = None

            @dbus.service.method("org.bluez.GattCharacteristic1")
            def StartNotify(self):
                self.is_heard = True

            @dbus.service.method("org.bluez.GattCharacteristic1")
            def StopNotify(self):
                self.is_heard = False
                self.release()

            @dbus.service.method("org.bluez.GattCharacteristic1", in_signature="a{sv}", out_signature="ay")
            def ReadValue(self, _options):
                return dbus.ByteArray(self.last)

            @dbus.service.signal("org.freedesktop.DBus.Properties", signature="sa{sv}as")
            def PropertiesChanged(self, interface, changed, invalidated):
                pass

        class Advertisement(dbus.service.Object):
            @dbus.service.method("org.freedesktop.DBus.Properties", in_signature="s", out_signature="a{sv}")
            def GetAll(self, _interface):
                return advertised

            @dbus.service.method("org.bluez.LEAdvertisement1")
            def Release(self):
                radio.refused("it is no longer advertised")

        self.application = Application(self.bus, "/atelier")
        return Distance(self.bus, value_path), Advertisement(self.bus, "/atelier/advertisement")

    def offer(self):
        dbus = self.dbus
        self.is_waiting = False
        # Typed: of an empty one nobody could guess what it holds.
        options = dbus.Dictionary({}, signature="sv")

        def register(manager, what, path, then):
            def failed(error):
                # What was registered before stays so.
                then() if error.get_dbus_name() == "org.bluez.Error.AlreadyExists" else self.refused(error)

            call = dbus.Interface(adapter, f"org.bluez.{manager}").get_dbus_method(f"Register{what}")
            call(dbus.ObjectPath(path), options, reply_handler=then, error_handler=failed)

        def advertise():
            register("LEAdvertisingManager1", "Advertisement", "/atelier/advertisement", self.advertised)

        try:
            adapter = self.adapter()
            register("GattManager1", "Application", "/atelier", advertise)
        except (dbus.DBusException, LookupError) as error:
            self.refused(error)
        return False

    def advertised(self):
        if self.failures > 0:
            print("Bluetooth: it is advertised now", file=sys.stderr, flush=True)
        self.failures = 0

    def refused(self, error):
        if self.is_waiting:
            return
        self.is_waiting = True
        pause = RETRY_AFTER_S[min(self.failures, len(RETRY_AFTER_S) - 1)]
        self.failures += 1
        print(f"Bluetooth: {error}; trying again in {pause} s", file=sys.stderr, flush=True)
        self.glib.timeout_add_seconds(pause, self.offer)

    def send(self, line):
        self.glib.idle_add(self.notify, line)

    def notify(self, line):
        value = self.value
        value.last = line
        if value.socket is not None:
            try:
                for piece in pieces_of(line, value.size):
                    value.socket.send(piece)
            except OSError as error:
                # What nobody takes in time the page counts as missing.
                if not isinstance(error, BlockingIOError):
                    value.release()
        elif value.is_heard:
            for piece in pieces_of(line, self.piece):
                changed = {"Value": self.dbus.Array(piece, signature="y")}
                value.PropertiesChanged("org.bluez.GattCharacteristic1", changed, [])
        return False


# --- the loop --------------------------------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0], allow_abbrev=False)
    parser.add_argument("--trigger", type=int, default=4, metavar="GPIO", help="pin of TRIG, by its GPIO number (4: board pin 7)")
    parser.add_argument("--echo", type=int, default=17, metavar="GPIO", help="pin of ECHO behind the divider (17: board pin 11)")
    parser.add_argument("--rate", type=float, default=10, metavar="HZ", help="readings a second, at most 15 with a sensor")
    parser.add_argument("--name", default=socket.gethostname(), help="what the page calls this device")
    parser.add_argument("--serial", metavar="DEVICE", help="send over a cable, e.g. /dev/ttyGS0 (USB gadget) or /dev/serial0")
    parser.add_argument("--baud", type=int, default=115200, help="speed of the cable, 9600 to 115200")
    parser.add_argument("--bluetooth", action="store_true", help="send over Bluetooth LE")
    parser.add_argument("--piece", type=int, default=SMALLEST_PIECE, metavar="BYTES", help="bytes of one Bluetooth notification, where BlueZ does not say what the link carries")
    parser.add_argument("--pty", action="store_true", help="send over a pseudo terminal, whose name and start are printed")
    parser.add_argument("--stdout", action="store_true", help="write the lines out; so it is when nothing else is asked for")
    parser.add_argument("--simulate", metavar="CURVE", help=f"no sensor: {', '.join(sorted(CURVES))}, or a file of “second,cm”")
    parser.add_argument("--noise", type=float, default=0.4, metavar="CM", help="standard deviation of a simulated reading")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated noise")
    parser.add_argument("--count", type=int, metavar="N", help="end after so many readings")
    parser.add_argument("--no-wait", action="store_true", help="simulated time runs as fast as it can be written")
    asked = parser.parse_args()
    # Not a number compares with nothing.
    if not 0 < asked.rate <= 1000:
        parser.error("--rate must be a number of readings a second above 0, and 1000 at most")
    if not 0 <= asked.noise < math.inf:
        parser.error("--noise must be a number of centimetres, 0 or more")
    if asked.baud < SLOWEST_BAUD or not hasattr(termios, f"B{asked.baud}"):
        parser.error(f"--baud must be a speed of this system, {SLOWEST_BAUD} or more")
    if any(each is not None and each < 1 for each in (asked.count, asked.piece)):
        parser.error("--count and --piece must be 1 or more")
    # Bytes that are no UTF-8 can be neither sent nor advertised.
    asked.name = asked.name.encode("utf-8", "replace").decode("utf-8").strip() or socket.gethostname()
    if asked.no_wait and not asked.simulate:
        parser.error("--no-wait needs --simulate")
    return asked


def sinks_of(asked):
    sinks = []
    if asked.serial:
        sinks.append(Cable(asked.serial, asked.baud))
    if asked.pty:
        sinks.append(Pty())
    if asked.bluetooth:
        sinks.append(Bluetooth(asked.name, asked.piece))
    if asked.stdout or not sinks:
        sinks.append(Stdout())
    return sinks


def rate_of(asked):
    rate = asked.rate if asked.simulate else min(asked.rate, FASTEST_HZ)
    return min(rate, asked.baud / BAUD_A_LINE) if asked.serial else rate


def run(asked):
    source = Simulation(asked.simulate, asked.noise, asked.seed) if asked.simulate else Sensor(asked.trigger, asked.echo)
    sinks = sinks_of(asked)
    rate = rate_of(asked)
    start = time.monotonic()
    if asked.pty:
        print(f"started {time.time():.4f} seconds after 1970", file=sys.stderr, flush=True)
    next_hello = -math.inf
    count = 0
    while asked.count is None or count < asked.count:
        # By the number, not by adding pauses: it does not drift.
        due = count / rate
        if not asked.no_wait:
            late = time.monotonic() - start - due
            if late > 1:
                # The computer slept: no burst of readings that are all of now.
                start += late
            elif late < 0:
                time.sleep(-late)
        seconds = due if asked.no_wait else time.monotonic() - start
        milliseconds = round(seconds * 1000)
        lines = [reading_line(count, milliseconds, source.centimetres(seconds))]
        if seconds >= next_hello:
            lines.insert(0, hello_line(asked.name, milliseconds))
            next_hello = seconds + HELLO_EVERY_S
        for line in lines:
            for sink in sinks:
                sink.send(line)
        count += 1


if __name__ == "__main__":
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: sys.exit(0))
    run(arguments())
