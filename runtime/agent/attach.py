"""A request for a command that takes over our standard streams: kept here under a random name, which is all that the command line of
the channel with the terminal says."""

import json
import os
import re
import secrets
import time

import files
import once
from refusal import Refusal

PLACE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "attach")
UNUSED = 3600  # Seconds after which nobody comes for it any more: the connection broke in between.


def ticket(request):
    os.makedirs(PLACE, mode=0o700, exist_ok=True)
    for old in os.scandir(PLACE):
        if time.time() - old.stat().st_mtime > UNUSED:
            files.remove(old.path)
    name = secrets.token_hex(16)
    files.write(os.path.join(PLACE, name), json.dumps({name: request[name] for name in ("home", "argv", "sandbox")}).encode())
    return {"ticket": name}


def attach(name):
    if not re.fullmatch("[0-9a-f]{32}", name):
        raise Refusal("bad-request", detail="not a ticket")
    path = os.path.join(PLACE, name)
    request = files.read_json(path)
    files.remove(path)
    return once.run(request)
