"""Services of an app's environment (databases, caches): claimed an address, staged, initialised, started, asked whether they are ready.

They belong to no release: the holder parents them like the edge, and their volumes outlive every release.
"""

import os
import re
import socket
import stat
import time
import urllib.parse

import ask
import files
import sockets
import vault
from change import change
from home import Home, checked_name
from listeners import reason
from refusal import Refusal
from service_records import records

GROUP, JOB = "services", "job-services"
LARGEST_INPUT = 64 * 1024 * 1024


@change("services-claim")
def claim(home, request):
    """The port a service has, or is to have: the one that is wished, or where the app is told, another that is free. A port that was
    once told stays, for releases know it."""
    kind, address, port = checked_name(request["kind"]), request["address"], request["port"]
    known = files.read_json(home.service(kind, "record.json"))
    is_known = known is not None and known["address"] == address and (request["any"] or known["port"] == port)
    if is_known:
        port = known["port"]
    if is_known and kind in running(home):
        return {"port": port}
    error = why_taken(address, port)
    if error is None:
        return {"port": port}
    if request["any"] and not is_known and reason(error) == "port-in-use":
        return {"port": free_port(address)}
    facts = {"kind": kind, "address": address, "port": port, "holder": sockets.holder_of(port), "names": request["names"]}
    raise Refusal("service-port-in-use", detail=error.strerror, **facts)


def why_taken(address, port):
    """The error that listening there ends with; None when it does not."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            return error
    return None


def free_port(address):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


@change("services-stage")
def stage(home, request):
    """Writes what a service runs with, its password filled in. Tells what lies in its volume."""
    kind, owner = checked_name(request["kind"]), request["owner"]
    place = home.service(kind)
    for name, mode in (("data", 0o700), ("conf", 0o700), ("run", 0o755), ("reports", 0o700)):
        os.makedirs(os.path.join(place, name), mode=mode, exist_ok=True)
        give(owner, os.path.join(place, name))
    new, main = (os.path.join(place, "data", name) for name in ("new", "main"))
    files.remove(new)
    if not os.path.isdir(main):
        os.mkdir(new, 0o700)
        give(owner, new)
    wanted = [] if request["secret"] is None else [request["secret"]]
    secrets, values, _ = vault.complete(home, wanted)
    changed = False
    for name, template in request["files"].items():
        path, text = os.path.join(place, "conf", checked_name(name)), fill(template, values)
        changed = changed or read(path) != text
        files.write(path, text)
        give(owner, path)
    for name, template in request["inputs"].items():
        files.write(os.path.join(place, checked_name(f"{name}.in")), fill(template, values))
    for name, spec in request["specs"].items():
        files.write_json(os.path.join(place, checked_name(f"{name}.json")), spec)
    return {"fresh": not os.path.isdir(main), "version": version_of(main), "changed": changed, "secrets": secrets}


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def version_of(main):
    """PostgreSQL writes its major version into its data directory."""
    # The volume is the service's: what lies there by that name is not followed, and a FIFO would never be read to its end.
    try:
        descriptor = os.open(os.path.join(main, "PG_VERSION"), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(descriptor, encoding="ascii", errors="replace") as file:
        return file.read(64).strip() if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def give(owner, path):
    if os.geteuid() == 0:
        os.chown(path, owner, owner, follow_symlinks=False)


def fill(template, values):
    """Bytes of a template: text, the names of secrets, files of the service's own packages."""
    parts = []
    for part in template:
        if isinstance(part, str):
            parts.append(part.encode())
        elif "file" in part:
            with open(part["file"], "rb") as file:
                parts.append(file.read(LARGEST_INPUT))
        else:
            parts.append(written(values[part["secret"]], part["as"]).encode())
    return b"".join(parts)


