"""Layers that were sent to this host: `layers/KEY` beside the homes of the apps, KEY being the ChainID (image-spec config.md) of those
that are unpacked there together. Each appears whole, by one rename, and never changes. `incoming/` holds what is on its way."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import sys
import time

import files
from home import Home
from refusal import Refusal, of_error

KEY = re.compile(r"[0-9a-f]{64}\Z")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
UNUSED = 24 * 3600  # Seconds after which what no release names is no longer somebody's who is about to.
CHUNK = 1 << 20


class Store:
    def __init__(self, state):
        self.path = os.path.join(state, "layers")
        self.incoming, self.used = os.path.join(self.path, "incoming"), os.path.join(self.path, "used")

    def place(self, key):
        return os.path.join(self.path, checked(key))

    def part(self, key):
        return os.path.join(self.incoming, checked(key) + ".part")

    def create(self):
        for directory in (self.path, self.incoming, self.used):
            os.makedirs(directory, mode=0o700, exist_ok=True)

    def touch(self, key):
        with open(os.path.join(self.used, checked(key)), "ab") as file:
            os.utime(file.fileno())


def store_of(request):
    return Store(os.path.dirname(Home(request["home"]).path))


def missing(request):
    """Of the keys asked for those that are not here, with how many bytes of each came before; and the bytes this disk has left."""
    store = store_of(request)
    store.create()
    found = {}
    for key in request["keys"]:
        if os.path.isdir(store.place(key)):
            store.touch(key)
        else:
            found[key] = size_of(store.part(key))
    disk = os.statvfs(store.path)
    return {"missing": found, "free": disk.f_bavail * disk.f_frsize}


def receive():
    """One stack of layers over our standard streams: a line that names it in, a line with what is here already out, its bytes in, a line
    with how it ended out. What came is kept when the connection breaks."""
    try:
        take(json.loads(sys.stdin.buffer.readline()))
        answer = {"done": True}
    except Refusal as refusal:
        answer = {"refused": refusal.code, **refusal.facts}
    except OSError as error:
        refusal = of_error(error)
        answer = {"refused": refusal.code, **refusal.facts}
    say(answer)
    return 0


def take(request):
    store, key, layers = store_of(request), checked(request["key"]), request["layers"]
    if not layers or any(not DIGEST.match(layer[name]) for layer in layers for name in ("digest", "diffId")):
        raise Refusal("bad-request", detail="not the digests of layers")
    if chain(layers) != key:
        raise Refusal("bad-request", detail=f"these layers are not {key}")
    store.create()
    with locked(os.path.join(store.incoming, key + ".lock")):
        if os.path.isdir(store.place(key)):
            return
        part = store.part(key)
        fetch(part, sum(layer["size"] for layer in layers))
        try:
            unpack_stack(store, key, layers)
        finally:
            files.remove(part)  # Whole and used, or wrong: neither is gone on from.


def fetch(part, total):
    """Goes on where the last connection broke off."""
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        have = os.fstat(descriptor).st_size
        if have > total:
            os.truncate(descriptor, 0)
            have = 0
        say({"have": have})
        while have < total:
            data = sys.stdin.buffer.read1(min(CHUNK, total - have))
            if not data:
                sys.exit(0)  # Whoever sent has gone.
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            have += len(data)
    except OSError:
        files.remove(part)  # Of a full disk every byte counts.
        raise
    finally:
        os.close(descriptor)


def unpack_stack(store, key, layers):
    import unpack  # Not at the top: what it imports takes long, and most who ask of layers need none.

    tree = os.path.join(store.incoming, key + ".tree")
    files.remove(tree)
    try:
        with open(store.part(key), "rb") as file:
            for layer in layers:
                verify(file, layer)
            with contextlib.ExitStack() as stack:
                unpack.unpack(list(opened(store.part(key), layers, stack)), tree)
        os.sync()  # Its name promises that it is whole, after a power cut too.
        os.rename(tree, store.place(key))
        files.sync_directory(store.path)
        store.touch(key)
    finally:
        files.remove(tree)


def verify(file, layer):
    digest, left = hashlib.sha256(), layer["size"]
    while left > 0:
        data = file.read(min(CHUNK, left))
        if not data:
            break
        digest.update(data)
        left -= len(data)
    if f"sha256:{digest.hexdigest()}" != layer["digest"]:
        raise Refusal("damaged-layer", detail=f"{layer['digest']}: other bytes arrived")


def opened(part, layers, stack):
    start = 0
    for layer in layers:
        file = stack.enter_context(open(part, "rb"))
        file.seek(start)
        start += layer["size"]
        yield file, layer


def chain(layers):
    first, *rest = [layer["diffId"] for layer in layers]
    for diff in rest:
        first = "sha256:" + hashlib.sha256(f"{first} {diff}".encode()).hexdigest()
    return first[len("sha256:") :]


def sweep(state):
    """Removes what no release, service or edge of any app names, and nobody has asked for since a day. What cannot be read or removed now
    is so another time: it is no reason to fail whoever has just released."""
    store = Store(state)
    if os.path.isdir(store.path):
        with contextlib.suppress(OSError, ValueError):
            sweep_store(store, names_in(state))


def sweep_store(store, named):
    now = time.time()
    for name in os.listdir(store.path):
        if KEY.match(name) and store.place(name) not in named and age(os.path.join(store.used, name), now) > UNUSED:
            with locked(os.path.join(store.incoming, name + ".lock")):
                # Not under its name while it is half removed.
                gone = os.path.join(store.incoming, name + ".gone")
                files.remove(gone)
                os.rename(store.place(name), gone)
            files.remove(gone)
            files.remove(os.path.join(store.used, name))
    for name in os.listdir(store.incoming):
        if age(os.path.join(store.incoming, name), now) > 7 * UNUSED:
            files.remove(os.path.join(store.incoming, name))


def names_in(state):
    """Every layer that a spec names. Raises for one that cannot be read: what it names must not be lost."""
    named = set()
    for home in os.scandir(state):
        for place in ("edge", "releases/*", "services/*"):
            for directory in glob_directories(home.path, place):
                for name in os.listdir(directory):
                    if name.endswith(".json"):
                        spec = files.read_json(os.path.join(directory, name), {})
                        named.update(spec.get("layers", []) if isinstance(spec, dict) else [])
    return named


def glob_directories(home, place):
    first, _, rest = place.partition("/")
    top = os.path.join(home, first)
    if not os.path.isdir(top):
        return []
    return [entry.path for entry in os.scandir(top) if entry.is_dir()] if rest else [top]


def age(path, now):
    try:
        return now - os.stat(path).st_mtime
    except FileNotFoundError:
        return float("inf")


def size_of(path):
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return 0


@contextlib.contextmanager
def locked(path):
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def say(answer):
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()


def checked(key):
    if not isinstance(key, str) or not KEY.match(key):
        raise Refusal("bad-request", detail=f"not a key of layers: {key!r}")
    return key
