"""Copies static files out of the unpacked layers of an image. Layers come from a repository: no link of theirs is followed on the
host, only as it would be inside the image, and nothing but regular files is taken."""

import hashlib
import os
import re
import shutil
import stat
import urllib.parse

from refusal import Refusal

MOST_LINKS = 40
HASHED = re.compile(r"[.-][0-9a-zA-Z_-]{8,}\.[a-z0-9]+\Z")
LARGEST_SAMPLE = 1024 * 1024


def copy(layers, directory, target):
    """The files of `directory` (absolute in the image) as the topmost layer that holds each has them; how many there are."""
    inside = resolve(layers, directory)
    os.makedirs(target, mode=0o755)
    if inside is None:
        return 0
    for layer in layers:
        place = os.path.join(layer, *inside)
        if is_directory(place) and not crosses_link(layer, inside):
            copy_directory(place, target)
    return sum(len(names) for _, _, names in os.walk(target))


def sample(entries, place):
    """A file to ask for from outside, as {path of its URL, size, sha256}: one with a hashed name if there is any. None without files."""
    best = None
    for entry in entries:
        top = os.path.join(place, entry["name"])
        for directory, names, files in os.walk(top):
            names.sort()
            for name in sorted(files):
                file = os.path.join(directory, name)
                if os.path.getsize(file) > LARGEST_SAMPLE or not name.isascii():
                    continue
                found = (entry["url"], os.path.relpath(file, top), file)
                if HASHED.search(name):
                    return described(*found)
                best = best or found
    return described(*best) if best else None


def described(url, relative, file):
    with open(file, "rb") as stream:
        data = stream.read()
    return {"path": url + urllib.parse.quote(relative), "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def copy_directory(source, target):
    for entry in os.scandir(source):
        to = os.path.join(target, entry.name)
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            if not is_directory(to):
                remove_file(to)
                os.mkdir(to, 0o755)
            copy_directory(entry.path, to)
        elif stat.S_ISREG(mode):
            if is_directory(to):
                shutil.rmtree(to)
            copy_file(entry.path, to)


def copy_file(source, target):
    # Not copy2: the time of the copy is what tells this release's file from the one before in nginx's ETag.
    with open(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as old, open(target, "wb") as new:
        shutil.copyfileobj(old, new, 1024 * 1024)
        os.fchmod(new.fileno(), 0o644)


def resolve(layers, path):
    """The parts of a path after following links as the image's own kernel would; None where nothing is."""
    todo, done, links = path.split("/")[::-1], [], 0
    while todo:
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            del done[-1:]
            continue
        found = topmost(layers, [*done, part])
        if found is None:
            return None
        if not os.path.islink(found):
            done.append(part)
            continue
        links += 1
        if links > MOST_LINKS:
            raise Refusal("bad-request", detail=f"too many links at {path}")
        target = os.readlink(found)
        if target.startswith("/"):
            done = []
        todo += target.split("/")[::-1]
    return done


def topmost(layers, parts):
    for layer in reversed(layers):
        place = os.path.join(layer, *parts)
        if os.path.lexists(place) and not crosses_link(layer, parts[:-1]):
            return place
    return None


def crosses_link(layer, parts):
    return any(os.path.islink(os.path.join(layer, *parts[:n])) for n in range(1, len(parts) + 1))


def is_directory(path):
    return os.path.isdir(path) and not os.path.islink(path)


def remove_file(path):
    if os.path.lexists(path):
        os.unlink(path)
