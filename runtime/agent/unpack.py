"""Lays the layers of an image out as a directory, as src/oci/unpack.ts does on the machine they were made on.

Layers may come from any registry. What was made is remembered, so that no path of an archive is ever followed through a link: the file
system is not asked. Symbolic links are laid out as they are, for an image needs its absolute ones, and never followed. Owners are ignored,
directories stay open to their owner.
"""

import gzip
import hashlib
import os
import shutil
import tarfile
import zlib

from refusal import Refusal

MTIME = 315_532_800  # src/oci/tar-write.ts: fixedMtime
CHUNK = 1 << 20


def unpack(blobs, target):
    """`blobs`: [(open file at the start of one, its record {digest, diffId, size, unpackedSize})], the lowest layer first."""
    site = Site(target)
    for index, (file, record) in enumerate(blobs):
        source = Inflated(file, record)
        try:
            lay(site, source, lowest=index == 0)
            source.finish()
        except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, UnicodeError) as error:
            raise damaged(record, str(error)) from error
    site.finish()


def lay(site, source, lowest):
    own = set()  # An opaque mark hides what lies below its layer only, wherever in the layer it stands.
    with tarfile.open(fileobj=source, mode="r|", bufsize=CHUNK, encoding="utf-8", errors="strict") as archive:
        for member in archive:
            path = safe(member.name)
            name = path.rpartition("/")[2]
            if not name.startswith(".wh."):
                site.place(archive, member, path)
                add_with_parents(own, path)
            elif lowest:
                raise Refusal("damaged-layer", detail=f"{path!r} deletes files of layers that were not sent")
            elif name == ".wh..wh..opq":
                site.empty(path.rpartition("/")[0], own)
            else:
                hidden = safe("/".join(filter(None, (path.rpartition("/")[0], name[len(".wh.") :]))))
                if hidden not in own:
                    site.remove(hidden)


def add_with_parents(paths, path):
    while path not in paths:
        paths.add(path)
        path = path.rpartition("/")[0]


class Inflated:
    """The tar inside a compressed layer: no more of it than was said, and in the end just that, by its hash."""

    def __init__(self, file, record):
        self.file, self.record = Slice(file, record["size"]), record
        self.gzip = gzip.GzipFile(fileobj=self.file, mode="rb")
        self.hash, self.taken = hashlib.sha256(), 0

    def read(self, size):
        data = self.gzip.read(size)
        self.taken += len(data)
        if self.taken > self.record["unpackedSize"]:
            raise damaged(self.record, "more comes out of it than was said")
        self.hash.update(data)
        return data

    def finish(self):
        while self.read(CHUNK):
            pass
        if f"sha256:{self.hash.hexdigest()}" != self.record["diffId"]:
            raise damaged(self.record, "its tar has another hash")


class Slice:
    """One of several blobs that follow each other in a file."""

    def __init__(self, file, size):
        self.file, self.left = file, size

    def read(self, size=-1):
        data = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data


class Site:
    """A new directory that nobody else writes to. `kinds` is what lies where."""

    def __init__(self, root):
        os.mkdir(root, 0o755)
        self.root, self.kinds = root, {"": "directory"}

    def place(self, archive, member, path):
        if member.isdir():
            self.directory(path, member.mode)
        elif member.issym():
            if "\0" in member.linkname or not member.linkname:
                raise refused(path, "is a link to nothing")
            os.symlink(member.linkname, self.prepare(path, "link"))
        elif member.islnk():
            self.second_name(path, safe(member.linkname))
        elif member.isreg() and not member.issparse():
            self.regular(path, member.mode, archive.extractfile(member))
        else:
            raise refused(path, "is neither a file, a directory nor a link")

    def directory(self, path, mode):
        if path == "":
            return
        if self.kinds.get(path) != "directory":
            os.mkdir(self.prepare(path, "directory"), 0o700)
        os.chmod(os.path.join(self.root, path), (mode & 0o1777) | 0o700)

    def regular(self, path, mode, source):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self.prepare(path, "file"), flags, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(source, file, CHUNK)
            file.flush()
            os.fchmod(descriptor, (mode & 0o777) | 0o400)
            os.utime(descriptor, (MTIME, MTIME))

    def second_name(self, path, target):
        if self.kinds.get(target) != "file" or target.startswith(path + "/"):
            raise refused(path, f"is a hard link to {target!r}, which is no file of this image")
        if path != target:
            os.link(os.path.join(self.root, target), self.prepare(path, "file"), follow_symlinks=False)

    def prepare(self, path, kind):
        """Where it goes: parents are made when missing, what lies there is removed."""
        if path == "":
            raise refused(path, "has no name")
        parent = path.rpartition("/")[0]
        lies = self.kinds.get(parent)
        if lies is None:
            self.directory(parent, 0o755)
        elif lies != "directory":
            raise refused(path, f"leads through a {lies}")
        self.remove(path)
        self.kinds[path] = kind
        return os.path.join(self.root, path)

    def remove(self, path):
        kind = self.kinds.pop(path, None) if path else None
        place = os.path.join(self.root, path)
        if kind == "directory":
            shutil.rmtree(place)
            for known in [known for known in self.kinds if known.startswith(path + "/")]:
                del self.kinds[known]
        elif kind is not None:
            os.unlink(place)

    def empty(self, path, own):
        """Removes all in a directory but the paths of `own`, which holds their parents."""
        below = path + "/" if path else ""
        inside = [known for known in self.kinds if known and known.startswith(below) and known not in own]
        for known in sorted(inside, reverse=True):
            self.remove(known)

    def finish(self):
        """Each entry that is made in a directory changes its time, so they come last."""
        for path, kind in self.kinds.items():
            if kind != "file":
                os.utime(os.path.join(self.root, path), (MTIME, MTIME), follow_symlinks=False)


def safe(name):
    """A name as a relative path without `.`, `..` or slashes at its ends; '' is the root."""
    if not name or "\0" in name or name.startswith("/"):
        raise refused(name, "is no relative path")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise refused(name, "leads out of the archive")
    if len(name) > 4095 or any(len(part.encode()) > 255 for part in parts):
        raise refused(name, "is too long")
    return "/".join(parts)


def refused(path, why):
    return Refusal("damaged-layer", detail=f"{path[:200]!r} {why}")


def damaged(record, why):
    return Refusal("damaged-layer", detail=f"{record['digest']}: {why}")
