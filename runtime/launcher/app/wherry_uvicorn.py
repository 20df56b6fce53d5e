"""
Uvicorn, set up through its own command line and started on sockets of ours: its workers lose TCP_NODELAY on sockets of theirs,
it listens on one address family only, and it ends with 0 when a worker of several cannot start.
"""

import inspect
import json
import os
import sys
from threading import Thread

import uvicorn
from uvicorn.config import LOGGING_CONFIG
from uvicorn.main import main
from uvicorn.supervisors import Multiprocess
from wherry_sockets import listen_on, remove_socket

STARTUP_FAILURE = 3  # Uvicorn's own code for it.
OURS = ("app", "host", "port", "uds", "fd", "factory", "workers", "proxy_headers", "forwarded_allow_ips", "interface")


def serve():
    facts = json.loads(sys.argv[1])
    config = configure(facts)
    sockets = listen_on(facts)
    try:
        if facts["workers"] == 1:
            return serve_alone(config, sockets)
        return serve_with_workers(config, sockets)
    except KeyboardInterrupt:
        return 0
    finally:
        if facts["socket"]:
            remove_socket(facts["socket"])


def configure(facts):
    ours = {
        "--backlog": facts["backlog"],
        "--timeout-keep-alive": facts["keepalive"],
        "--timeout-graceful-shutdown": facts["graceful"],
    }
    known = {name for option in main.params for name in option.opts}  # Options come with versions: graceful shutdown with 0.22.
    given = [word for name, value in ours.items() if name in known for word in (name, str(value))]
    args = ["--no-access-log", *given, *facts["args"], "wherry_entry:application"]
    # Its parser knows every option of this version, UVICORN_* variables too.
    chosen = main.make_context("uvicorn", args).params
    accepted = inspect.signature(uvicorn.Config.__init__).parameters
    settings = {name: value for name, value in chosen.items() if name in accepted}
    settings = {name: value for name, value in settings.items() if name not in OURS and not name.startswith(("reload", "ssl_"))}
    settings["headers"] = [header.split(":", 1) for header in chosen.get("headers") or ()]
    settings["log_config"] = chosen.get("log_config") or LOGGING_CONFIG
    # Whom to believe is decided once, for every server, in wherry_forwarded.
    return uvicorn.Config("wherry_entry:application", workers=facts["workers"], proxy_headers=False, **settings)


def serve_alone(config, sockets):
    # Imported before the event loop runs, as Uvicorn itself does since 0.51: an app may use asyncio.run() while it is imported.
    if hasattr(config, "load_app"):
        config.load_app()
    server = uvicorn.Server(config)
    server.run(sockets=sockets)
    return 0 if server.started else STARTUP_FAILURE


def serve_with_workers(config, sockets):
    more = {"target": uvicorn.Server(config).run} if "target" in inspect.signature(Multiprocess.__init__).parameters else {}
    if sys.version_info < (3, 11):
        os.chdir("/")  # What -P does from 3.11 on; multiprocessing takes the workers back to where it was imported.
    supervisor = Multiprocess(config, sockets=sockets, **more)
    failures = []
    Thread(target=end_at_failure, args=(supervisor, failures), daemon=True).start()
    supervisor.run()
    return STARTUP_FAILURE if failures or any(map(has_failed, supervisor.processes)) else 0


def end_at_failure(supervisor, failures):
    """Older Uvicorns (0.46 still) start a worker that cannot load the app again and again, or wait for it for ever."""
    while not supervisor.should_exit.wait(0.1):
        if any(map(has_failed, list(supervisor.processes))):
            failures.append(True)
            supervisor.should_exit.set()


def has_failed(worker):
    process = getattr(worker, "process", worker)
    return getattr(process, "exitcode", None) == STARTUP_FAILURE
