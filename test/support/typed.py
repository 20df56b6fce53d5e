"""Runs a program in a terminal of its own, types a line once it asks, and ends as it ended: `typed.py LINE PROGRAM [ARGUMENT...]`."""

import os
import pty
import sys


def main(line, *argv):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(argv[0], argv)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # The other side is closed.
            break
        if not part:
            break
        if line and (shown + part).endswith(b": "):
            os.write(terminal, line.encode() + b"\r")
            line = ""
        shown += part
    sys.stdout.write(shown.decode())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


sys.exit(main(*sys.argv[1:]))
