"""What the processes printed, as lines of JSON on stdout, from the oldest kept file on; with `follow`, also what they print next, until
whoever reads closes our stdin."""

import json
import os
import select
import sys

import vault
from home import Home
from log import KEPT


def logs(request):
    home = Home(request["home"])
    path = os.path.join(home.logs, "app.jsonl")
    wanted = Filter(home, request)
    kept = []
    for number in range(KEPT, 0, -1):
        kept += wanted.of(read(f"{path}.{number}"))
    file, last = open_log(path), request.get("last")
    kept += wanted.of(file.read() if file else b"")
    write(kept[-last:] if last else kept)
    # Nothing more is said to us: what can be read there is the end.
    while request.get("follow") and not select.select([0], [], [], 0.1)[0]:
        if file is None or turned_over(path, file):
            rest = file.read() if file else b""
            file = open_log(path)
            write(wanted.of(rest))
        if file is not None:
            write(wanted.of(file.read()))
    return 0


class Filter:
    def __init__(self, home, request):
        self.home = home
        self.since = request.get("since") or 0
        self.process = request.get("process")
        self.partial = b""

    def of(self, data):
        *lines, self.partial = (self.partial + data).split(b"\n")
        taken = [line for line in lines if self.takes(line)]
        # Asked each time: while somebody follows, a release may come with other secrets.
        values = vault.hidden(self.home) if taken else []
        return [hide(line, values) for line in taken]

    def takes(self, line):
        try:
            record = json.loads(line)
            return record["at"] >= self.since and self.process in (None, record["process"], record["group"])
        except (ValueError, KeyError, TypeError):
            return False  # Cut off by a full disk.


def hide(line, values):
    record = json.loads(line)
    text = vault.hide(record["text"], values)
    return line if text == record["text"] else json.dumps({**record, "text": text}).encode()


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def open_log(path):
    try:
        return open(path, "rb")
    except FileNotFoundError:
        return None


def turned_over(path, file):
    try:
        return os.stat(path).st_ino != os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False


def write(lines):
    for line in lines:
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
