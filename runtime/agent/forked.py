"""A sandbox begun by a fork of the holder, which has an interpreter and the sandbox's code loaded: starting Python anew takes longer
than all the rest of it. What the program will be is the same: the keeper is ours either way, and the program is an exec away."""

import contextlib
import os
import signal
import sys
import traceback

SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sandbox.py")
HANDLED = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ)


def is_sandbox(argv):
    """Whether this is `… sandbox.py SPEC REPORT` of this very version; another's code is not the one that is loaded here."""
    return len(argv) > 3 and argv[-3] == SCRIPT


class Forked:
    """As much of a subprocess.Popen as the holder uses."""

    def __init__(self, argv, streams, before):
        sandbox = load()
        self.returncode = None
        self.pid = os.fork()
        if self.pid == 0:
            try:
                before()
                leave_holder(streams)
                sandbox.main(argv[-2:])
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(125)

    def poll(self):
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)


def load():
    """The sandbox's code, loaded before the fork so that every sandbox has it."""
    place = os.path.dirname(SCRIPT)
    if place not in sys.path:
        sys.path.append(place)
    import sandbox
    import sandboxing.keeper  # noqa: F401

    return sandbox


def leave_holder(streams):
    """What exec would have done: nothing of the holder stays but its code."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in HANDLED:
        signal.signal(number, signal.SIG_DFL)
    numbers = [os.dup(stream if isinstance(stream, int) else stream.fileno()) for stream in streams]
    for target, number in enumerate(numbers):
        os.dup2(number, target)
    # Those there are: the limit may be a thousand million, and closerange would try each where the kernel cannot.
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            with contextlib.suppress(OSError):  # The listing's own.
                os.close(int(name))
    os.environ.clear()
    os.chdir("/")
