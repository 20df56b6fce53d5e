"""Questions: they change nothing and need no lock."""

import os
import time

import ask
import files
import journal
import lock
import renewal
import sockets
import vault
from home import Home
from refusal import Refusal
from service_records import records

SOON = 0.01  # Seconds between two looks at what is waited for.


def observe(request):
    """Everything that is so: what serves, what lies there, what runs, who holds the lock, how the last change ended."""
    home = Home(request["home"])
    lease = files.read_json(home.lock, {"epoch": 0, "owner": None})
    running = ask.holder(home, {"do": "status"}, start=False)
    version, secrets = vault.latest(home)
    return {
        "current": home.current_number(),
        "previous": home.linked(home.previous),
        "releases": [record for n in home.numbers() if (record := files.read_json(home.release(n, "record.json")))],
        "running": running["groups"] if running else {},
        "holder": running["pid"] if running else None,
        "wanted": {group: [spec["name"] for spec in specs] for group, specs in files.read_json(home.wanted, {}).items()},
        "lock": {"epoch": lease["epoch"], "owner": lease.get("owner") if lock.holds(lease) else None},
        # One who let the lock run out did not finish.
        "interrupted": bool(lease.get("owner")) and not lock.holds(lease),
        **history(home),
        "edge": files.read_json(home.edge),
        "certificate": renewal.state(home) or None,
        "services": records(home),
        "secrets": {"version": version, "names": sorted(vault.whole(secrets)), "given": sorted(secrets["given"])},
        "root": os.geteuid() == 0,
    }


def history(home):
    """The last record, and a number that was never used, not even by a release that failed and is gone."""
    try:
        records = journal.read(home)
    except Refusal as refusal:
        return {"last": None, "next": max([0, *home.numbers()]) + 1, "journal": refusal.code}
    return {"last": (records or [None])[-1], "next": max(journal.used(records), *home.numbers(), 0) + 1, "journal": "whole"}


def has_secrets(request):
    """Whether a release of that version of the secrets need not be made anew for what is given now."""
    home = Home(request["home"])
    return {"same": vault.is_as_wished(home, request["version"], request["given"], request["names"])}


def probe(request):
    """Asks a release over its own socket until it answers, its process has ended, or `wait` seconds are over."""
    home = Home(request["home"])
    deadline = time.monotonic() + request["wait"]
    while True:
        status = ask.holder(home, {"do": "status", "group": request["group"]}, start=False)
        web = (status or {"groups": {}})["groups"].get(request["group"], {}).get("web")
        alive = web is not None and web["state"] == "running"
        answer = ask.release(home.socket(request["release"]), request["path"], request["headers"], request["timeout"])
        if answer["status"] is not None or not alive or time.monotonic() >= deadline:
            return {**answer, "process": web}
        time.sleep(SOON)


def fetch(request):
    """Asks the site as anybody would who reaches this host."""
    Home(request["home"])
    address = (request["address"], request["port"], request.get("secure"))
    return ask.site(address, request["path"], request["headers"], request["timeout"])


def lines(request):
    """The state of a group's processes and what they printed after the line of that number."""
    home = Home(request["home"])
    wish = {"do": "lines", "group": request["group"], "after": request["after"]}
    answer = ask.holder(home, wish, start=False) or {"groups": {}, "lines": []}
    values = vault.hidden(home) if answer["lines"] else []
    return {
        "processes": answer["groups"].get(request["group"], {}),
        "lines": [{"number": n, "process": process, "text": vault.hide(text, values)} for n, process, text in answer["lines"]],
    }


def gone(request):
    """Waits up to `wait` seconds until nothing of the groups runs; the names of those that do."""
    home = Home(request["home"])
    deadline = time.monotonic() + request["wait"]
    while True:
        status = ask.holder(home, {"do": "status"}, start=False) or {"groups": {}}
        left = [group for group in request["groups"] if is_running(status["groups"].get(group, {}), request.get("but"))]
        if not left or time.monotonic() >= deadline:
            return {"left": left}
        time.sleep(SOON)


def is_running(processes, but):
    return any(process["state"] == "running" for name, process in processes.items() if name != but)


def connections(request):
    """How many connections a release has, waiting up to `wait` seconds for the last one to go."""
    home = Home(request["home"])
    deadline = time.monotonic() + request["wait"]
    while True:
        left = sockets.connections(home, request["release"])
        if left == 0 or time.monotonic() >= deadline:
            return {"connections": left}
        time.sleep(SOON)


def ports(request):
    """TCP ports that the processes of a group listen on."""
    home = Home(request["home"])
    status = ask.holder(home, {"do": "status", "group": request["group"]}, start=False) or {"groups": {}}
    running = status["groups"].get(request["group"], {}).values()
    return {"ports": sorted({port for one in running if one["pid"] for port in sockets.ports_of(one["pid"])})}


def report(request):
    """What the sandbox of a release's process said of its end: out of memory, or that it could not be made."""
    home = Home(request["home"])
    try:
        with open(home.release(request["release"], "reports", request["name"]), "rb") as file:
            return {"lines": file.read(65_536).decode("utf-8", "replace").splitlines()}
    except FileNotFoundError:
        return {"lines": []}
