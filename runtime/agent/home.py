"""Where everything of one app on one host lies.

    lock.json       who may change things, with an epoch that only grows
    journal.jsonl   what was intended and what was done, each record bound to the one before by its hash
    wanted.json     what the holder runs, and starts again after a reboot
    current         symlink to the release that serves; its rename is the switch
    releases/N/     record.json, release.json (public), static/, run/app.sock, processes
    edge/           nginx.conf, logs and temporary files of nginx
    data/           the volume: outlives every release
    secrets/        values made or set for this environment, by version
    logs/           what the processes print
"""

import os
import re

from refusal import Refusal

# A Unix socket's path holds 107 bytes and a NUL (unix(7)); `releases/NNNNNN/run/app.sock` is the longest we bind.
SOCKET_LIMIT = 107


class Home:
    def __init__(self, path):
        if not os.path.isabs(path) or os.path.normpath(path) != path:
            raise Refusal("bad-request", detail=f"not an absolute path: {path!r}")
        self.path = path

    def __getattr__(self, name):
        try:
            return os.path.join(self.path, FILES[name])
        except KeyError:
            raise AttributeError(name) from None

    def release(self, number, *parts):
        return os.path.join(self.path, "releases", str(checked(number)), *parts)

    def socket(self, number):
        return self.release(number, "run", "app.sock")

    def numbers(self):
        try:
            names = os.listdir(self.releases)
        except FileNotFoundError:
            return []
        return sorted(int(name) for name in names if re.fullmatch(r"[1-9]\d{0,8}", name))

    def current_number(self):
        try:
            name = os.path.basename(os.readlink(self.current))
        except FileNotFoundError:
            return None
        return int(name) if name.isdigit() else None

    def create(self):
        longest = len(os.fsencode(self.release(999_999, "run", "app.sock")))
        if longest > SOCKET_LIMIT:
            raise Refusal("path-too-long", path=self.path, over=longest - SOCKET_LIMIT)
        os.makedirs(self.path, mode=0o755, exist_ok=True)
        for directory in (self.releases, self.edge, self.data, self.logs):
            os.makedirs(directory, mode=0o755, exist_ok=True)
        os.makedirs(self.secrets, mode=0o700, exist_ok=True)


FILES = {
    "lock": "lock.json",
    "journal": "journal.jsonl",
    "wanted": "wanted.json",
    "current": "current",
    "releases": "releases",
    "edge": "edge",
    "data": "data",
    "secrets": "secrets",
    "logs": "logs",
    "mutex": ".mutex",
    "holder_lock": "holder.lock",
    "holder_socket": "holder.sock",
}


def checked(number):
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 1_000_000:
        raise Refusal("bad-request", detail=f"not a release number: {number!r}")
    return number
