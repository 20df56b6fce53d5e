"""What the processes print, one JSON object a line, in a file that is turned over before it grows without end."""

import contextlib
import json
import os
import time

TURN_OVER_AT = 16 * 1024 * 1024
KEPT = 4


class Log:
    def __init__(self, directory):
        self.path = os.path.join(directory, "app.jsonl")
        self.file = None

    def write(self, group, process, text):
        record = {"at": round(time.time(), 3), "group": group, "process": process, "text": text}
        try:
            if self.file is None:
                self.file = open(self.path, "ab", buffering=0)
            self.file.write(json.dumps(record).encode() + b"\n")
            if self.file.tell() > TURN_OVER_AT:
                self.file.close()
                self.file = None
                turn_over(self.path)
        except OSError:
            pass  # A full disk must not take the app down with it; the lines are lost.


def turn_over(path):
    """Makes room for a new file of this name; the oldest goes."""
    for n in range(KEPT - 1, 0, -1):
        with contextlib.suppress(FileNotFoundError):
            os.rename(f"{path}.{n}", f"{path}.{n + 1}")
    os.rename(path, f"{path}.1")