def written(value, form):
    """A secret as a place takes it: in a URL, between the quotes of a database's SQL, in a line of Redis's settings."""
    if form == "url":
        return urllib.parse.quote(value, safe="")
    if form == "plain":
        return value
    if re.search(r"[\0\r\n]", value):
        raise Refusal("bad-request", detail="a password with a line break")
    # PostgreSQL takes a backslash as it is (standard_conforming_strings); MySQL does not.
    escaped = value if form == "postgres" else value.replace("\\", "\\\\")
    return escaped.replace('"', '\\"') if form == "redis" else escaped.replace("'", "''")


def environment(home, variables):
    """Variables that tell the app where its services are."""
    values = vault.newest(home)[1]
    return {name: fill(template, values).decode() for name, template in variables.items()}


@change("services-job")
def job(home, request):
    """Starts a program that ends: it initialises a volume or prepares a database."""
    kind, process = checked_name(request["kind"]), request["process"]
    given = os.path.join(home.service(kind), checked_name(f"{process['name']}.in"))
    wish = {**process, "input": given} if os.path.exists(given) else process
    ask.holder(home, {"do": "start", "group": JOB, "processes": [wish]})


@change("services-keep")
def keep(home, request):
    """What was initialised becomes the volume, whole or not at all."""
    data = home.service(request["kind"], "data")
    os.rename(os.path.join(data, "new"), os.path.join(data, "main"))
    files.sync_directory(data)


@change("services-start")
def start(home, request):
    """Starts services by their records, those given or all that were started before; from here on they are started again when they end."""
    for record in request["records"]:
        files.write_json(home.service(record["kind"], "record.json"), record)
    known = records(home)
    wanted = [record["process"] for kind, record in known.items() if request["kinds"] is None or kind in request["kinds"]]
    ask.holder(home, {"do": "start", "group": GROUP, "processes": wanted})
    ask.holder(home, {"do": "want", "groups": [GROUP]})


@change("services-stop")
def stop(home, request):
    """Asks some to end; their records and volumes stay."""
    for kind in request["kinds"]:
        ask.holder(home, {"do": "stop", "group": GROUP, "name": checked_name(kind), "grace": request["grace"]}, start=False)


def running(home):
    status = ask.holder(home, {"do": "status", "group": GROUP}, start=False) or {"groups": {}}
    return {name for name, process in status["groups"].get(GROUP, {}).items() if process["state"] == "running"}


def ready(request):
    """Asks a service in its own protocol until it answers that it serves, has ended, or `wait` seconds are over."""
    home = Home(request["home"])
    deadline = time.monotonic() + request["wait"]
    while True:
        answers = serves(request["kind"], request["address"], request["port"])
        alive = request["kind"] in running(home)
        if answers or not alive or time.monotonic() >= deadline:
            return {"ready": answers and alive, "alive": alive}
        time.sleep(0.05)


# What is sent first, and how an answer of one that serves begins. PostgreSQL: a StartupMessage; 57P03 is "cannot connect now", while it
# starts or stops. MySQL: Protocol::HandshakeV10 comes unasked, after its length, or error 1130, while no account may come from here yet.
# Redis and memcached: their own words.
STARTUP = b"\0\x03\0\0user\0wherry_ready\0database\0postgres\0\0"
GREETINGS = {
    "postgres": ((len(STARTUP) + 4).to_bytes(4, "big") + STARTUP, re.compile(rb"R|E(?!.*\0C57P0)", re.DOTALL)),
    "mysql": (b"", re.compile(rb"...\0(?:\x0a|\xff\x6a\x04)", re.DOTALL)),
    "redis": (b"PING\r\n", re.compile(rb"\+PONG|-NOAUTH")),
    "memcached": (b"version\r\n", re.compile(rb"VERSION ")),
}


def serves(kind, address, port):
    greeting, answer = GREETINGS[kind]
    try:
        with socket.create_connection((address, port), timeout=2) as client:
            client.settimeout(2)
            client.sendall(greeting)
            return answer.match(client.recv(512)) is not None
    except OSError:
        return False
