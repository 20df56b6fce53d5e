"""One program the holder parents: started from an argv array, its output written to the log, its end noticed."""

import collections
import ctypes
import os
import signal
import subprocess
import time

from forked import Forked, is_sandbox

PR_SET_PDEATHSIG = 1
LONGEST_LINE = 16_384
REMEMBERED = 400
FIRST_WAIT, LONGEST_WAIT, STEADY, TIDY = 1.0, 30.0, 60.0, 5.0


class Process:
    def __init__(self, group, spec, restart):
        self.group = group
        self.name = spec["name"]
        self.spec = spec
        self.restart = restart
        self.restarts = 0
        self.code = None
        self.child = None
        self.output = None
        self.partial = b""
        self.printed = collections.deque(maxlen=REMEMBERED)
        self.stopping = False
        self.kill_at = None
        self.killed = False
        self.start_at = None
        self.began = 0.0

    def start(self, sockets=()):
        """Starts the program. It dies with the holder, whatever ends the holder."""
        holder = os.getpid()
        read, write = os.pipe2(os.O_CLOEXEC)
        first, second = (*sockets, None, None)[:2]
        try:
            with open(self.spec.get("input", os.devnull), "rb") as given:
                self.child = begin(self.spec["argv"], (first or given, second or write, write), lambda: die_with(holder))
        except BaseException:
            os.close(read)
            raise
        finally:
            os.close(write)
        self.output = open(read, "rb", buffering=0)
        os.set_blocking(read, False)
        self.code, self.start_at, self.began = None, None, time.monotonic()

    def lines(self):
        """Whole lines printed since the last call; None once the output has ended."""
        try:
            chunk = os.read(self.output.fileno(), 65_536)
        except BlockingIOError:
            return []
        if not chunk:
            return None
        *whole, self.partial = (self.partial + chunk).split(b"\n")
        if len(self.partial) > LONGEST_LINE:
            whole.append(self.partial)
            self.partial = b""
        return [line[:LONGEST_LINE].decode("utf-8", "replace") for line in whole]

    def rest(self):
        """What was printed last without a newline."""
        last, self.partial = self.partial, b""
        return [last.decode("utf-8", "replace")] if last else []

    def stop(self, grace):
        self.stopping, self.restart, self.start_at = True, False, None
        if self.running():
            # A database that is killed while it writes its memory out must repair itself later: it says what it needs.
            self.kill_at = time.monotonic() + max(grace, self.spec.get("grace", 0))
            self.send(self.spec.get("stop", "TERM"))

    def send(self, name):
        self.child.send_signal(getattr(signal, "SIG" + name))

    def kill(self):
        """ALRM lets the keeper of a sandbox kill all and tidy up; one that has not ended some seconds later is killed itself."""
        if self.running():
            self.send("KILL" if self.killed else "ALRM")
        self.kill_at = None if self.killed else time.monotonic() + TIDY
        self.killed = True

    def running(self):
        return self.child is not None and self.code is None

    def ended(self, code):
        """Notes the end, and when to start again if it should run: soon at first, then ever later."""
        self.code, self.kill_at = code, None
        if self.stopping or not self.restart:
            return
        if time.monotonic() - self.began > STEADY:
            self.restarts = 0
        self.start_at = time.monotonic() + min(FIRST_WAIT * 2 ** min(self.restarts, 10), LONGEST_WAIT)
        self.restarts += 1

    def status(self):
        state = "running" if self.running() else "restarting" if self.start_at else "ended"
        return {
            "state": state,
            "pid": self.child.pid if self.running() else None,
            "code": self.code,
            "restarts": self.restarts,
            "seconds": round(time.monotonic() - self.began, 1),
        }


def begin(argv, streams, before):
    if is_sandbox(argv):
        return Forked(argv, streams, before)
    stdin, stdout, stderr = streams
    return subprocess.Popen(
        argv, stdin=stdin, stdout=stdout, stderr=stderr, env={}, cwd="/", start_new_session=True, preexec_fn=before
    )


def die_with(parent):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It died between fork and prctl: nobody is left to send the signal.
        os._exit(1)
