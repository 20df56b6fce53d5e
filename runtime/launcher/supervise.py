"""
Runs the children of a plan: starts them in order, passes signals on, stops them in the reverse order within a limit, reaps
orphans, and ends with the code of the one that decided the end.
"""

import os
import signal
import sys
import time

from errors import say
from plan import EVERY_SIGNAL

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
WATCHED = (*STOPPING, *EVERY_SIGNAL, signal.SIGCHLD)


def become(child):
    """Replaces this process by the child: signals then go straight to it."""
    enter(child)


def supervise(children, limit):
    """
    The exit code: of the child that ended first unasked, else of the first child. `limit` is in seconds, for servers; None for
    commands, which take the time they need and may end with 0 by themselves.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)  # They wait for sigtimedwait: no handler, no race.
    waiting, running, ended = list(children), {}, {}
    first_dead, asked, started, told = None, None, 0.0, set()
    while True:
        if asked is None and waiting and (not running or is_ready(running)):
            child = waiting.pop(0)
            running[fork(child)] = child
        busy = waiting or asked is not None
        received = signal.sigtimedwait(WATCHED, 0.1 if busy else 3600)
        for child, code in reap(running):
            ended[child.name] = code
            if asked is None:
                first_dead, asked, started = child, signal.SIGTERM, time.monotonic()
                if running:
                    say(f"{child.name} ended with {code}: stopping")
        number = received.si_signo if received else None
        if number in STOPPING:
            if asked is None:
                asked, started = number, time.monotonic()
            elif number == signal.SIGINT:
                started = -1e9 if limit else started  # Asked twice at a keyboard: no more waiting.
        elif number in EVERY_SIGNAL:
            for pid, child in running.items():
                if number in child.signals:
                    send(pid, number)
        if asked is not None:
            if not running:
                break
            stop(running, children, told, asked, time.monotonic() - started, limit)
    return outcome(children, ended, first_dead, limit)


def is_ready(running):
    newest = list(running.values())[-1]
    return newest.ready is None or newest.ready()


def stop(running, children, told, asked, passed, limit):
    """Front first: what accepts connections ends before what answers them. Each gets its signal once."""
    if limit is not None and passed > limit:
        for pid in running:
            send(pid, signal.SIGKILL)
        return
    for child in reversed(children):
        pid = next((pid for pid, one in running.items() if one is child), None)
        if pid is None:
            continue
        if pid not in told:
            told.add(pid)
            send(pid, child.stop or asked)
        # A front that does not finish must leave the rest some time to do so.
        if limit is None or passed < limit * 0.7:
            return


def outcome(children, ended, first_dead, limit):
    if first_dead is not None:
        code = ended[first_dead.name]
        # A server that ends by itself has failed, whatever it says: Hypercorn ends with 0 when its workers cannot start.
        return 1 if code == 0 and limit is not None else code
    return ended.get(children[0].name, 0)


def reap(running):
    """Children that ended, as (child, code); every other process the kernel gave to process 1 is only waited for."""
    dead = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return dead
        if pid == 0:
            return dead
        child = running.pop(pid, None)
        if child is not None:
            code = os.waitstatus_to_exitcode(status)
            dead.append((child, 128 - code if code < 0 else code))


def fork(child):
    pid = os.fork()
    if pid == 0:
        try:
            lead_group()
            enter(child)
        finally:
            os._exit(127)
    return pid


def lead_group():
    """A group of its own that owns the terminal, if there is one: a Ctrl-C then reaches it once, not twice."""
    os.setpgid(0, 0)
    if os.isatty(0):
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        try:
            os.tcsetpgrp(0, os.getpgrp())
        except OSError:
            pass  # Not our controlling terminal.
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)


def enter(child):
    # Python ignores SIGPIPE and SIGXFSZ, and what is ignored or blocked stays so through exec (execve(2)).
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.chdir(child.directory)
        os.execvpe(child.argv[0], child.argv, child.environment)
    except OSError as error:
        say(f"cannot start {child.argv[0]} in {child.directory}: {error.strerror}")
        os._exit(126 if isinstance(error, PermissionError) else 127)


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
