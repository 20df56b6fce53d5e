"""
Reads /wherry/launch.json, which the image step writes: all that is known about the app when the image is made. What only the
machine knows (port, limits, secrets) comes from the environment.

    {
      "version": 1,
      "python": "/venv/bin/python",           interpreter of the app; its directory comes first in PATH
      "directory": "/app",                    working directory of every process
      "path": ["/app"],                       put first on sys.path, in this order; relative ones count from `directory`
      "app": {
        "interface": "wsgi",                  wsgi | asgi | object | own. `object` is handed to the server class untouched
                                              (aiohttp's Application); `own` is a program that is its own server
        "module": "config.wsgi",              \\
        "attribute": "application",            } not for own; the attribute may be dotted: app.server
        "factory": false,                     /  true: the attribute is called without arguments
        "omits": ["uvicorn.run"],             calls left out while the app is imported: they would start another server
        "kind": "generic",                    own only: generic | streamlit | gradio
        "argv": ["python", "main.py"],        own only; for streamlit the script and its arguments. $PORT and $HOST are replaced
        "port": null                          own only: the port the program insists on, when it does not listen to PORT
      },
      "server": {
        "name": "gunicorn",                   gunicorn | uvicorn | hypercorn | granian | daphne | waitress; absent for own
        "version": "27.0.1",                  as locked; what is not known to reap orphans gets a supervisor
        "args": ["--timeout", "90"]           the app's own choice (Procfile …); what must hold is overridden
      },
      "django": {"settings": "config.settings", "setup": true},
                                              DJANGO_SETTINGS_MODULE where unset; setup: django.setup() before the app is
                                              imported, for an asgi.py that imports models first
      "workers": {
        "max": 1, "because": "state in memory",   no more than this, whatever the environment says
        "memory": 157286400,                      bytes one worker needs, to fit the memory limit; 150 MiB without it
        "threads": 8                              of each Gunicorn thread worker
      },
      "proxies": null,                        as WHERRY_PROXIES
      "processes": {"worker": ["celery", "-A", "shop", "worker"]},
                                              $NAME, ${NAME} and ${NAME:-word} are replaced from the environment, unsplit
      "edge": "outside",                      as WHERRY_EDGE
      "nginx": {"program": "/usr/sbin/nginx", "conf": "/wherry/nginx.conf"},
                                              for edge inside; edge.py says what is replaced in the file
      "timeouts": {"start": 120, "stop": 10}, seconds: a worker may take to boot; between SIGTERM and SIGKILL
      "data": {
        "volume": "/data", "seed": "/wherry/seed",
        "places": [{"path": "media", "kind": "directory"}, {"path": "db/app.sqlite3", "kind": "file"}]
      },                                      seed.py
      "env": {"NAME": "value"}                variables set where the environment has none
    }

`version`, `directory` and `app` are required (`app` may be null: no web process); unknown keys are left alone, so that an older
launcher can start a newer image.
"""

import json
from types import SimpleNamespace

from errors import LauncherError

INTERFACES = ("wsgi", "asgi", "object", "own")
DEFAULTS = {
    "python": "/venv/bin/python",
    "path": [],
    "app": None,
    "server": None,
    "django": None,
    "workers": {},
    "proxies": None,
    "processes": {},
    "edge": "outside",
    "nginx": None,
    "timeouts": {},
    "data": None,
    "env": {},
}


def read_launch(file):
    """The launch facts, with defaults filled in. Raises LauncherError naming the file and the key."""
    try:
        with open(file, encoding="utf-8") as stream:
            facts = json.load(stream)
    except OSError as error:
        raise LauncherError(f"cannot read {file}: {error.strerror}. The image step writes it") from None
    except ValueError as error:
        raise LauncherError(f"{file} is not JSON: {error}") from None
    try:
        check(facts)
    except LauncherError as error:
        raise LauncherError(f"{file}: {error}") from None
    launch = SimpleNamespace(**{**DEFAULTS, **{key: value for key, value in facts.items() if value is not None}})
    launch.file = file
    return launch


def check(facts):
    expect(isinstance(facts, dict), "expected an object")
    expect(facts.get("version") == 1, f"version is {facts.get('version')!r}, this launcher reads 1")
    expect(isinstance(facts.get("directory"), str), "directory is missing")
    app = facts.get("app")
    if app is None:
        return
    interface = app.get("interface")
    expect(interface in INTERFACES, f"app.interface is {interface!r}, not one of {', '.join(INTERFACES)}")
    if interface == "own":
        expect(bool(app.get("argv")), "app.argv is missing")
        return
    expect(isinstance(app.get("module"), str), "app.module is missing")
    expect(isinstance(app.get("attribute"), str), "app.attribute is missing")
    expect(isinstance((facts.get("server") or {}).get("name"), str), "server.name is missing")


def expect(holds, text):
    if not holds:
        raise LauncherError(text)
