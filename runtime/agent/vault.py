"""Secrets of this environment: versions that are only added to, so that an old release can be started with what it had."""

import base64
import os
import re
import secrets

import files
from home import numbers_in
from refusal import Refusal

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
KEPT = 50


def newest(home):
    """(version, values); version 0 and nothing when there is none yet."""
    versions = numbers_in(home.secrets)
    if not versions:
        return 0, {}
    return versions[-1], files.read_json(os.path.join(home.secrets, str(versions[-1])))


def complete(home, names):
    """Makes a value for each name that has none; (version, values, names made)."""
    version, values = newest(home)
    made = [checked(name) for name in names if name not in values]
    if made:
        version = store(home, version + 1, {**values, **{name: make(name) for name in made}})
        values = newest(home)[1]
    return version, values, made


def change(home, given):
    """Sets values, or removes those given as null; the new version."""
    version, values = newest(home)
    for name, value in given.items():
        checked(name)
        if value is None:
            values.pop(name, None)
        elif isinstance(value, str) and "\0" not in value:
            values[name] = value
        else:
            raise Refusal("bad-request", detail=f"the value of {name} cannot be an environment variable")
    return store(home, version + 1, values)


def store(home, version, values):
    files.write_json(os.path.join(home.secrets, str(version)), values)
    for old in numbers_in(home.secrets)[:-KEPT]:
        files.remove(os.path.join(home.secrets, str(old)))
    return version


def make(name):
    """Enough for any framework: Django warns below 50 characters. Fernet takes exactly 32 bytes in URL-safe base64."""
    if re.search("FERNET|ENCRYPT", name, re.IGNORECASE):
        return base64.urlsafe_b64encode(os.urandom(32)).decode()
    return secrets.token_urlsafe(48)


def checked(name):
    if not isinstance(name, str) or not NAME.match(name):
        raise Refusal("bad-request", detail=f"not a name of a variable: {name!r}")
    return name
