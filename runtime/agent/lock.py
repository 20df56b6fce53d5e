"""Who may change things: one owner at a time, for a while, with an epoch that only grows.

A lease alone does not hold back a client that was paused and comes to again; its epoch does. Every change carries the epoch it was
granted and is checked and carried out in one critical section, so a late one is refused. Time is the host's own clock since boot,
never the client's.
"""

import contextlib
import fcntl
import os
import time

import files
from refusal import Refusal


@contextlib.contextmanager
def critical(home):
    """The one critical section of an app on this host. flock ends with the process, so no crash leaves it locked."""
    descriptor = os.open(home.mutex, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def boot():
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def clock():
    """Seconds since boot, suspended time included: a laptop that slept has let its lease run out."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def holds(lease):
    return bool(lease and lease.get("owner") and lease["boot"] == boot() and clock() < lease["until"])


def acquire(home, owner, ttl, force=False):
    lease = files.read_json(home.lock, {"epoch": 0})
    if holds(lease) and not force:
        raise Refusal("locked", owner=lease["owner"], seconds=round(lease["until"] - clock(), 1))
    lease = {"owner": owner, "epoch": lease["epoch"] + 1, "until": clock() + ttl, "boot": boot()}
    files.write_json(home.lock, lease)
    return lease["epoch"]


def check(home, epoch):
    """Raises unless this epoch is the newest granted. Its time may have run out, as long as nobody else was granted since."""
    lease = files.read_json(home.lock, {"epoch": 0})
    if lease["epoch"] != epoch or not lease.get("owner"):
        raise Refusal("fenced", epoch=lease["epoch"], owner=lease.get("owner"))


def renew(home, epoch, ttl):
    check(home, epoch)
    lease = files.read_json(home.lock)
    files.write_json(home.lock, {**lease, "until": clock() + ttl})


def release(home, epoch):
    check(home, epoch)
    files.write_json(home.lock, {"epoch": epoch, "owner": None, "until": 0, "boot": boot()})
