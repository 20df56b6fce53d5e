"""What was intended and what was done, in order, on the disk before anything happens.

Each record holds the hash of the one before, so that a torn, lost or changed record is seen. A last line without its newline was
being written when the power went: its change had not begun, so it is dropped. Anything else that does not fit is `corrupt-journal`.
"""

import hashlib
import json
import os
import time

from refusal import Refusal

VERSION = 1


def read(home):
    try:
        with open(home.journal, "rb") as file:
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return []
    records, before = [], ""
    for number, line in enumerate(lines[:-1], 1):
        record = parse(line, number)
        if record["before"] != before:
            raise Refusal("corrupt-journal", line=number)
        before = hashlib.sha256(line).hexdigest()
        records.append(record)
    return records


def parse(line, number):
    try:
        record = json.loads(line)
        version = record["version"]
    except (ValueError, KeyError, TypeError):
        raise Refusal("corrupt-journal", line=number) from None
    if version > VERSION:
        raise Refusal("newer-state", version=version)
    return record


def append(home, **facts):
    """Adds a record and returns when it is on the disk."""
    before, size = tail(home)
    record = {"version": VERSION, "at": round(time.time(), 3), "before": before, **facts}
    line = json.dumps(record, sort_keys=True).encode() + b"\n"
    descriptor = os.open(home.journal, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(descriptor, size)
        os.lseek(descriptor, size, os.SEEK_SET)
        written = os.write(descriptor, line)
        if written != len(line):  # A full disk may take half a line; a reader drops it, and nothing has begun.
            os.ftruncate(descriptor, size)
            raise Refusal("disk-full", path=home.journal)
        os.fsync(descriptor)
    except OSError as error:
        raise Refusal("disk-full", path=home.journal, detail=str(error)) from error
    finally:
        os.close(descriptor)


def tail(home):
    """The hash of the last whole record and the size of the file up to its end."""
    try:
        with open(home.journal, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return "", 0
    whole = data[: data.rfind(b"\n") + 1]
    if not whole:
        return "", 0
    last = whole[:-1].rsplit(b"\n", 1)[-1]
    return hashlib.sha256(last).hexdigest(), len(whole)
