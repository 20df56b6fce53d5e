"""Whose an app on this host is: two repositories that call their app the same must not release into one place unsaid."""

import os

import files
import lock
from home import Home
from refusal import Refusal, of_error

NAME = "identity.json"


def homes(request):
    """The apps that were released to this host: where each lies, what it is called, and the marks of its repository."""
    found = []
    try:
        names = sorted(os.listdir(request["state"]))
    except FileNotFoundError:
        names = []
    for name in names:
        home = os.path.join(request["state"], name)
        known = files.read_json(os.path.join(home, NAME)) if os.path.isdir(home) else None
        if known is not None:
            found.append({**known, "home": home})
    return {"homes": found}


def claim(request):
    """Refused when the place is another repository's, which has none of the same marks; with `change` it is this one's from now on."""
    home = Home(request["home"])
    if not request["change"]:
        judge(home, request)
        return {}
    try:
        home.create()
        with lock.critical(home):
            known = judge(home, request)
            marks = sorted({*request["marks"], *(known or {"marks": []})["marks"]})
            wish = {"app": request["app"], "target": request["target"], "marks": marks}
            if wish != known:
                files.write_json(os.path.join(home.path, NAME), wish)
        return {}
    except OSError as error:
        raise of_error(error) from error


def judge(home, request):
    known = files.read_json(os.path.join(home.path, NAME))
    # `a-b` on `c` and `a` on `b-c` have one place, too.
    same = known is None or all(known[name] == request[name] for name in ("app", "target"))
    if known is None or (same and (request["adopt"] or set(known["marks"]) & set(request["marks"]))):
        return known
    raise Refusal("other-repository", app=known["app"], target=known["target"], marks=known["marks"])
