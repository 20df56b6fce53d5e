"""
What this container may use. The host's processor count and memory are what most servers read and are wrong in a container:
16 workers on a 64-core node with half a processor of quota is the usual out-of-memory kill.
https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
"""

import os
from collections import namedtuple

Limits = namedtuple("Limits", "cpus memory")  # cpus: float; memory: bytes

UNLIMITED = 1 << 60  # cgroup v1 says "no limit" with a number near 2^63.


def read_limits(root="/", affinity=None):
    """The smallest limit of this process's own cgroup and of those above it, in cgroup v2 or v1, else what the machine has."""
    if affinity is None:
        affinity = len(os.sched_getaffinity(0))
    cpus = [float(affinity)]
    memory = [total_memory(root)]
    for directory in cgroups(root, ""):
        cpus.append(quota_v2(directory))
        memory += [number(directory, "memory.max"), number(directory, "memory.high")]
    for directory in cgroups(root, "cpu"):
        cpus.append(quota_v1(directory))
    for directory in cgroups(root, "memory"):
        memory.append(number(directory, "memory.limit_in_bytes"))
    return Limits(min(cpu for cpu in cpus if cpu), min(size for size in memory if size))


def cgroups(root, controller):
    """Directories from our cgroup up to the mounted root. Without a cgroup namespace the limits are not at the root."""
    path = own_path(root, controller)
    mounts = [f"sys/fs/cgroup/{controller}"] if controller else ["sys/fs/cgroup", "sys/fs/cgroup/unified"]
    for mount in mounts:
        base = os.path.join(root, mount)
        current = path
        while True:
            yield os.path.join(base, current.lstrip("/"))
            if current in ("/", ""):
                break
            current = os.path.dirname(current)


def own_path(root, controller):
    for line in read(os.path.join(root, "proc/self/cgroup")).splitlines():
        number, controllers, path = (line.split(":", 2) + ["", ""])[:3]
        # A path with .. is outside our namespace's root: nothing of it is to be seen from here (cgroup_namespaces(7)).
        if controller in controllers.split(",") and (controller or number == "0") and not path.startswith("/.."):
            return os.path.normpath(path)
    return "/"


def quota_v2(directory):
    quota, _, period = read(os.path.join(directory, "cpu.max")).partition(" ")
    return share(quota, period)


def quota_v1(directory):
    return share(
        read(os.path.join(directory, "cpu.cfs_quota_us")), read(os.path.join(directory, "cpu.cfs_period_us")) or "100000"
    )


def share(quota, period):
    try:
        quota, period = int(quota), int(period or 100000)
    except ValueError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def number(directory, name):
    try:
        value = int(read(os.path.join(directory, name)))
    except ValueError:
        return None
    return value if 0 < value < UNLIMITED else None


def total_memory(root):
    for line in read(os.path.join(root, "proc/meminfo")).splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return UNLIMITED


def read(file):
    try:
        with open(file, encoding="ascii", errors="replace") as stream:
            return stream.read(65536).strip()
    except OSError:
        return ""
