"""What the processes print, one JSON object a line, in a file that is turned over before it grows without end."""

import json
import os
import time

TURN_OVER_AT = 16 * 1024 * 1024
KEPT = 4


class Log:
    def __init__(self, directory):
        self.path = os.path.join(directory, "app.jsonl")
        self.file = open(self.path, "ab", buffering=0)

    def write(self, group, process, text):
        record = {"at": round(time.time(), 3), "group": group, "process": process, "text": text.decode("utf-8", "replace")}
        try:
            self.file.write(json.dumps(record).encode() + b"\n")
            if self.file.tell() > TURN_OVER_AT:
                self.turn_over()
        except OSError:
            pass  # A full disk must not take the app down with it; the lines are lost.

    def turn_over(self):
        for n in range(KEPT - 1, 0, -1):
            if os.path.exists(f"{self.path}.{n}"):
                os.rename(f"{self.path}.{n}", f"{self.path}.{n + 1}")
        os.rename(self.path, f"{self.path}.1")
        self.file.close()
        self.file = open(self.path, "ab", buffering=0)
