"""
Process 1 of every image: starts one named process of the app (`web` unless told otherwise) and stays answerable for it.

The image's entry point is `/venv/bin/python -I -S /wherry/launcher`. `-I` and `-S` keep the working directory, PYTHON*
variables, .pth files and the app's packages out of this interpreter, so that an app holding `json.py` or `socket.py` cannot
break it. The server is another interpreter, started without these flags; see app/wherry_serve.py.

    launcher                     the process `web`
    launcher NAME [ARG ...]      a process of launch.json; the arguments are added to its own
    launcher run COMMAND ...     a one-off command in the app's environment (also `launcher -- COMMAND ...`)

Environment, beside what launch.json says (launch.py documents it):

    PORT                 TCP port of `web`, on every IPv4 and IPv6 address; 8000 without it
    WHERRY_HOST          the only address to listen on, such as 127.0.0.1
    WHERRY_SOCKET        path of a Unix socket to listen on instead of PORT
    WHERRY_EDGE          `inside` puts nginx in front, in this container; `outside` does not
    WHERRY_PROXIES       number of proxies whose X-Forwarded-* headers are believed; 1 behind a socket or nginx, else 0
    WHERRY_STOP_TIMEOUT  seconds from SIGTERM to SIGKILL as the platform has it; everything ends one second before
    WHERRY_SECRETS       directory of files that become variables named as the file; /run/secrets without it
    WHERRY_DATA          the volume; launch.json's without it
    WHERRY_LAUNCH        another launch.json, for tests
    WEB_CONCURRENCY      number of workers, instead of the computed one
    WHERRY_THREADS       threads of each Gunicorn worker

Exit codes are those of the program started; 2 for a wrong call, 78 (EX_CONFIG) when the environment or launch.json is wrong.
"""

import os
import sys

from commands import plan_command
from environment import prepare_environment
from errors import LauncherError, say
from launch import read_launch
from supervise import become, supervise
from web import plan_web


def main(args):
    launch = read_launch(os.environ.get("WHERRY_LAUNCH", "/wherry/launch.json"))
    environment = prepare_environment(launch, os.environ)
    if args and args[0] == "relay":
        from relay import relay

        return relay(args[1:])
    plan = plan_of(args, launch, environment)
    if launch.data:
        from seed import seed_data

        seed_data(launch, environment)
    for note in plan.notes:
        say(note)
    alone = len(plan.children) == 1
    if alone and (os.getpid() != 1 or plan.reaps):
        become(plan.children[0])
    return supervise(plan.children, plan.limit)


def plan_of(args, launch, environment):
    name = args[0] if args else "web"
    if name in ("run", "--"):
        return plan_command(name, args[1:], launch, environment)
    if name == "web":
        if args[1:]:
            raise LauncherError("`web` takes no arguments", 2)
        return plan_web(launch, environment)
    return plan_command(name, args[1:], launch, environment)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LauncherError as error:
        say(str(error))
        sys.exit(error.code)
