"""The servers of the field and how each is told the same things. Never a development server."""

import json
import os
import re
import signal
import sys
from collections import namedtuple

from errors import LauncherError

# argv; signals: those it understands besides the stopping ones; reaps: it waits for orphans, so it may be process 1.
Server = namedtuple("Server", "name argv signals reaps staff")

KEEPALIVE = 75  # Seconds; above what nginx keeps an idle connection to us, so that nginx is the one to close it.
BACKLOG = 2048
TARGET = "wherry_entry:application"
# Workers that are spawned are `python -c` in the working directory: without -P the app's `signal.py` would be theirs. They inherit it.
SAFE_PATH = ["-P"] if sys.version_info >= (3, 11) else []
REAPING_GUNICORN = (26, 1)  # Its release notes: children that are not its own no longer disturb process 1.


def server_of(launch, address, workers, graceful):
    name = launch.server["name"]
    if name not in SERVERS:
        raise LauncherError(f"server.name is {name!r}, not one of {', '.join(SERVERS)}")
    interface = launch.app["interface"]
    accepted = SERVERS[name][0]
    if interface not in accepted:
        raise LauncherError(f"{name} does not serve {interface} apps; it serves {' and '.join(accepted)}")
    words, signals, reaps, staff = SERVERS[name][1](launch, address, workers, graceful)
    serve = os.path.join(os.path.dirname(os.path.abspath(__file__)), "app", "wherry_serve.py")
    return Server(name, [launch.python, *SAFE_PATH, serve, name, *words], signals, reaps, staff)


def arrange_gunicorn(launch, address, workers, graceful):
    facts = arrangement(launch, address, workers, graceful)
    signals = (signal.SIGHUP, signal.SIGUSR1, signal.SIGTTIN, signal.SIGTTOU, signal.SIGWINCH)
    staff = f"{plural(workers.count, 'worker')}"
    if launch.app["interface"] == "wsgi":
        staff += f" of {plural(workers.threads, 'thread')}"
    return [facts], signals, version_of(launch) >= REAPING_GUNICORN, staff


def arrange_uvicorn(launch, address, workers, graceful):
    # A single Uvicorn ends at SIGHUP; its supervisor replaces the workers one after the other.
    signals = (signal.SIGHUP, signal.SIGTTIN, signal.SIGTTOU) if workers.count > 1 else ()
    return [arrangement(launch, address, workers, graceful)], signals, False, plural(workers.count, "worker")


def arrange_hypercorn(launch, address, workers, graceful):
    words = [
        *(["--bind", f"unix:{address.path}", "--umask", "0"] if address.path else ["--bind", host_port(address)]),
        *["--workers", str(workers.count), "--backlog", str(BACKLOG), "--keep-alive", str(KEEPALIVE)],
        *["--graceful-timeout", str(graceful), *args_of(launch), TARGET if asgi(launch) else f"wsgi:{TARGET}"],
    ]
    return words, (), False, plural(workers.count, "worker")


def arrange_granian(launch, address, workers, graceful):
    where = ["--uds", address.path, "--uds-permissions", "0666"]
    if not address.path:
        where = ["--host", address.host or "0.0.0.0", "--port", str(address.port)]
    threads = [] if asgi(launch) else ["--blocking-threads", str(workers.threads)]
    words = [
        *["--interface", launch.app["interface"], *where, "--workers", str(workers.count), "--backlog", str(BACKLOG), *threads],
        *["--workers-kill-timeout", str(graceful), "--respawn-failed-workers", *args_of(launch), TARGET],
    ]
    return words, (signal.SIGHUP,), False, plural(workers.count, "worker")


def arrange_daphne(launch, address, workers, graceful):
    where = ["-u", address.path] if address.path else ["-b", address.host or "0.0.0.0", "-p", str(address.port)]
    words = ["--no-server-name", "--access-log", os.devnull, *where, *args_of(launch), TARGET]
    return words, (), False, "1 process"


def arrange_waitress(launch, address, workers, graceful):
    where = [f"--unix-socket={address.path}", "--unix-socket-perms=666"]
    if not address.path:
        where = [f"--listen={host_port(address) if address.host else f'*:{address.port}'}"]
    # By default it removes the headers that wherry_forwarded reads.
    trust = "--no-clear-untrusted-proxy-headers"
    words = [trust, f"--threads={workers.threads}", f"--backlog={BACKLOG}", *where, *args_of(launch), TARGET]
    return words, (), False, f"1 process of {plural(workers.threads, 'thread')}"


def arrangement(launch, address, workers, graceful):
    """For the servers that are set up in their own process: what would not fit into an argv, as JSON."""
    return json.dumps(
        {
            "interface": launch.app["interface"],
            "title": f"{launch.app['module']}:{launch.app['attribute']}",
            "directory": launch.directory,
            "path": [os.path.normpath(os.path.join(launch.directory, entry)) for entry in launch.path],
            "args": args_of(launch),
            "socket": address.path,
            "host": address.host,
            "port": address.port,
            "workers": workers.count,
            "most": workers.most,
            "because": workers.because,
            "threads": workers.threads,
            "keepalive": KEEPALIVE,
            "backlog": BACKLOG,
            "graceful": graceful,
            "start": launch.timeouts.get("start") or 120,
        }
    )


SERVERS = {
    "gunicorn": (("wsgi", "asgi", "object"), arrange_gunicorn),
    "uvicorn": (("asgi",), arrange_uvicorn),
    "hypercorn": (("asgi", "wsgi"), arrange_hypercorn),
    "granian": (("asgi", "wsgi"), arrange_granian),
    "daphne": (("asgi",), arrange_daphne),
    "waitress": (("wsgi",), arrange_waitress),
}


def args_of(launch):
    return list(launch.server.get("args") or [])


def asgi(launch):
    return launch.app["interface"] == "asgi"


def host_port(address):
    host = address.host or "0.0.0.0"
    return f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"


def version_of(launch):
    numbers = re.match(r"(\d+)\.(\d+)", launch.server.get("version") or "")
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def plural(count, word):
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
