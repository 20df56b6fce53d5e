"""The sockets that nginx accepts from. The holder listens and hands them on, so the edge may be replaced, or crash and be started
again, without one refused connection; and where the holder is root, port 80 needs no right inside the sandbox.

The sandbox lets nothing through but the three standard streams: the first socket is nginx's stdin, the second its stdout (it writes
nothing there). nginx takes over listening sockets named by the variable NGINX, as it does from itself at an upgrade of its binary
(nginx: Upgrading Executable on the Fly).
"""

import errno
import socket

BACKLOG = 4096
MOST = 2


class Listeners:
    def __init__(self):
        self.open = {}

    def get(self, address, port):
        """The listening socket of an address, made when there is none. Raises OSError."""
        key = (address, port)
        if key not in self.open:
            self.open[key] = listen(address, port)
        return self.open[key]

    def keep(self, wanted):
        """Closes all others: what they had accepted lives on in nginx."""
        for key in [key for key in self.open if key not in wanted]:
            self.open.pop(key).close()


def listen(address, port):
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in address:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind(("0.0.0.0" if address == "*" else address, port))
        server.listen(BACKLOG)
    except OSError:
        server.close()
        raise
    server.setblocking(False)
    return server


def reason(error):
    """Why an address cannot be listened on, as the code of a refusal."""
    return {
        errno.EADDRINUSE: "port-in-use",
        errno.EACCES: "port-forbidden",
        errno.EPERM: "port-forbidden",
        errno.EADDRNOTAVAIL: "address-not-here",
        errno.EAFNOSUPPORT: "address-not-here",
    }.get(error.errno, "host-error")
