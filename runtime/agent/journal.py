"""What was intended and what was done, in order, on the disk before anything happens.

Each record holds the hash of the one before, so that a torn, lost or changed record is seen. A last line without its newline was
being written when the power went: its change had not begun, so it is dropped. Anything else that does not fit is `corrupt-journal`.
"""

import contextlib
import hashlib
import json
import os
import time

from refusal import FULL, Refusal, of_error

VERSION = 2
CONTINUE_AT = 1024 * 1024
LONGEST_RECORD = 64 * 1024


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
        version, _ = int(record["version"]), record["before"]
    except (ValueError, KeyError, TypeError):
        raise Refusal("corrupt-journal", line=number) from None
    if version > VERSION:
        raise Refusal("newer-state", version=version)
    return record


def append(home, **facts):
    """Adds a record and returns when it is on the disk."""
    add(home, facts, durable=True)


def note(home, **facts):
    """Adds a record that the next one takes to the disk: what it tells of can be seen without it."""
    add(home, facts, durable=False)


def add(home, facts, durable):
    before, size = tail(home)
    record = {"version": VERSION, "at": round(time.time(), 3), "before": before, **facts}
    line = json.dumps(record, sort_keys=True).encode() + b"\n"
    try:
        write_at(home, line, size, durable)
    except OSError as error:
        if error.errno not in FULL or not home.spend_reserve():
            raise of_error(error) from error
        write_at(home, line, size, durable)


def write_at(home, line, size, durable):
    descriptor = os.open(home.journal, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(descriptor, size)
        os.lseek(descriptor, size, os.SEEK_SET)
        if os.write(descriptor, line) != len(line):  # A full disk may take half a line; a reader drops it: nothing has begun.
            os.ftruncate(descriptor, size)
            raise OSError(FULL[0], os.strerror(FULL[0]), home.journal)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def tail(home):
    """The hash of the last whole record and the size of the file up to its end."""
    try:
        with open(home.journal, "rb") as file:
            start = max(0, os.fstat(file.fileno()).st_size - 2 * LONGEST_RECORD)
            file.seek(start)
            data = file.read()
    except FileNotFoundError:
        return "", 0
    whole = data[: data.rfind(b"\n") + 1]
    if not whole:
        return "", 0
    last = whole[:-1].rsplit(b"\n", 1)[-1]
    return hashlib.sha256(last).hexdigest(), start + len(whole)


def used(records):
    return max([0, *(record["release"] for record in records if isinstance(record.get("release"), int))])


def begin_anew(home, records, why):
    """Starts a journal that knows only which numbers were used; the old one stays beside it."""
    with contextlib.suppress(FileNotFoundError):
        os.rename(home.journal, f"{home.journal}.{why}")
    append(home, step=why, phase="done", release=max(used(records), *home.numbers(), 0) or None)


def keep_short(home, records):
    if os.path.exists(home.journal) and os.path.getsize(home.journal) > CONTINUE_AT:
        begin_anew(home, records, "continued")


def rebuild(home):
    """For a corrupt one: what can still be read says which numbers are taken. A newer version's is never touched."""
    records = []
    with open(home.journal, "rb") as file:
        for number, line in enumerate(file.read().split(b"\n"), 1):
            try:
                records.append(parse(line, number))
            except Refusal as refusal:
                if refusal.code == "newer-state":
                    raise
    begin_anew(home, records, "rebuilt")
