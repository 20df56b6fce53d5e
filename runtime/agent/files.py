"""Files that appear whole or not at all, and are on the disk when we say so."""

import contextlib
import json
import os
import shutil
import tempfile


def write(path, data, mode=0o600, owner=None):
    """Replaces a file by one rename, after its bytes are on the disk and it is its owner's."""
    directory = os.path.dirname(path)
    descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            if owner is not None:
                os.fchown(file.fileno(), owner, owner)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    sync_directory(directory)


def write_json(path, value, mode=0o600):
    write(path, as_json(value), mode)


def as_json(value):
    return json.dumps(value, indent=1, sort_keys=True).encode()


def read_json(path, otherwise=None):
    try:
        with open(path, "rb") as file:
            return json.load(file)
    except FileNotFoundError:
        return otherwise


def write_new(path, data, mode=0o600):
    """A file in a new directory, where nobody looks yet; whoever shows the directory puts its names on the disk before."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def link(target, path):
    """Points a symlink elsewhere by one rename: whoever opens it sees the old place or the new one, never none."""
    point(target, path)
    sync_directory(os.path.dirname(path))


def point(target, path):
    """The same, not yet on the disk: for the first of two links of one directory."""
    temporary = f"{path}.new-{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    os.symlink(target, temporary)
    os.rename(temporary, path)


def remove(path):
    """Removes a file or a directory with all in it; that it is not there is what was wanted."""
    with contextlib.suppress(FileNotFoundError):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def sync_directory(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
