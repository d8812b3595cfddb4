#!/usr/bin/env python3
"""Two network namespaces, NAME-page (10.77.0.1) and NAME-rest (10.77.0.2), joined by a TAP interface each.

Usage: namespaces.py NAME, as root, on Linux. Prints "ready". For each line N of its input the interface of NAME-page goes
down for 100 ms and comes back with the address 10.77.0.N, as another network; then it prints N. Removes both at the end of the input.
"""
import ctypes
import fcntl
import os
import struct
import subprocess
import sys
import threading
import time

TUNSETIFF, TAP, NO_PACKET_INFO = 0x400454CA, 2, 0x1000
NEW_NETWORK = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def ip(*args):
    subprocess.run(("ip", *args), check=True)


def tap_in(namespace):
    """A TAP interface eth0 in a namespace; its end stays usable from here."""
    here, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    assert libc.setns(there, NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", b"eth0", TAP | NO_PACKET_INFO))
    assert libc.setns(here, NEW_NETWORK) == 0
    return tap


def carry(source, target):
    while True:
        frame = os.read(source, 65536)
        try:
            os.write(target, frame)
        except OSError:
            pass  # The interface at the other end is down.


def address(namespace, last):
    ip("-n", namespace, "addr", "flush", "dev", "eth0")
    ip("-n", namespace, "addr", "add", f"10.77.0.{last}/24", "dev", "eth0")
    ip("-n", namespace, "link", "set", "eth0", "up")
    # Chromium takes the address of the default route, where a page may not use cameras.
    ip("-n", namespace, "route", "replace", "default", "via", f"10.77.0.{254 if last == 2 else 2}")


page, rest = (f"{sys.argv[1]}-{it}" for it in ("page", "rest"))
try:
    for name in (page, rest):
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
    taps = [tap_in(name) for name in (page, rest)]
    for ends in (taps, taps[::-1]):
        threading.Thread(target=carry, args=ends, daemon=True).start()
    address(page, 1)
    address(rest, 2)
    print("ready", flush=True)
    for line in sys.stdin:
        ip("-n", page, "link", "set", "eth0", "down")
        time.sleep(0.1)
        address(page, int(line))
        print(line.strip(), flush=True)
finally:
    for name in (page, rest):
        subprocess.run(("ip", "netns", "del", name))
