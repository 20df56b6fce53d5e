"""Where to listen: a TCP port or the path of a Unix socket, as the environment says."""

import os
import socket
import stat
from collections import namedtuple

from errors import LauncherError

LONGEST_PATH = 107  # sun_path of unix(7) is 108 bytes with its final zero.


class Address(namedtuple("Address", "path host port")):
    def __str__(self):
        return f"unix:{self.path}" if self.path else f"{self.host or '*'}:{self.port}"

    def words(self):
        return ["unix", self.path] if self.path else ["tcp", f"{self.host or ''}:{self.port}"]


def unix(path):
    if not os.path.isabs(path) or len(os.fsencode(path)) > LONGEST_PATH:
        raise LauncherError(f"WHERRY_SOCKET is {path!r}, expected an absolute path of at most {LONGEST_PATH} bytes")
    return Address(path, None, None)


def tcp(port, host=None):
    return Address(None, host, port)


def address_of(environment):
    path = environment.get("WHERRY_SOCKET")
    if path:
        address = unix(path)
        folder = os.path.dirname(path)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise LauncherError(f"the socket {path} cannot be made: uid {os.getuid()} may not write to {folder}")
        return address
    text = environment.get("PORT", "").strip() or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise LauncherError(f"PORT is {text!r}, expected a number from 1 to 65535")
    return tcp(int(text), environment.get("WHERRY_HOST") or None)


def make_free(address):
    """Removes the socket that a killed predecessor left; Granian and Daphne do not start where there is one."""
    if not address.path or not os.path.lexists(address.path):
        return
    if not stat.S_ISSOCK(os.lstat(address.path).st_mode):
        raise LauncherError(f"{address.path} exists and is no socket")
    if answers(address):
        raise LauncherError(f"something else serves on {address.path}")
    os.unlink(address.path)


def answers(address):
    """Whether something accepts connections there."""
    family = socket.AF_UNIX if address.path else socket.AF_INET6 if ":" in (address.host or "") else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(address.path or (address.host or "127.0.0.1", address.port))
        except OSError:
            return False
    return True


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True
