"""Where everything of one app on one host lies.

    lock.json       who may change things, with an epoch that only grows
    journal.jsonl   what was intended and what was done, each record bound to the one before by its hash
    wanted.json     what the holder runs, and starts again after a reboot
    reserve         space kept for taking back a release when the disk is full
    releases/N/     private: record.json, what its processes run with (holds secrets), backup/
    public/         all that the edge may see, read-only:
        current     symlink to the release that serves; its rename is the switch
        previous    symlink to the one before, for the hashed files of pages still open
        N/          release.json, static/, run/app.sock
    edge/           conf/ (nginx.conf, pages), run/ (pid, temporary files)
    data/           the volume: outlives every release
    secrets/        values made, set or given for this environment, by version
    services/KIND/  record.json, data/ (its volume), conf/, run/ (sockets), what it runs with
    logs/           app.jsonl, what the processes print; edge/, what nginx logs
"""

import errno
import os
import re

from refusal import Refusal, of_error

# A Unix socket's path holds 107 bytes and a NUL (unix(7)); `public/NNNNNN/run/app.sock` is the longest we bind.
SOCKET_LIMIT = 107
RESERVE = 256 * 1024


class Home:
    def __init__(self, path):
        if not isinstance(path, str) or not os.path.isabs(path) or os.path.normpath(path) != path:
            raise Refusal("bad-request", detail=f"not an absolute path: {path!r}")
        self.path = path
        longest = len(os.fsencode(self.socket(999_999)))
        if longest > SOCKET_LIMIT:
            raise Refusal("path-too-long", path=path, over=longest - SOCKET_LIMIT)

    def __getattr__(self, name):
        try:
            return os.path.join(self.path, FILES[name])
        except KeyError:
            raise AttributeError(name) from None

    def release(self, number, *parts):
        return os.path.join(self.releases, str(checked(number)), *parts)

    def shown(self, number, *parts):
        return os.path.join(self.public, str(checked(number)), *parts)

    def socket(self, number):
        return self.shown(number, "run", "app.sock")

    def numbers(self):
        return numbers_in(self.releases)

    def service(self, name, *parts):
        return os.path.join(self.services, checked_name(name), *parts)

    def linked(self, link):
        try:
            name = os.readlink(link)
        except FileNotFoundError:
            return None
        return int(name) if re.fullmatch(r"[1-9]\d{0,5}", name) else None

    def current_number(self):
        return self.linked(self.current)

    def create(self):
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            for directory in (self.releases, self.secrets, self.services, self.logs):
                os.makedirs(directory, mode=0o700, exist_ok=True)
            for directory in (self.public, self.data, self.edge_conf, self.edge_run, self.edge_logs):
                os.makedirs(directory, mode=0o755, exist_ok=True)
        except OSError as error:
            raise of_error(error) from error

    def reserve_space(self):
        """Keeps some of the disk for ourselves. Raises disk-full while nothing has been changed yet."""
        if os.path.exists(self.reserve) and os.path.getsize(self.reserve) == RESERVE:
            return
        descriptor = os.open(self.reserve, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE)
        except OSError as error:
            if error.errno in (errno.EOPNOTSUPP, errno.EINVAL):
                return  # This file system cannot promise space.
            os.unlink(self.reserve)
            raise of_error(error) from error
        finally:
            os.close(descriptor)

    def spend_reserve(self):
        """Frees it. True when there was any."""
        try:
            os.unlink(self.reserve)
        except FileNotFoundError:
            return False
        return True


FILES = {
    "lock": "lock.json",
    "journal": "journal.jsonl",
    "wanted": "wanted.json",
    "reserve": "reserve",
    "releases": "releases",
    "public": "public",
    "current": "public/current",
    "previous": "public/previous",
    "edge": "edge/edge.json",
    "edge_conf": "edge/conf",
    "edge_run": "edge/run",
    "edge_logs": "logs/edge",
    "data": "data",
    "secrets": "secrets",
    "services": "services",
    "logs": "logs",
    "mutex": ".mutex",
    "holder_lock": "holder.lock",
    "holder_socket": "holder.sock",
}


def checked(number):
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 1_000_000:
        raise Refusal("bad-request", detail=f"not a release number: {number!r}")
    return number


def checked_name(name):
    """A word that becomes a part of a path."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9%_@+,~-][A-Za-z0-9%._@+,~-]{0,200}", name):
        raise Refusal("bad-request", detail=f"not a name: {name!r}")
    return name


def numbers_in(directory):
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    return sorted(int(name) for name in names if re.fullmatch(r"[1-9]\d{0,5}", name))
