"""
What a process and all it has started listen on, as the kernel tells (proc(5)). Beside the app's other modules of ours and named like them:
a script that is proved imports it too, and must not find its own modules hidden.
"""

import os

LISTENING = "0A"  # TCP_LISTEN of the kernel's net/tcp_states.h.


def listened_on(root):
    """(address, port) of each socket that `root` or what it has started listens on; addresses as /proc/net/tcp and tcp6 write them."""
    held = {link for pid in family(root) for link in links_of(pid)}
    for table in ("tcp", "tcp6"):
        for line in read("/proc/net/" + table).splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].rpartition(":")
            if fields[3] == LISTENING and f"socket:[{fields[9]}]" in held:
                yield address, int(port, 16)


def family(pid):
    """The process and all it has started, from whichever of its threads."""
    yield pid
    for thread in names_in(f"/proc/{pid}/task"):
        for child in read(f"/proc/{pid}/task/{thread}/children").split():
            yield from family(int(child))


def links_of(pid):
    for name in names_in(f"/proc/{pid}/fd"):
        try:
            yield os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            continue


def names_in(directory):
    try:
        return os.listdir(directory)
    except OSError:
        return ()  # The process has ended.


def read(file):
    try:
        with open(file, encoding="ascii") as stream:
            return stream.read()
    except OSError:
        return ""
