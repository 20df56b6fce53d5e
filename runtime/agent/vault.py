"""Secrets of this environment: versions that are only added to, so that an old release can be started with what it had."""

import base64
import json
import os
import re
import secrets

import files
from home import numbers_in
from refusal import Refusal

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
KEPT = 50
SHORTEST_HIDDEN = 6


def newest(home):
    """(version, values); version 0 and nothing when there is none yet."""
    version, parts = latest(home)
    return version, whole(parts)


def latest(home):
    versions = numbers_in(home.secrets)
    version = versions[-1] if versions else 0
    return version, read(home, version)


def read(home, version):
    """What was made or set here, and what was given with a release and wins; None for a version that is not kept. 0 is before the first."""
    if version == 0:
        return {"made": {}, "given": {}}
    parts = files.read_json(os.path.join(home.secrets, str(version)))
    if parts is not None and all(isinstance(value, str) for value in parts.values()):
        return {"made": parts, "given": {}}  # As they were written before any could be given.
    return parts


def whole(parts):
    return {**parts["made"], **parts["given"]}


def complete(home, names):
    """Makes a value for each name that has none; (version, values, names made)."""
    version, parts = latest(home)
    made = [checked(name) for name in names if name not in whole(parts)]
    if made:
        parts = {**parts, "made": {**parts["made"], **{name: make(name) for name in made}}}
        version = store(home, version + 1, parts)
    return version, whole(parts), made


def change(home, values):
    """Sets values, or removes those that are null; the new version."""
    version, parts = latest(home)
    made = {**parts["made"], **values_of({name: value for name, value in values.items() if value is not None})}
    for name in values:
        if values[name] is None:
            made.pop(checked(name), None)
    return store(home, version + 1, {**parts, "made": made})


def give(home, values):
    """Replaces all that is given by what is given now; the version that has it."""
    version, parts = latest(home)
    if parts["given"] == values:
        return version
    return store(home, version + 1, {**parts, "given": values_of(values)})


def is_as_wished(home, version, given, names):
    """Whether a release with the secrets of that version has just those a new one would get, all names among them."""
    parts, now = read(home, version), latest(home)[1]
    if parts is None or any(name not in whole(parts) for name in names):
        return False
    return whole(parts) == whole(now if given is None else {**now, "given": given})


def hidden(home):
    """All texts that an app must not be seen to print: values of every version kept, whole and line by line."""
    kept = [parts for version in numbers_in(home.secrets) if (parts := read(home, version))]
    values = {value for parts in kept for value in [*parts["made"].values(), *parts["given"].values()]}
    lines = {form for value in values for line in [value, *value.splitlines()] for form in forms(line)}
    # The longest first: one may be a part of another.
    return sorted((line for line in lines if len(line) >= SHORTEST_HIDDEN), key=len, reverse=True)


def forms(line):
    """As it is, as Python shows it, and as it stands in a log of JSON."""
    return line, repr(line)[1:-1], json.dumps(line)[1:-1]


def hide(text, values):
    """An app that prints its settings must not carry its secrets into errors, terminals and tickets."""
    for value in values:
        text = text.replace(value, "[secret]")
    return text


def store(home, version, parts):
    files.write_json(os.path.join(home.secrets, str(version)), parts)
    for old in numbers_in(home.secrets)[:-KEPT]:
        files.remove(os.path.join(home.secrets, str(old)))
    return version


def values_of(values):
    for name, value in values.items():
        if not isinstance(value, str) or "\0" in value:
            raise Refusal("bad-request", detail=f"the value of {checked(name)} cannot be an environment variable")
        checked(name)
    return values


def make(name):
    """Enough for any framework: Django warns below 50 characters. Fernet takes exactly 32 bytes in URL-safe base64."""
    if re.search("FERNET|ENCRYPT", name, re.IGNORECASE):
        return base64.urlsafe_b64encode(os.urandom(32)).decode()
    return secrets.token_urlsafe(48)


def checked(name):
    if not isinstance(name, str) or not NAME.match(name):
        raise Refusal("bad-request", detail=f"not a name of a variable: {name!r}")
    return name
