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
from refusal import FULL, Refusal, of_error


@contextlib.contextmanager
def critical(home):
    """The one critical section of an app on this host. flock ends with the process, so no crash leaves it locked."""
    try:
        descriptor = os.open(home.mutex, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise of_error(error) from error
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
    if not lease.get("owner") or lease["boot"] != boot() or clock() >= lease["until"]:
        return False
    # An owner on this very machine that has ended need not be waited for.
    return lease.get("pid") is None or birth(lease["pid"]) == lease["birth"]


def birth(pid):
    """When a process was started, in ticks since boot: a pid alone may by now be another's. None when it has ended."""
    try:
        with open(f"/proc/{int(pid)}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def acquire(home, owner, ttl, pid=None, force=False):
    """`pid` is the owner's process when it is one of this machine."""
    lease = files.read_json(home.lock, {"epoch": 0})
    if holds(lease) and not force:
        raise Refusal("locked", owner=lease["owner"], seconds=round(lease["until"] - clock(), 1))
    lease = {"owner": owner, "epoch": lease["epoch"] + 1, "until": clock() + ttl, "boot": boot()}
    if pid is not None:
        lease.update(pid=pid, birth=birth(pid))
        if lease["birth"] is None:
            raise Refusal("owner-gone")  # Killed while its wish was on the way to us.
    write(home, lease)
    return lease["epoch"]


def check(home, epoch):
    """Raises unless this epoch is the newest granted. Its time may have run out, as long as nobody else was granted since."""
    lease = files.read_json(home.lock, {"epoch": 0})
    if lease["epoch"] != epoch or not lease.get("owner"):
        raise Refusal("fenced", epoch=lease["epoch"], owner=lease.get("owner"))


def renew(home, epoch, ttl):
    check(home, epoch)
    lease = files.read_json(home.lock)
    write(home, {**lease, "until": clock() + ttl})


def release(home, epoch):
    check(home, epoch)
    write(home, {"epoch": epoch, "owner": None, "until": 0, "boot": boot()})


def write(home, lease):
    try:
        files.write_json(home.lock, lease)
    except OSError as error:
        if error.errno not in FULL or not home.spend_reserve():
            raise of_error(error) from error
        files.write_json(home.lock, lease)
