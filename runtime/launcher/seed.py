"""
Fills the volume once with the data that was committed to the repository (a SQLite file, uploads), and makes the directories
that links of the image point to. Files appear whole or not at all; two processes that start together do not race.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil

from errors import LauncherError, say


def seed_data(launch, environment):
    """Each place of launch.json's `data`: copied when the volume never held it, else left alone, even when it was deleted since."""
    data = launch.data
    if not data or not data.get("places"):
        return
    volume = environment.get("WHERRY_DATA") or data.get("volume") or "/data"
    source = data.get("seed") or "/wherry/seed"
    places = [(place["path"], place.get("kind") == "directory") for place in data["places"]]
    for path, _ in places:
        if os.path.isabs(path) or ".." in path.split("/"):
            raise LauncherError(f"the data place {path!r} is outside the volume")
    if all(os.path.lexists(os.path.join(volume, path)) for path, _ in places):
        return
    try:
        with locked(volume) as state:
            for path, directory in places:
                seed_place(os.path.join(source, path), volume, path, directory, state)
    except OSError as error:
        where = error.filename or volume
        raise LauncherError(
            f"the data volume {volume} cannot be filled: {where}: {error.strerror}. uid {os.getuid()} must be able to write to it"
        ) from None


def seed_place(source, volume, path, directory, state):
    target = os.path.join(volume, path)
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    seeded = load(state)
    if path not in seeded and os.path.lexists(source):
        copy_whole(source, target, os.path.join(state, "copy"))
        store(state, [*seeded, path])
        say(f"{path} is now on the volume, as committed")
    elif directory:
        os.makedirs(target, exist_ok=True)


def copy_whole(source, target, copy):
    """By way of a copy on the same volume and a rename, which is atomic (rename(2))."""
    discard(copy)  # Of a start that was killed.
    if os.path.isdir(source) and not os.path.islink(source):
        shutil.copytree(source, copy, symlinks=True)
        make_writable(copy)
    else:
        shutil.copy2(source, copy, follow_symlinks=False)
        if not os.path.islink(copy):
            make_writable(copy)
    os.rename(copy, target)
    sync(os.path.dirname(target))


def make_writable(top):
    """Image files are often read-only; data is there to be written. Flushed, because a rename may outlive its content."""
    files = [top]
    for directory, names, others in os.walk(top):
        files += [os.path.join(directory, name) for name in names + others]
    for file in files:
        if os.path.islink(file):
            continue
        os.chmod(file, os.stat(file).st_mode | (0o700 if os.path.isdir(file) else 0o600))
        sync(file)


def sync(file):
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # Some network file systems cannot flush a directory.
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(volume):
    state = os.path.join(volume, ".wherry")
    os.makedirs(state, exist_ok=True)
    with open(os.path.join(state, "lock"), "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
                raise
            say(f"{volume} knows no locks: two processes that start together may both fill it")
        yield state


def load(state):
    try:
        with open(os.path.join(state, "seeded.json"), encoding="utf-8") as stream:
            return json.load(stream)
    except (FileNotFoundError, ValueError):
        return []


def store(state, seeded):
    part = os.path.join(state, "seeded.json.part")
    with open(part, "w", encoding="utf-8") as stream:
        json.dump(seeded, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, os.path.join(state, "seeded.json"))


def discard(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
