"""Processes that are not the web server: a worker, the release step, a one-off command."""

import os
import re

from errors import LauncherError
from plan import EVERY_SIGNAL, Child, Plan

VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})", re.ASCII)


def plan_command(name, args, launch, environment):
    """The process of that name with `args` added, or for `run` and `--` the command `args` itself."""
    if name in ("run", "--"):
        argv = args[1:] if args[:1] == ["--"] else args
        if not argv:
            raise LauncherError(f"`{name}` needs a command", 2)
    elif name in launch.processes:
        argv = [expand(word, environment) for word in launch.processes[name]] + args
    else:
        known = ", ".join(sorted({"web", *launch.processes}))
        raise LauncherError(f"no process is called `{name}`. There are: {known}, and `run COMMAND`", 2)
    return Plan([command(name, argv, launch, environment)])


def command(name, argv, launch, environment):
    directory = launch.directory
    places = [os.path.normpath(os.path.join(directory, entry)) for entry in launch.path]
    # `celery -A shop` finds the app beside itself only by accident; `python -m` and manage.py do by themselves.
    inherited = [environment["PYTHONPATH"]] if environment.get("PYTHONPATH") else []
    environment = dict(environment)
    if places or inherited:
        environment["PYTHONPATH"] = ":".join(places + inherited)
    return Child(name, argv, environment, directory, EVERY_SIGNAL)


def expand(word, environment):
    """$NAME, ${NAME} and ${NAME:-word} as a shell does between double quotes; nothing else of a shell."""

    def value(match):
        return environment.get(match[1] or match[2]) or match[3] or ""

    return VARIABLE.sub(value, word)
