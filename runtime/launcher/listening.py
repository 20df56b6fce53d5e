"""
Which port a program really listens on. Some never ask the environment: `web.run_app(app)` and `ui.run()` take 8080, `app.listen(8888)` what
is written there. Where the relay stands in front, it passes to that port.
"""

import os
import time

from address import answers
from app.wherry_listening import listened_on

REACHED = ("00000000", "0100007F", 32 * "0")  # Any address, 127.0.0.1 and `::`, as /proc/net/tcp and tcp6 write them (proc(5)).
# Seconds. A program that heeds PORT may open another one first, for metrics or for a debugger, and load for long before it listens there.
STEADY = 6


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


def other_port(root):
    """The only port that a process or what it has started listens on and 127.0.0.1 reaches; None for none or several."""
    ports = {port for address, port in listened_on(root) if address in REACHED}
    return ports.pop() if len(ports) == 1 else None
