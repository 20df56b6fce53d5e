"""
The app object that servers load: `wherry_entry:application`. Importing this module puts the app's directories on sys.path, sets
Django up where asked, imports the app, makes sure of its interface and wraps it so that it sees the client's address and scheme.
"""

import importlib
import json
import os
import signal
import sys
import threading

from wherry_forwarded import forwarded_asgi, forwarded_wsgi
from wherry_interface import check_interface
from wherry_omitted import omitted
from wherry_proof import report, trace_of, watch
from wherry_retired import closing_asgi

START_FAILURE = 3  # The code by which Gunicorn and Uvicorn give up instead of starting the worker again, for ever.


class MissingApp(Exception):
    pass


def load_or_leave():
    """The app, or the end of this process: after the app's own traceback, or the message it gave to sys.exit()."""
    watch()
    try:
        app = load()
    except Exception as error:
        report(error)
        print(trace_of(error), end="", file=sys.stderr, flush=True)
    except SystemExit as leaving:
        report(leaving)
        if leaving.code in (None, 0):  # A stop that was asked for meanwhile.
            raise
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr, flush=True)
    else:
        report()
        return app
    sys.exit(START_FAILURE)


def load():
    with open(os.environ["WHERRY_LAUNCH"], encoding="utf-8") as stream:
        launch = json.load(stream)
    places = [os.path.normpath(os.path.join(launch["directory"], entry)) for entry in launch.get("path") or []]
    sys.path[:] = places + [entry for entry in sys.path if entry not in places]
    if (launch.get("django") or {}).get("setup"):
        # An asgi.py that imports models before get_asgi_application() needs the apps loaded.
        importlib.import_module("django").setup()
    app = launch["app"]
    target = find_app(app)
    hops = int(os.environ.get("WHERRY_PROXIES") or 0)
    if hops == 0 or app["interface"] == "object":
        return target
    return forwarded_wsgi(target, hops) if app["interface"] == "wsgi" else closing_asgi(forwarded_asgi(target, hops))


def find_app(app):
    with omitted(app.get("omits") or ()):
        target = importlib.import_module(app["module"])
        for name in app["attribute"].split("."):
            if not hasattr(target, name):
                raise MissingApp(f"{app['module']} has no {app['attribute']}")
            target = getattr(target, name)
        if app.get("factory"):
            target = target()
    if app["interface"] != "object":
        check_interface(target, app["interface"], f"{app['module']}:{app['attribute']}{'()' if app.get('factory') else ''}")
    return target


def restore_sigterm():
    """Ignored signals stay ignored in programs that the app starts, handled ones do not (execve(2)); see wherry_serve."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)


restore_sigterm()
application = load_or_leave()
