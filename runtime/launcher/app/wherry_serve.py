"""
Starts a server as its console script would, in the app's interpreter: `python wherry_serve.py SERVER ARG ...`

Beyond the console script it does three things. A SIGTERM that arrives before the server has its own handler ends the process
instead of being ignored (process 1 has no default actions, pid_namespaces(7)). The app's directories stay off sys.path until the
server is loaded, so that an app holding `queue.py` cannot break it; wherry_entry adds them. And the exit code of a stop that was asked
for is 0, also where the server raises the signal once more at its end.
"""

import os
import signal
import sys


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry != here] + [here]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    name, *args = sys.argv[1:]
    # Some apps look here for whether they are served or managed.
    sys.argv = [os.path.join(os.path.dirname(sys.executable), name), *args]
    if name == "gunicorn":
        from wherry_gunicorn import serve
    elif name == "uvicorn":
        from wherry_uvicorn import serve
    else:
        serve = console_script(name)
    sys.exit(serve())


def leave(_number, _frame):
    sys.exit(0)


def console_script(server):
    """What the script in bin/ calls, by the entry point of the installed distribution."""
    from importlib import import_module
    from importlib.metadata import PackageNotFoundError, distribution

    if server == "hypercorn":
        # Its supervisor tells the workers to stop by an event and, once the first has stopped, kills the others with SIGTERM in the
        # middle of their requests. They inherit this; wherry_entry makes it harmless for what the app starts.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    script = {"waitress": "waitress-serve"}.get(server, server)
    try:
        points = distribution(server).entry_points
    except PackageNotFoundError:
        sys.exit(f"wherry: {server} is not installed in {sys.prefix}")
    point = next(point for point in points if point.group == "console_scripts" and point.name == script)
    # As the script itself does it: `from granian import cli` finds a module, which EntryPoint.load() does not.
    module, _, attributes = point.value.partition(":")
    first, *rest = attributes.split(".")
    target = getattr(import_module(module), first, None) or import_module(f"{module}.{first}")
    for name in rest:
        target = getattr(target, name)
    return target


if __name__ == "__main__":
    main()
