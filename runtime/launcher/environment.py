"""The environment of the app: what the platform gave, then secrets, then the image's defaults. Values are never printed."""

import os
import re
import stat

from errors import say

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
LARGEST_SECRET = 64 * 1024  # Linux refuses one string of an environment above 128 KiB (MAX_ARG_STRLEN, execve(2)).


def prepare_environment(launch, given):
    """A new dict of variables. What `given` holds always wins; a secret file wins over launch.json's `env`."""
    environment = dict(given)
    directory = given.get("WHERRY_SECRETS", "/run/secrets")

    def add(name, value):
        # An app that is told the file reads it itself: a variable would show the value to all that it starts.
        if given.get(f"{name}_FILE") != os.path.join(directory, name):
            environment.setdefault(name, value)

    for name, value in read_secrets(directory).items():
        add(name, value)
    if launch.django and launch.django.get("settings"):
        environment.setdefault("DJANGO_SETTINGS_MODULE", launch.django["settings"])
    for name, value in launch.env.items():
        add(name, value)
    environment.setdefault("PYTHONUNBUFFERED", "1")  # A log line must not wait in a buffer until the process dies.
    programs = os.path.dirname(launch.python)
    environment["PATH"] = programs + ":" + environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    if os.path.exists(os.path.join(os.path.dirname(programs), "pyvenv.cfg")):
        environment["VIRTUAL_ENV"] = os.path.dirname(programs)
    return environment


def read_secrets(directory):
    """NAME → content of each regular file (Docker, Podman and Kubernetes all mount secrets so), less one final newline."""
    secrets = {}
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return secrets
    for name in names:
        if not NAME.match(name):
            continue
        file = os.path.join(directory, name)
        try:
            content = read_small_file(file)
        except OSError as error:
            say(f"cannot read the secret {file}: {error.strerror}")
            continue
        if content is not None:
            secrets[name] = content
    return secrets


def read_small_file(file):
    # O_NONBLOCK: opening a FIFO must not wait for a writer.
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as stream:
            content = stream.read(LARGEST_SECRET + 1)
    finally:
        os.close(descriptor)
    if len(content) > LARGEST_SECRET or b"\0" in content:
        say(f"the secret {file} is left out: a variable cannot hold it (64 KiB at most, no zero byte)")
        return None
    for ending in (b"\r\n", b"\n"):
        if content.endswith(ending):
            content = content[: -len(ending)]
            break
    return os.fsdecode(content)
