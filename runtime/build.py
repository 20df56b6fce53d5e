"""Builds one source distribution into a wheel as PEP 517 asks, with the build tools installed beside this interpreter.

    python -I build.py SDIST OUT DIRECTORY < {"known": ["setuptools>=61", ...]}

DIRECTORY is where in the sdist the project lies, '' for its top. Leaves OUT/answer.json: {"wheel": NAME} beside OUT/NAME, or
{"needs": [REQUIREMENT, ...]} where the project asks for tools that are not
among the known ones yet; none of the project's code has run until those of its pyproject.toml are. `known` null means all are there.
Standard library only, 3.11 or newer. Runs where there is no network.
"""

import importlib
import json
import os
import sys
import tarfile
import tomllib
import zipfile

LEGACY = "setuptools.build_meta:__legacy__"  # PEP 517: for a project that names no backend.


def main(sdist, out, directory):
    known = json.load(sys.stdin)["known"]
    source = os.path.join(unpack(sdist, os.path.join(out, "source")), directory)
    os.chdir(source)
    system = build_system()
    needs = missing(system.get("requires", ["setuptools>=40.8.0"]), known)
    if needs:
        return {"needs": needs}
    sys.path[:0] = [os.path.join(source, place) for place in system.get("backend-path", [])]
    backend = load(system.get("build-backend", LEGACY))
    ask = getattr(backend, "get_requires_for_build_wheel", None)
    needs = missing(ask() if ask else [], known)
    return {"needs": needs} if needs else {"wheel": backend.build_wheel(out)}


def unpack(sdist, directory):
    """Inside the sandbox an archive can reach nothing; its one directory is the project."""
    os.mkdir(directory)
    if sdist.endswith(".zip"):
        with zipfile.ZipFile(sdist) as archive:
            archive.extractall(directory)
    else:
        with tarfile.open(sdist) as archive:
            safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(directory, **safe)
    names = os.listdir(directory)
    return os.path.join(directory, names[0]) if len(names) == 1 else directory


def build_system():
    try:
        with open("pyproject.toml", "rb") as stream:
            return tomllib.load(stream).get("build-system", {})
    except FileNotFoundError:
        return {}


def missing(requirements, known):
    if known is None:
        return []
    return [one for one in dict.fromkeys(requirements) if one not in known]


def load(name):
    module, _, attribute = name.partition(":")
    backend = importlib.import_module(module)
    for part in filter(None, attribute.split(".")):
        backend = getattr(backend, part)
    return backend


if __name__ == "__main__":
    _, sdist, out, directory = sys.argv  # Backends put their own words there.
    answer = main(sdist, out, directory)
    with open(os.path.join(out, "answer.json"), "w", encoding="utf-8") as stream:
        json.dump(answer, stream)
