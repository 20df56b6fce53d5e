"""
nginx in front of the server in the same container, where no edge of ours is outside (a PaaS, `docker run`). The configuration
was written with the image; what only the machine knows stands in it as a word between @:

    @PORT@    the port to listen on; a line that listens on [::] is dropped where there is no IPv6
    @SOCKET@  path of the app's socket
    @RUN@     a private writable directory, for the pid file and temporary bodies
    @CPUS@    for worker_processes: nginx's own `auto` counts the host's processors
"""

import os
import signal

from address import has_ipv6
from errors import LauncherError
from plan import Child


def plan_nginx(launch, environment, outer, inner, run, cpus):
    nginx = launch.nginx
    if not nginx:
        raise LauncherError("WHERRY_EDGE=inside, but this image holds no nginx")
    try:
        with open(nginx["conf"], encoding="utf-8") as stream:
            template = stream.read()
    except OSError as error:
        raise LauncherError(f"cannot read {nginx['conf']}: {error.strerror}") from None
    words = {"@PORT@": str(outer.port), "@SOCKET@": inner.path, "@RUN@": run, "@CPUS@": str(max(1, cpus))}
    conf = os.path.join(run, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as stream:
        stream.write(render(template, words, has_ipv6()))
    argv = [nginx["program"], "-e", "stderr", "-p", run, "-c", conf]
    if "daemon off" not in template:
        argv += ["-g", "daemon off;"]
    # Not the app's environment: nginx has no use for its secrets.
    kept = {name: environment[name] for name in ("PATH", "TZ", "LANG") if name in environment}
    # QUIT serves what has been accepted (nginx: Controlling nginx); USR1 opens the logs anew.
    return Child("nginx", argv, kept, run, (signal.SIGUSR1,), signal.SIGQUIT)


def render(template, words, ipv6):
    lines = template.splitlines(keepends=True)
    if not ipv6:
        lines = [line for line in lines if not (line.lstrip().startswith("listen") and "[::]" in line)]
    text = "".join(lines)
    for word, value in words.items():
        text = text.replace(word, value)
    return text
