"""
Gunicorn with the app's own gunicorn.conf.py, GUNICORN_CMD_ARGS and arguments, in Gunicorn's order, between defaults of ours and what
must hold in a container. Gunicorn loads a gunicorn.conf.py by itself; one with `daemon = True` would end process 1.
"""

import importlib.util
import json
import os
import sys

import gunicorn.workers.gthread  # noqa: F401  loaded before the app's directories are on sys.path
import gunicorn.workers.sync  # noqa: F401
from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.config import get_default_config_file
from gunicorn.errors import HaltServer
from wherry_retired import close_gunicorn
from wherry_sockets import listen_on

TARGET = "wherry_entry:application"


def serve():
    facts = json.loads(sys.argv[1])
    os.chdir(facts["directory"])
    # Bound once, handed over by number, because Gunicorn's [::] would take the IPv4 port too; a Unix socket it binds itself.
    sockets = [] if facts["socket"] else listen_on(facts)
    close_gunicorn()
    binds = [f"fd://{listener.detach()}" for listener in sockets] or [f"unix:{facts['socket']}"]
    try:
        return Gunicorn(facts, binds).run()
    except HaltServer as halt:
        # Gunicorn 27 stumbles over the second worker that cannot boot while it stops because of the first.
        return halt.exit_status


class Gunicorn(WSGIApplication):
    def __init__(self, facts, binds):
        self.facts = facts
        self.binds = binds
        super().__init__("%(prog)s [OPTIONS]", prog="gunicorn")

    def chdir(self):
        """Without Gunicorn's own entry on sys.path: launch.json says which there are."""
        os.chdir(self.facts["directory"])

    def load_config(self):
        for name, value in defaults(self.facts).items():
            self.put(name, value)
        chosen = self.choices()
        held = must_hold(self.facts, self.binds, chosen)
        for name, value in chosen.items():
            if name not in held:
                self.put(name, value)
            elif value != held[name][0]:
                say(f"gunicorn setting {name} = {value!r} is not used: {held[name][1]}")
        for name, (value, _) in held.items():
            self.put(name, value)
        self.app_uri = TARGET

    def choices(self):
        """The app's own settings; nothing is set yet, because setting `user` to one that this container lacks is an error."""
        parser = self.cfg.parser()
        args = vars(parser.parse_args(self.facts["args"]))
        extra = vars(parser.parse_args(self.cfg.get_cmd_args_from_env()))
        file = args.get("config") or extra.get("config") or get_default_config_file()
        chosen = self.read(file) if file else {}
        for source in (extra, args):
            chosen.update({name.lower(): value for name, value in source.items() if value is not None})
        return {name: value for name, value in chosen.items() if name in self.cfg.settings and name not in ("args", "config")}

    def read(self, location):
        before = list(sys.path)
        sys.path[:0] = [place for place in self.facts["path"] if place not in sys.path]  # It may import the app's modules.
        try:
            if location.startswith("python:"):
                return dict(self.get_config_from_module_name(location.removeprefix("python:")))
            return dict(self.get_config_from_filename(location.removeprefix("file:")))
        finally:
            sys.path[:] = before

    def put(self, name, value):
        if name in self.cfg.settings:  # Settings come and go with Gunicorn's versions.
            self.cfg.set(name, value)


def defaults(facts):
    shared = "/dev/shm"
    return {
        "worker_class": default_worker(facts["interface"]),
        "workers": facts["workers"],
        "threads": facts["threads"],
        "timeout": facts["start"],  # It also ends a worker that has not booted in that time.
        "graceful_timeout": facts["graceful"],
        "keepalive": facts["keepalive"],
        "backlog": facts["backlog"],
        # The heartbeat touches a file; on a disk that can block (Gunicorn's FAQ).
        "worker_tmp_dir": shared if os.access(shared, os.W_OK) else None,
        # It is made in HOME, which a container may not have or may not write to.
        "control_socket_disable": True,
        # What the proxy in front says is read in wherry_forwarded, for every server alike.
        "secure_scheme_headers": {},
        "forwarded_allow_ips": os.environ.get("FORWARDED_ALLOW_IPS", ""),
        "proc_name": facts["title"],
        "asgi_lifespan": "auto",
    }


def default_worker(interface):
    if interface != "asgi":
        return "gthread"
    for module, worker in (("uvicorn_worker", "uvicorn_worker.UvicornWorker"), ("uvicorn", "uvicorn.workers.UvicornWorker")):
        if importlib.util.find_spec(module):
            return worker
    return "asgi"


def must_hold(facts, binds, chosen):
    """Setting → (value, why), for every setting that may not stay as the app has it."""
    held = {
        "bind": (binds, "the platform says where to listen"),
        "daemon": (False, "the container ends when its first process does"),
        "reload": (False, "it is for development"),
        "reload_extra_files": ([], "it is for development"),
        "pidfile": (None, "a container needs none"),
        "chdir": (facts["directory"], "launch.json says the working directory"),
        "reuse_port": (False, "the workers share one socket"),
        "umask": (0, "nginx, another user, must reach the socket"),
        "user": (os.geteuid(), "the container's user serves"),
        "group": (os.getegid(), "the container's group serves"),
        "initgroups": (False, "the container's user serves"),
        "certfile": (None, "the proxy in front ends TLS"),
        "keyfile": (None, "the proxy in front ends TLS"),
        "proxy_protocol": (False, "the proxy in front speaks plain HTTP"),
        "spew": (False, "it is for development"),
        "check_config": (False, "the server is to serve"),
        "print_config": (False, "the server is to serve"),
        "keepalive": (max(facts["keepalive"], number(chosen.get("keepalive"))), "nginx must be the one to close an idle connection"),
        "graceful_timeout": (
            min(facts["graceful"], number(chosen.get("graceful_timeout")) or facts["graceful"]),
            "the container is killed before; see WHERRY_STOP_TIMEOUT",
        ),
    }
    if chosen.get("errorlog", "-") != "-":
        held["errorlog"] = ("-", "logs go to the container's output")
    if chosen.get("accesslog") not in (None, "-"):
        held["accesslog"] = (None, "the proxy in front writes it")
    if number(chosen.get("workers")) > facts["most"] or facts["because"] == "WEB_CONCURRENCY":
        held["workers"] = (facts["workers"], facts["because"])
    if chosen.get("worker_class") == "sync" and "threads" not in chosen:
        held["threads"] = (1, "sync workers have one")  # More would turn them into gthread.
    folder = chosen.get("worker_tmp_dir")
    if folder and not os.path.isdir(folder):
        held["worker_tmp_dir"] = (defaults(facts)["worker_tmp_dir"], "there is no such directory")
    return held


def number(value):
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return 0


def say(text):
    print("wherry: " + text, file=sys.stderr, flush=True)
