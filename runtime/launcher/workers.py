"""
How many workers. Computed at every start, never baked into the image.

Two workers at least where memory allows: with one, its restart is an outage. Twelve at most unless told: Gunicorn's own
documentation says 4 to 12 serve hundreds or thousands of requests per second, and each holds its own database connections.
"""

from collections import namedtuple

from errors import LauncherError

# count: to start; most: what the app's own configuration may raise it to; because: for the log.
Workers = namedtuple("Workers", "count most threads because")

ESTIMATE = 150 * 1024 * 1024  # Median resident size of a Django or FastAPI worker is below this.
MOST = 12
MEBIBYTE = 1024 * 1024


def count_workers(interface, limits, facts, environment):
    """`facts` is launch.json's `workers`. Raises LauncherError when a variable is not a number above zero."""
    cpus = max(1, int(limits.cpus))
    each = facts.get("memory") or ESTIMATE
    fitting = max(1, int(limits.memory * 0.8 / each))
    # A thread worker has its threads for waiting, an event loop its tasks; one process above the processors keeps them busy.
    wanted = max(2, cpus + 1 if interface == "wsgi" else cpus)
    count = min(wanted, fitting, MOST)
    most = min(2 * cpus + 1, fitting)
    because = f"{limits.cpus:g} CPU, {limits.memory // MEBIBYTE} MiB, {each // MEBIBYTE} MiB each"

    asked = whole_number(environment, "WEB_CONCURRENCY")
    if asked:
        count, most, because = asked, asked, "WEB_CONCURRENCY"
    limit = facts.get("max")
    if limit and limit < max(count, most):
        if limit < count:
            because = facts.get("because") or "the app allows no more"
        count, most = min(count, limit), min(most, limit)
    threads = whole_number(environment, "WHERRY_THREADS") or facts.get("threads") or (8 if count <= 2 else 4)
    return Workers(count, max(count, most), threads, because)


def whole_number(environment, name):
    text = environment.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 100000):
        raise LauncherError(f"{name} is {text!r}, expected a whole number above zero")
    return int(text)
