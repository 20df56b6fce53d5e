"""One program the holder parents: started from an argv array, its output written to the log, its end noticed."""

import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
LONGEST_LINE = 16_384
FIRST_WAIT, LONGEST_WAIT, STEADY = 1.0, 30.0, 60.0


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
        self.stopping = False
        self.kill_at = None
        self.start_at = None
        self.began = 0.0

    def start(self):
        """Starts the program. It dies with the holder, whatever ends the holder."""
        stdin = self.spec.get("stdin")
        holder = os.getpid()
        with open(stdin or os.devnull, "rb") as given:
            self.child = subprocess.Popen(
                self.spec["argv"],
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self.spec.get("env"),
                cwd="/",
                start_new_session=True,
                preexec_fn=lambda: die_with(holder),
            )
        self.output = self.child.stdout
        os.set_blocking(self.output.fileno(), False)
        self.code, self.start_at, self.began = None, None, time.monotonic()

    def lines(self):
        """Whole lines printed since the last call; None once the output has ended."""
        try:
            chunk = os.read(self.output.fileno(), 65_536)
        except BlockingIOError:
            return []
        if not chunk:
            last, self.partial = self.partial, b""
            return None if not last else [last]
        *whole, self.partial = (self.partial + chunk).split(b"\n")
        if len(self.partial) > LONGEST_LINE:
            whole.append(self.partial)
            self.partial = b""
        return [line[:LONGEST_LINE] for line in whole]

    def stop(self, grace):
        self.stopping, self.start_at = True, None
        if self.running():
            self.kill_at = time.monotonic() + grace
            self.child.send_signal(getattr(signal, "SIG" + self.spec.get("stop", "TERM")))

    def kill(self):
        self.kill_at = None
        if self.running():
            self.child.kill()

    def running(self):
        return self.child is not None and self.code is None

    def ended(self, code):
        """Notes the end, and when to start again if it should run: soon at first, then ever later."""
        self.code, self.kill_at = code, None
        if self.stopping or not self.restart:
            return
        if time.monotonic() - self.began > STEADY:
            self.restarts = 0
        self.start_at = time.monotonic() + min(FIRST_WAIT * 2**self.restarts, LONGEST_WAIT)
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


def die_with(parent):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It died between fork and prctl: nobody is left to send the signal.
        os._exit(1)
