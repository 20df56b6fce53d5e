"""What the agent does when asked. Every change names the epoch it was granted, and is journalled before and after."""

import os
import shutil
import sqlite3
import time

import ask
import drain
import files
import journal
import lock
from home import Home, checked
from refusal import Refusal


def observe(request):
    """Everything that is so: what serves, what lies there, what runs, who holds the lock, how the last change ended."""
    home = Home(request["home"])
    lease = files.read_json(home.lock, {"epoch": 0, "owner": None})
    running = ask.holder(home, {"do": "status"}, start=False) if os.path.exists(home.holder_socket) else None
    return {
        "current": home.current_number(),
        "releases": [record for n in home.numbers() if (record := files.read_json(home.release(n, "record.json")))],
        "running": running["groups"] if running else {},
        "holder": running["pid"] if running else None,
        "lock": {"epoch": lease["epoch"], "owner": lease.get("owner") if lock.holds(lease) else None},
        "last": (journal.read(home) or [None])[-1],
        "next": next_number(home),
    }


def next_number(home):
    """A number is never used twice, also not one whose release failed and is gone."""
    used = [record["release"] for record in journal.read(home) if record.get("release")]
    return max([0, *used, *home.numbers()]) + 1


def acquire(request):
    home = Home(request["home"])
    home.create()
    with lock.critical(home):
        journal.read(home)  # A corrupt journal is refused before anything is changed.
        return {"epoch": lock.acquire(home, request["owner"], request["ttl"], request.get("force", False))}


def renew(request):
    home = Home(request["home"])
    with lock.critical(home):
        lock.renew(home, request["epoch"], request["ttl"])
    return {}


def release(request):
    home = Home(request["home"])
    with lock.critical(home):
        lock.release(home, request["epoch"])
    return {}


def change(step):
    """Wraps what changes the host: one critical section, the epoch checked, the intent on the disk before, the outcome after."""

    def wrap(act):
        def run(request):
            home = Home(request["home"])
            number = request.get("release")
            with lock.critical(home):
                lock.check(home, request["epoch"])
                journal.append(home, step=step, phase="intent", release=number, epoch=request["epoch"])
                answer = act(home, request) or {}
                journal.append(home, step=step, phase="done", release=number, epoch=request["epoch"])
            return answer

        return run

    return wrap


@change("stage")
def stage(home, request):
    """Makes the directory of a release, with what nginx may show of it, and its record."""
    number = checked(request["release"])
    directory = home.release(number)
    if os.path.exists(directory):
        raise Refusal("release-exists", release=number)
    os.makedirs(os.path.join(directory, "run"), mode=0o755)
    owner = request.get("owner")
    if owner is not None and os.geteuid() == 0:
        for place in (os.path.join(directory, "run"), home.data):
            os.chown(place, owner, owner)
    for name, source in request.get("statics", {}).items():
        shutil.copytree(source, os.path.join(directory, "static", checked_name(name)), symlinks=False)
    files.write_json(os.path.join(directory, "release.json"), request["public"], 0o644)
    files.write_json(os.path.join(directory, "record.json"), {**request["record"], "state": "staged"})
    return {"socket": home.socket(number)}


def checked_name(name):
    if "/" in name or name in ("", ".", ".."):
        raise Refusal("bad-request", detail=f"not a name: {name!r}")
    return name


@change("start")
def start(home, request):
    return ask.holder(home, {"do": "start", "group": group(request["release"]), "processes": request["processes"]})


@change("switch")
def switch(home, request):
    """The one commit point: `current` names another release from one moment to the next."""
    number = checked(request["release"])
    before = home.current_number()
    files.link(f"releases/{number}", home.current)
    if before is not None and before != number:
        mark(home, before, "retired")
    mark(home, number, "serving")
    return {"before": before}


@change("want")
def want(home, request):
    return ask.holder(home, {"do": "want", "group": group(request["release"])})


@change("stop")
def stop(home, request):
    grace = request["grace"]
    return ask.holder(home, {"do": "stop", "group": group(request["release"]), "grace": grace}, timeout=grace + 30)


@change("fail")
def fail(home, request):
    mark(home, request["release"], "failed")


@change("prune")
def prune(home, request):
    """Removes old releases, never the one that serves nor the one before it."""
    kept = set(home.numbers()[-request["keep"] :]) | {home.current_number(), request.get("previous")}
    gone = [n for n in home.numbers() if n not in kept]
    for number in gone:
        shutil.rmtree(home.release(number))
    return {"gone": gone}


@change("edge")
def edge(home, request):
    """Starts the edge when it does not run, and lets it read its configuration anew when it does."""
    running = ask.holder(home, {"do": "status"})["groups"].get("edge", {})
    alive = any(process["state"] == "running" for process in running.values())
    if alive:
        return ask.holder(home, {"do": "signal", "group": "edge", "signal": "HUP"}) if request["reload"] else {}
    ask.holder(home, {"do": "start", "group": "edge", "processes": request["processes"]})
    return ask.holder(home, {"do": "want", "group": "edge"})


@change("backup")
def backup(home, request):
    """Copies SQLite databases before migrations touch them, through SQLite itself: a copied file may be torn."""
    number = checked(request["release"])
    copied = []
    for name in request["databases"]:
        source = os.path.join(home.data, name)
        if os.path.commonpath([os.path.realpath(source), os.path.realpath(home.data)]) != os.path.realpath(home.data):
            raise Refusal("bad-request", detail=f"not in the volume: {name!r}")
        if not os.path.isfile(source) or os.path.getsize(source) == 0:
            continue
        target = home.release(number, "backup", name.replace("/", "__"))
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as old, sqlite3.connect(target) as new:
            old.backup(new)
        copied.append(name)
    return {"copied": copied}


@change("leave")
def leave(home, request):
    answer = ask.holder(home, {"do": "leave", "grace": request["grace"]}, timeout=request["grace"] + 30, start=False)
    return answer or {}


def probe(request):
    home = Home(request["home"])
    return ask.release(home.socket(request["release"]), request["path"], request["headers"], request["timeout"])


def connections(request):
    """How many connections a release has, waiting up to `wait` seconds for the last one to go."""
    home = Home(request["home"])
    deadline = time.monotonic() + request.get("wait", 0)
    while True:
        left = drain.connections(home, request["release"])
        if left == 0 or time.monotonic() >= deadline:
            return {"connections": left}
        time.sleep(0.05)


def mark(home, number, state):
    path = home.release(number, "record.json")
    record = files.read_json(path)
    if record is not None:
        files.write_json(path, {**record, "state": state})


def group(number):
    return f"release-{checked(number)}"


ALL = {
    "observe": observe,
    "acquire": acquire,
    "renew": renew,
    "release": release,
    "stage": stage,
    "start": start,
    "switch": switch,
    "want": want,
    "stop": stop,
    "fail": fail,
    "prune": prune,
    "edge": edge,
    "backup": backup,
    "leave": leave,
    "probe": probe,
    "connections": connections,
}
