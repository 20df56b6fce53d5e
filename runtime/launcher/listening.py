"""
Which port a program really listens on. Some never ask the environment: `web.run_app(app)` and `ui.run()` take 8080, `app.listen(8888)` what
is written there. Where the relay stands in front, it passes to that port.
"""

import os
import time

from address import answers, tcp

LISTENING = "0A"  # TCP_LISTEN of the kernel's net/tcp_states.h.
REACHED = ("00000000", "0100007F", 32 * "0")  # Any address, 127.0.0.1 and `::`, as /proc/net/tcp and tcp6 write them (proc(5)).
STEADY = 1.5  # Seconds: a program with several ports, such as one for metrics, opens them one after another.


def when_reached(given):
    """A question to ask until it is true: the port that was given answers, or one other has been the only one for a while."""
    seen = {"port": None, "since": 0.0}

    def ready():
        if answers(given):
            return True
        port = other_port(os.getpid())
        if port != seen["port"]:
            seen.update(port=port, since=time.monotonic())
        return port is not None and time.monotonic() - seen["since"] >= STEADY

    return ready


def reached(port, root):
    """The port to pass connections to: the given one, unless only another of the processes below `root` is listened on."""
    return port if answers(tcp(port, "127.0.0.1")) else other_port(root) or port


def other_port(root):
    """The only port that a process or what it has started listens on and 127.0.0.1 reaches; None for none or several."""
    sockets = {link for pid in family(root) for link in sockets_of(pid)}
    ports = {port for link, port in listening() if link in sockets}
    return ports.pop() if len(ports) == 1 else None


def listening():
    """Listening sockets of this network, as the links in /proc/PID/fd name them, with their ports."""
    for table in ("tcp", "tcp6"):
        for line in read("/proc/net/" + table).splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].rpartition(":")
            if fields[3] == LISTENING and address in REACHED:
                yield f"socket:[{fields[9]}]", int(port, 16)


def family(pid):
    """The process and all it has started."""
    yield pid
    for thread in names_in(f"/proc/{pid}/task"):
        for child in read(f"/proc/{pid}/task/{thread}/children").split():
            yield from family(int(child))


def sockets_of(pid):
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
