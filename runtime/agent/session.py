"""Many requests over one pair of streams, for starting Python takes longer than any answer.

A line in is {id, command, request}, a line out {id, answer} or {id, crashed}. Each request has a thread of its own, since some wait;
what must not happen side by side is kept apart by the lock of its app, as between processes.
"""

import json
import os
import sys
import threading
import traceback

import commands
from refusal import Refusal, of_error


def serve():
    """Ends with its input, once what was begun is done: whoever asked may be gone, a change is never broken off in the middle."""
    writing = threading.Lock()
    for line in sys.stdin.buffer:
        threading.Thread(target=carry_out, args=(json.loads(line), writing)).start()
    return 0


def carry_out(wish, writing):
    try:
        said = {"answer": answer(wish["command"], wish["request"])}
    except Exception:
        said = {"crashed": traceback.format_exc()}
    data = json.dumps({"id": wish["id"], **said}).encode() + b"\n"
    with writing:
        try:
            while data:
                data = data[os.write(1, data) :]
        except OSError:
            pass  # Whoever asked has gone.


def answer(command, request):
    """The answer to one request; a refusal is one too."""
    try:
        return commands.ALL[command](request)
    except Refusal as refusal:
        return {"refused": refusal.code, **refusal.facts}
    except OSError as error:
        refusal = of_error(error)
        return {"refused": refusal.code, **refusal.facts}
