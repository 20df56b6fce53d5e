"""Changes of releases: staged, started, switched to, stopped, pruned."""

import contextlib
import os
import re
import shutil
import sqlite3
import urllib.parse

import ask
import files
import layers
import lock
import services
import statics
import vault
from change import change
from home import checked, checked_name
from refusal import Refusal

GROUP = re.compile(r"((release|workers|job)-[1-9]\d{0,5}|services|job-services)\Z")


def copy_statics(home, request):
    """Beside its final place: what a killed run leaves is no release and is swept away by the next."""
    number = checked(request["release"])
    with lock.critical(home):
        lock.check(home, request["epoch"])
    target = new_place(home, number)
    files.remove(target)
    os.makedirs(os.path.join(target, "static"), mode=0o755)
    for entry in request["statics"]:
        statics.copy(request["layers"], entry["directory"], os.path.join(target, "static", checked_name(entry["name"])))


def new_place(home, number):
    return os.path.join(home.public, f".{number}.new")


@change("stage", prepare=copy_statics)
def stage(home, request):
    """Makes a release: what the edge may show of it, its record, and what each of its processes runs with, secrets filled in."""
    number = checked(request["release"])
    private, public, new = home.release(number), home.shown(number), new_place(home, number)
    if os.path.exists(private) or os.path.exists(public):
        raise Refusal("release-exists", release=number)
    version, values, made = vault.complete(home, request["secrets"])
    told = services.environment(home, request["env"].get("services", {}))
    file = statics.sample(request["statics"], os.path.join(new, "static"))
    record = {**request["record"], "number": number, "secrets": str(version), "state": "staged", "file": file}
    os.makedirs(os.path.join(private, "reports"), mode=0o700)
    given = request["env"]["given"]
    filed = as_files(request, values)
    secrets = {"secrets": {name: values[name] for name in filed}} if filed else {}
    places = {f"{name}_FILE": f"/run/secrets/{name}" for name in filed}
    for name, spec in request["specs"].items():
        # What a person gave wins over secrets, secrets over the plan; what Wherry itself must say wins over all.
        env = {**without(filed, {**request["env"]["plan"], **told, **values}), **places, **given, **spec["env"]}
        files.write_new(os.path.join(private, checked_name(f"{name}.json")), files.as_json({**spec, **secrets, "env": env}))
    # By its record the release is there; what it needs has been written by then.
    files.write_json(os.path.join(private, "record.json"), record)
    os.makedirs(os.path.join(new, "run"), mode=0o755)
    files.write_new(os.path.join(new, "release.json"), files.as_json(request["public"]), 0o644)
    files.sync_directory(new)
    give(request.get("owner"), os.path.join(new, "run"), home.data)
    os.rename(new, public)
    files.sync_directory(home.public)
    return {"record": record, "made": made}


def as_files(request, values):
    """Names of secrets that the app reads from files; what a person gave is a variable all the same."""
    wish = request["secretFiles"]
    return sorted(name for name in values if (wish is True or name in wish) and name not in request["env"]["given"])


def without(names, env):
    return {name: value for name, value in env.items() if name not in names}


def give(owner, run, data):
    """As root the app runs as another user, to whom its places must belong; what root put into the volume by hand included."""
    if owner is None or os.geteuid() != 0:
        return
    for path in (run, data):
        os.chown(path, owner, owner)
    # Not all of a volume is walked at each release, only what lies at its top and is root's.
    for entry in os.scandir(data):
        if entry.stat(follow_symlinks=False).st_uid == 0:
            give_all(owner, entry.path)


def give_all(owner, top):
    """By descriptors: a release that still runs may put a link in the place of a directory that is its own already."""
    if os.path.isdir(top) and not os.path.islink(top):
        for _, names, others, directory in os.fwalk(top, topdown=False):
            for name in [*names, *others]:
                os.chown(name, owner, owner, dir_fd=directory, follow_symlinks=False)
    os.lchown(top, owner, owner)


@change("start")
def start(home, request):
    group = checked_group(request["group"])
    for process in request["processes"]:
        files.remove(home.release(request["release"], "reports", checked_name(process["name"])))
    return ask.holder(home, {"do": "start", "group": group, "processes": request["processes"]})


@change("switch")
def switch(home, request):
    """The one commit point: `current` names another release from one moment to the next. It runs again after a reboot already."""
    number = checked(request["release"])
    before = home.current_number()
    ask.holder(home, {"do": "want", "groups": [f"release-{number}"]})
    keep_connections(home, number)
    if before is not None and before != number:
        files.point(str(before), home.previous)
    files.link(str(number), home.current)
    if before is not None and before != number:
        end_connections(home, before)
        mark(home, before, "retired")
    mark(home, number, "serving")
    return {"before": before}


