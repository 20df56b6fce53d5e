"""The hands of Wherry on a host, and the holder that parents what runs there.

Python standard library only, run as a directory or, sent over SSH, as one zipapp. `agent COMMAND` reads one JSON object from stdin
and answers one on stdout; `agent hold HOME` stays and parents processes. What must be atomic on the host happens here: the lock
with its epochs, the journal, the switch, the drain check.
"""

import json
import sys

import commands
import holder
from refusal import Refusal


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "hold":
        return holder.hold(sys.argv[2])
    if len(sys.argv) != 2 or sys.argv[1] not in commands.ALL:
        print("usage: agent hold HOME | agent " + "|".join(sorted(commands.ALL)), file=sys.stderr)
        return 2
    try:
        answer = commands.ALL[sys.argv[1]](json.load(sys.stdin))
    except Refusal as refusal:
        answer = {"refused": refusal.code, **refusal.facts}
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
