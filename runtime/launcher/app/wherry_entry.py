"""
The app object that servers load: `wherry_entry:application`. Importing this module puts the app's directories on sys.path, sets
Django up where asked, imports the app and wraps it so that it sees the client's address and scheme.
"""

import importlib
import json
import os
import signal
import sys
import threading

from wherry_forwarded import forwarded_asgi, forwarded_wsgi


def load():
    with open(os.environ["WHERRY_LAUNCH"], encoding="utf-8") as stream:
        launch = json.load(stream)
    places = [os.path.join(launch["directory"], entry) for entry in launch.get("path") or []]
    sys.path[:] = places + [entry for entry in sys.path if entry not in places]
    if (launch.get("django") or {}).get("setup"):
        # An asgi.py that imports models before get_asgi_application() needs the apps loaded.
        importlib.import_module("django").setup()
    app = launch["app"]
    target = importlib.import_module(app["module"])
    for name in app["attribute"].split("."):
        target = getattr(target, name)
    if app.get("factory"):
        target = target()
    hops = int(os.environ.get("WHERRY_PROXIES") or 0)
    if hops == 0 or app["interface"] == "object":
        return target
    return forwarded_wsgi(target, hops) if app["interface"] == "wsgi" else forwarded_asgi(target, hops)


def restore_sigterm():
    """Ignored signals stay ignored in programs that the app starts, handled ones do not (execve(2)); see wherry_serve."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)


restore_sigterm()
application = load()
