#!/usr/bin/env python3
"""Tells the programs of this machine that a serial device was plugged in or pulled out, as udevd does.

    udev.py add|remove DEVPATH DEVNAME VENDOR PRODUCT SERIAL

One message of libudev's own form on the netlink group that its monitors hear; who looks into /sys finds nothing there.
"""
import os
import socket
import struct
import sys
import time

NETLINK_KOBJECT_UEVENT = 15
UDEV_GROUP = 2
MAGIC = 0xFEEDCAFE
HEADER_BYTES = 40


def murmur(data):
    """MurmurHash2 with seed 0: monitors that want one subsystem only filter by it."""
    factor, mask = 0x5BD1E995, 0xFFFFFFFF
    value = len(data)
    whole = len(data) // 4 * 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        word = word * factor & mask
        word = (word ^ word >> 24) * factor & mask
        value = value * factor & mask ^ word
    if data[whole:]:
        value = (value ^ int.from_bytes(data[whole:], "little")) * factor & mask
    value = (value ^ value >> 13) * factor & mask
    return value ^ value >> 15


def message(properties):
    body = b"".join(f"{key}={value}".encode() + b"\0" for key, value in properties.items())
    return (
        b"libudev\0"
        + struct.pack(">I", MAGIC)
        + struct.pack("=III", HEADER_BYTES, HEADER_BYTES, len(body))
        + struct.pack(">IIII", murmur(properties["SUBSYSTEM"].encode()), 0, 0, 0)
        + body
    )


action, path, node, vendor, product, serial = sys.argv[1:]
number = os.stat(node).st_rdev if action == "add" else 0
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_KOBJECT_UEVENT) as monitors:
    monitors.bind((0, 0))
    told = {
        "ACTION": action,
        "DEVPATH": path,
        "SUBSYSTEM": "tty",
        "DEVNAME": node,
        "MAJOR": os.major(number),
        "MINOR": os.minor(number),
        "SEQNUM": time.monotonic_ns(),
        "ID_BUS": "usb",
        "ID_VENDOR_ID": vendor,
        "ID_MODEL_ID": product,
        "ID_MODEL": "Doorbell",
        "ID_SERIAL_SHORT": serial,
    }
    monitors.sendto(message(told), (0, UDEV_GROUP))
