"""Plans `web`: where to listen, what serves, and what has to stand in front of it."""

import os

from address import address_of, answers, free_port, make_free, tcp, unix
from commands import command, expand
from edge import plan_nginx
from errors import LauncherError
from limits import read_limits
from listening import when_reached
from plan import Child, Plan
from servers import server_of
from workers import count_workers, whole_number

RELAY_LIMIT = 1  # Seconds the supervisor keeps for itself: to kill what is left and to end before it is killed.


def plan_web(launch, environment):
    if launch.app is None:
        raise LauncherError("this app has no web process: launch.json names no app")
    stop = whole_number(environment, "WHERRY_STOP_TIMEOUT") or launch.timeouts.get("stop") or 10
    inside = edge_is_inside(launch, environment)
    outer = address_of(environment)
    make_free(outer)
    if not inside:
        return plan_server(launch, environment, outer, stop, behind=outer.path is not None)
    if outer.path:
        raise LauncherError("WHERRY_SOCKET and WHERRY_EDGE=inside exclude each other: nginx listens on PORT")
    from tempfile import mkdtemp  # Not at the top: it takes as long to load as all the rest of the launcher.

    try:
        run = mkdtemp(prefix="wherry-")
    except OSError as error:
        raise LauncherError(f"nginx needs a directory to write to, such as a tmpfs at /tmp: {error.strerror}") from None
    if os.getuid() == 0:
        os.chmod(run, 0o711)  # nginx's workers, then another user, must reach the socket in it.
    inner = unix(os.path.join(run, "app.sock"))
    plan = plan_server(launch, environment, inner, stop, behind=True)
    last = plan.children[-1]._replace(ready=lambda: answers(inner))
    nginx = plan_nginx(launch, environment, outer, inner, run, int(read_limits().cpus))
    return plan._replace(children=[*plan.children[:-1], last, nginx])


def edge_is_inside(launch, environment):
    edge = environment.get("WHERRY_EDGE") or launch.edge
    if edge not in ("inside", "outside"):
        raise LauncherError(f"WHERRY_EDGE is {edge!r}, expected `inside` or `outside`")
    return edge == "inside"


def plan_server(launch, environment, address, stop, behind):
    environment = {**environment, "WHERRY_PROXIES": str(proxies(launch, environment, behind))}
    if launch.app["interface"] == "own":
        return plan_own(launch, environment, address, stop)
    limits = read_limits()
    workers = count_workers(launch.app["interface"], limits, launch.workers, environment)
    server = server_of(launch, address, workers, graceful_seconds(stop))
    server_environment = {**environment, "WHERRY_LAUNCH": launch.file}
    child = Child(server.name, server.argv, server_environment, launch.directory, server.signals)
    target = f"{launch.app['module']}:{launch.app['attribute']}"
    note = f"{server.name} serves {target} on {address} with {server.staff} ({workers.because})"
    return Plan([child], [note], limit_seconds(stop), server.reaps)


def plan_own(launch, environment, address, stop):
    """A program that is its own server speaks TCP only, and some insist on their port: then a relay listens for it."""
    own = launch.app
    inner = address
    if address.path or (own.get("port") and own["port"] != address.port):
        inner = tcp(own.get("port") or free_port(), "127.0.0.1")
    host = inner.host or "0.0.0.0"
    environment = {**environment, "PORT": str(inner.port)}
    environment.setdefault("HOST", host)
    argv, extra = own_command(own, host, inner.port)
    program = command("own server", [expand(word, environment) for word in argv], launch, {**environment, **extra})
    note = f"{' '.join(own['argv'])} serves itself on {address}"
    if inner == address:
        return Plan([program], [note], limit_seconds(stop))
    relay = [launch.python, "-I", "-S", os.path.dirname(os.path.abspath(__file__)), "relay", *address.words(), str(inner.port)]
    children = [
        program._replace(ready=when_reached(inner)),
        Child("relay", relay, environment, "/", ()),
    ]
    return Plan(children, [note, f"a relay passes connections to its port {inner.port}"], limit_seconds(stop))


def own_command(own, host, port):
    """argv and the variables by which a program of that kind learns its address."""
    if own.get("kind") == "streamlit":
        flags = {
            "server.address": host,
            "server.port": port,
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        options = [f"--{name}={value}" for name, value in flags.items()]
        script, *args = own["argv"]
        return ["python", "-m", "streamlit", "run", *options, script, *args], {}
    if own.get("kind") == "gradio":
        return own["argv"], {"GRADIO_SERVER_NAME": host, "GRADIO_SERVER_PORT": str(port)}
    return own["argv"], {}


def proxies(launch, environment, behind):
    given = environment.get("WHERRY_PROXIES", "").strip()
    if given and not (given.isascii() and given.isdigit()):
        raise LauncherError(f"WHERRY_PROXIES is {given!r}, expected a whole number")
    if given:
        return int(given)
    if launch.proxies is not None:
        return launch.proxies
    return 1 if behind else 0


def graceful_seconds(stop):
    """Nested: the server ends its requests, then we end, then the platform kills."""
    return max(1, stop - 2)


def limit_seconds(stop):
    return max(1, stop - RELAY_LIMIT)
