"""
Leaves calls out while the app is imported. `uvicorn.run(app)` at the left margin of a module would start a second server on a port
of its own and never give the app back to the server that imports it.
"""

import importlib
from contextlib import contextmanager


@contextmanager
def omitted(names):
    """`names` are dotted: `uvicorn.run`, `flask.Flask.run`. What is not installed is not called either."""
    replaced = []
    for name in names:
        owner, attribute = find_owner(name)
        if owner is not None:
            replaced.append((owner, attribute, getattr(owner, attribute)))
            setattr(owner, attribute, do_nothing)
    try:
        yield
    finally:
        for owner, attribute, original in replaced:
            setattr(owner, attribute, original)


def do_nothing(*_args, **_options):
    return None


def find_owner(name):
    """The module or class that holds the last part of the name, and that part; (None, …) when it is not there."""
    *path, attribute = name.split(".")
    for length in range(len(path), 0, -1):
        try:
            owner = importlib.import_module(".".join(path[:length]))
        except ImportError:
            continue
        for part in path[length:]:
            owner = getattr(owner, part, None)
        return (owner, attribute) if hasattr(owner, attribute) else (None, attribute)
    return None, attribute
