"""Changes of the edge: the nginx in front. It is no part of a release and outlives them."""

import hashlib
import os
import re

import ask
import files
import sockets
from change import change
from home import checked_name
from refusal import Refusal

NEW, LIVE, BEFORE = "nginx.conf.new", "nginx.conf", "nginx.conf.before"
CERTIFICATE = re.compile(r"tls-[0-9a-f]{16}\.pem\Z")


@change("listen")
def listen(home, request):
    """Takes the port, long before anything is started behind it: one that is taken by others must not be found out last."""
    try:
        ask.holder(home, {"do": "listen", "at": request["at"]})
    except Refusal as refusal:
        if refusal.code == "port-in-use":
            refusal.facts["holder"] = sockets.holder_of(refusal.facts["port"])
        raise


@change("unlisten")
def unlisten(home, request):
    ask.holder(home, {"do": "unlisten", "but": request["but"]}, start=False)


@change("edge-stage")
def stage(home, request):
    """Writes a configuration beside the live one, and starts nginx to test it in the sandbox it would run in."""
    for name, page in request["pages"].items():
        write_changed(os.path.join(home.edge_conf, checked_name(name)), page)
    owner = request.get("owner") if os.geteuid() == 0 else None
    for name, key in request.get("keys", {}).items():
        files.write(os.path.join(home.edge_conf, checked_name(name)), key.encode(), 0o400, owner)
    if request.get("fetched") is not None:
        import certificate  # Loads much, for those few who need it.

        certificate.prepare(home, request["fetched"], owner)
    files.write(os.path.join(home.edge_conf, NEW), request["configuration"].encode(), 0o644)
    os.makedirs(os.path.join(home.edge_run, "temp"), mode=0o755, exist_ok=True)
    if owner is not None:
        for place in (home.edge_run, os.path.join(home.edge_run, "temp"), home.edge_logs):
            os.chown(place, owner, owner)
    for name, spec in request["specs"].items():
        files.write_json(os.path.join(os.path.dirname(home.edge), checked_name(f"{name}.json")), spec)
    ask.holder(home, {"do": "start", "group": "edge-test", "processes": [request["test"]]})


@change("edge-commit")
def commit(home, request):
    """Makes the tested configuration live. A running nginx reads it anew, or, when it must be another nginx, one more is started."""
    live, new = os.path.join(home.edge_conf, LIVE), os.path.join(home.edge_conf, NEW)
    process, running = request["process"], names(home)
    if os.path.exists(live):
        files.write(os.path.join(home.edge_conf, BEFORE), read(live), 0o644)
    changed = not os.path.exists(live) or read(live) != read(new)
    os.rename(new, live)
    files.sync_directory(home.edge_conf)
    files.write_json(home.edge, {**request["facts"], "configuration": digest(read(live)), "process": process})
    if process["name"] in running:
        if changed:
            ask.holder(home, {"do": "signal", "group": "edge", "name": process["name"], "signal": "HUP"})
    else:
        ask.holder(home, {"do": "start", "group": "edge", "processes": [process]})
    ask.holder(home, {"do": "want", "groups": ["edge"]})
    ask.holder(home, {"do": "stop", "group": "edge-test", "grace": 0})
    sweep_certificates(home)
    return {"replaced": [name for name in running if name != process["name"]]}


def sweep_certificates(home):
    """Keys outlive their certificate no longer than the configuration that may be gone back to."""
    named = b"".join(read(path) for name in (LIVE, BEFORE) if os.path.exists(path := os.path.join(home.edge_conf, name)))
    for name in os.listdir(home.edge_conf):
        if CERTIFICATE.match(name) and name.encode() not in named:
            files.remove(os.path.join(home.edge_conf, name))


@change("edge-revert")
def revert(home, request):
    """Back to the configuration before, for the nginx that ran with it."""
    live, before = os.path.join(home.edge_conf, LIVE), os.path.join(home.edge_conf, BEFORE)
    if request["facts"] is None:
        stop_all(home, 5)
        files.remove(live)
        files.remove(home.edge)
        return
    if os.path.exists(before) and os.path.exists(live) and digest(read(live)) != request["facts"]["configuration"]:
        os.rename(before, live)
    files.write_json(home.edge, request["facts"])
    process = request["facts"]["process"]
    running = names(home)
    if process["name"] in running:
        ask.holder(home, {"do": "signal", "group": "edge", "name": process["name"], "signal": "HUP"})
    else:
        ask.holder(home, {"do": "start", "group": "edge", "processes": [process]})
    for name in running:
        if name != process["name"]:
            ask.holder(home, {"do": "stop", "group": "edge", "name": name, "grace": 5})
    ask.holder(home, {"do": "want", "groups": ["edge"]})


@change("edge-stop")
def stop(home, request):
    """Stops every nginx but the one named: QUIT lets it answer what it has accepted."""
    for name in names(home):
        if name != request["but"]:
            ask.holder(home, {"do": "stop", "group": "edge", "name": name, "grace": request["grace"]})


def stop_all(home, grace):
    ask.holder(home, {"do": "stop", "group": "edge", "grace": grace}, start=False)


def names(home):
    processes = ask.holder(home, {"do": "status", "group": "edge"})["groups"].get("edge", {})
    return [name for name, process in processes.items() if process["state"] != "ended"]


def write_changed(path, text):
    if not os.path.exists(path) or read(path) != text.encode():
        files.write(path, text.encode(), 0o644)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def digest(data):
    return hashlib.sha256(data).hexdigest()