def keep_connections(home, number):
    with contextlib.suppress(OSError):
        os.unlink(retired(home, number))


def end_connections(home, number):
    """Lets each answer of a release end its connection, so that nginx, which keeps some, asks the new one at once."""
    with contextlib.suppress(OSError):  # A hint: without it connections end by age.
        # The directory is the app's: what lies there by that name is not followed nor written to.
        os.close(os.open(retired(home, number), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644))


def retired(home, number):
    """runtime/launcher/app/wherry_retired.py looks for it."""
    return home.shown(number, "run", "retired")


@change("switch-back")
def switch_back(home, request):
    """Undoes a switch: what served before serves again, and what was staged is staged."""
    number, before = checked(request["release"]), request["before"]
    if before is None:
        files.remove(home.current)
    else:
        keep_connections(home, before)
        files.link(str(checked(before)), home.current)
        end_connections(home, number)
        mark(home, before, "serving")
    if request["previous"] is None:
        files.remove(home.previous)
    else:
        files.link(str(checked(request["previous"])), home.previous)
    mark(home, number, "staged" if request["new"] else "retired")


@change("want")
def want(home, request):
    return ask.holder(home, {"do": "want", "groups": [checked_group(group) for group in request["groups"]]})


@change("stop")
def stop(home, request):
    """Asks a group to end, killing what is left after `grace` seconds. `gone` tells when it has."""
    group = checked_group(request["group"])
    ask.holder(home, {"do": "stop", "group": group, "grace": request["grace"]}, start=False)


@change("discard")
def discard(home, request):
    """Removes a release that never served. Its number stays used."""
    number = checked(request["release"])
    if number == home.current_number():
        raise Refusal("bad-request", detail=f"release {number} serves")
    for path in (home.shown(number), new_place(home, number), home.release(number)):
        files.remove(path)


@change("prune")
def prune(home, request):
    """Removes old releases, never the one that serves nor the one before it; and what killed runs left."""
    kept = set(home.numbers()[-request["keep"] :]) | {home.current_number(), home.linked(home.previous)}
    gone = [n for n in home.numbers() if n not in kept]
    for number in gone:
        files.remove(home.shown(number))
        files.remove(home.release(number))
    known = home.numbers()
    for name in os.listdir(home.public):
        if name.startswith(".") or (name.isdigit() and int(name) not in known):
            files.remove(os.path.join(home.public, name))
    layers.sweep(os.path.dirname(home.path))
    return {"gone": gone}


def copy_databases(home, request):
    """Outside of the critical section, for it takes as long as they are large: the lock must be renewed meanwhile."""
    with lock.critical(home):
        lock.check(home, request["epoch"])
    number = checked(request["release"])
    request["copied"] = copied = []
    for name in request["databases"]:
        source = os.path.realpath(os.path.join(home.data, name))
        if os.path.commonpath([source, os.path.realpath(home.data)]) != os.path.realpath(home.data):
            raise Refusal("bad-request", detail=f"not in the volume: {name!r}")
        if not os.path.isfile(source) or os.path.getsize(source) == 0:
            continue
        target = home.release(number, "backup", name.replace("/", "__"))
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        copy_database(source, target)
        copied.append({"database": name, "copy": target})


@change("backup", prepare=copy_databases)
def backup(home, request):
    """Copies SQLite databases before migrations touch them, through SQLite itself: a copied file may be torn."""
    return {"copied": request["copied"]}


def copy_database(source, target):
    address = f"file:{urllib.parse.quote(source)}?mode=ro"
    try:
        old, new = sqlite3.connect(address, uri=True, timeout=30), sqlite3.connect(target)
        try:
            old.backup(new)
        finally:
            old.close()
            new.close()
    except sqlite3.DatabaseError as error:
        if "disk is full" in str(error):
            raise Refusal("disk-full", path=target, detail=str(error)) from error
        files.remove(target)
        shutil.copyfile(source, target)  # No database that this SQLite can read (encrypted, newer): better than none.


@change("secrets")
def secrets(home, request):
    return {"version": vault.change(home, request["values"])}


@change("give-secrets")
def give_secrets(home, request):
    return {"version": vault.give(home, request["given"])}


@change("leave")
def leave(home, request):
    """Stops everything; nothing is started again by itself."""
    ask.holder(home, {"do": "leave", "grace": request["grace"]}, start=False)
    files.write_json(home.wanted, {})


def mark(home, number, state):
    path = home.release(number, "record.json")
    record = files.read_json(path)
    if record is not None and record["state"] != state:
        files.write_json(path, {**record, "state": state})


def checked_group(group):
    if not isinstance(group, str) or not GROUP.match(group):
        raise Refusal("bad-request", detail=f"not a group: {group!r}")
    return group


