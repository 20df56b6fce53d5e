"""What /proc tells of sockets: connections of a release, ports that processes listen on, and who holds a port."""

import os
import re

from home import checked

# In /proc/net/unix a connection shows SS_CONNECTED once it is accepted, and SS_CONNECTING while it waits to be: both hold a request.
CONNECTIONS, LISTENING = ("02", "03"), "0A"  # TCP_LISTEN in /proc/net/tcp


def connections(home, number):
    """Connections accepted on the release's socket, those still waiting to be accepted included: each shows the path as bound."""
    path = home.socket(checked(number))
    count = 0
    with open("/proc/net/unix", encoding="utf-8", errors="surrogateescape") as table:
        next(table)
        for line in table:
            # Num RefCount Protocol Flags Type St Inode Path; the inode is padded, so the path follows several spaces.
            fields = line.rstrip("\n").split(None, 7)
            if len(fields) == 8 and fields[5] in CONNECTIONS and fields[7] == path:
                count += 1
    return count


def listening():
    """inode → port of every listening TCP socket of this network namespace."""
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table, encoding="ascii") as file:
                next(file)
                for line in file:
                    fields = line.split()
                    if fields[3] == LISTENING:
                        found[fields[9]] = int(fields[1].rpartition(":")[2], 16)
        except FileNotFoundError:
            pass
    return found


def holder_of(port):
    """The program that listens on a port, as far as we may see it: its name and pid, or None."""
    inodes = {inode for inode, one in listening().items() if one == port}
    for name in os.listdir("/proc"):
        if name.isdigit() and inodes & sockets_of(name):
            return {"pid": int(name), "name": name_of(name)}
    return None


def ports_of(root):
    """TCP ports listened on by a process or any below it."""
    found = listening()
    inodes = set().union(*(sockets_of(pid) for pid in family(root)))
    return sorted({port for inode, port in found.items() if inode in inodes})


def family(root):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            children.setdefault(parent_of(name), []).append(name)
    found, todo = [], [str(root)]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return None


def sockets_of(pid):
    found = set()
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{fd}"))
            if match:
                found.add(match[1])
    except OSError:
        pass  # Gone, or another user's.
    return found


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return None
