"""Becomes one command of the app: in the current release's image, with its environment and data, on our own standard streams."""

import json
import os
import sys

import files
from home import Home, checked


def run(request):
    home = Home(request["home"])
    number = home.current_number()
    if number is None:
        print("wherry: nothing is released", file=sys.stderr)
        return 2
    spec = files.read_json(home.release(checked(number), "web.json"))
    env = {name: value for name, value in spec["env"].items() if name != "WHERRY_SOCKET"}
    # The launcher's own words stand before the process name.
    argv = [*spec["argv"][:-1], "run", "--", *request["argv"]]
    hand_over(request["sandbox"], {**spec, "argv": argv, "env": env})
    return 1


def hand_over(sandbox, spec):
    """Executes the sandbox with the spec in memory, by a descriptor: it holds secrets."""
    descriptor = os.memfd_create("spec", 0)
    os.write(descriptor, json.dumps(spec).encode())
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.execve(sandbox[0], [*sandbox, f"fd:{descriptor}"], {"PATH": "/usr/local/bin:/usr/bin:/bin"})
