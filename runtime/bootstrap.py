"""The first words on each channel to a server: src/targets/host/ssh/channel.ts sends this text, and a Python that knows nothing runs it.

It answers one line with where Wherry's state lies and whether the runtime of the version asked for is there, receives that when it is not,
and becomes the agent on the same streams. Nothing is read from stdin beyond what is meant for it: the agent goes on from there.

Runs under any Python 3, to be able to say that it is too old.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile

MODES = ("serve", "logs", "receive")
OLDEST = (3, 9)
LARGEST = 16 * 1024 * 1024


def main():
    header = json.loads(line().decode())
    mark, version = header["mark"], header["version"]
    if sys.version_info < OLDEST:
        return say(mark, refused="python", version="%d.%d.%d" % sys.version_info[:3])
    if header["mode"] not in MODES or not version.isalnum():
        return say(mark, refused="header")
    state = place_of_state()
    runtime = os.path.join(state, "runtime")
    try:
        if not os.path.isdir(os.path.join(runtime, version)):
            say(mark, wants=version)
            install(runtime, version, receive(int(line())))
    except OSError as error:
        return say(mark, refused="write", path=str(error.filename or state), detail=error.strerror or str(error))
    system = os.uname()
    say(mark, state=state, pid=os.getpid(), machine=system.machine, host=system.nodename, root=os.geteuid() == 0)
    python = sys.executable or "/usr/bin/python3"
    argv = [python, "-I", "-S", "-X", "utf8", os.path.join(runtime, version, "agent"), header["mode"]]
    os.execve(python, argv, {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"})


def place_of_state():
    """As src/targets/host/place.ts has it for this machine."""
    own = os.environ.get("WHERRY_STATE")
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.realpath(own or os.path.join(base, "wherry"))


def line():
    """One line, byte by byte: what follows it is not ours."""
    text = sys.stdin.buffer.raw.readline()
    if not text.endswith(b"\n"):
        sys.exit(0)  # Whoever asked has gone.
    return text


def receive(length):
    if not 0 < length <= LARGEST:
        sys.exit(1)
    parts, left = [], length
    while left > 0:
        part = os.read(0, min(left, 65536))
        if not part:
            sys.exit(0)
        parts.append(part)
        left -= len(part)
    return json.loads(b"".join(parts).decode())


def install(runtime, version, files):
    """Whole or not at all, by one rename; only what has the hash that it was asked for by."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name].encode())
    if digest.hexdigest()[:16] != version:
        sys.exit("the runtime that was received is another")
    os.makedirs(runtime, mode=0o700, exist_ok=True)
    made = tempfile.mkdtemp(dir=runtime, prefix=".new-")
    try:
        for name, text in files.items():
            if name.startswith("/") or ".." in name.split("/"):
                sys.exit("not a name of the runtime: " + name)
            path = os.path.join(made, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        os.sync()  # Its name promises that it is whole, after a power cut too.
        os.rename(made, os.path.join(runtime, version))
    except OSError:
        if not os.path.isdir(os.path.join(runtime, version)):
            raise  # Else another was first.
    finally:
        shutil.rmtree(made, ignore_errors=True)


def say(mark, **facts):
    os.write(1, ("\n" + mark + json.dumps(facts) + "\n").encode())


main()
