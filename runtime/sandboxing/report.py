"""Where the outcome is told: lines of JSON for a program, or a line on stderr for a person."""

import os
import sys

try:
    from _json import encode_basestring_ascii as quote
except ImportError:
    from json.encoder import encode_basestring_ascii as quote


class Report:
    def __init__(self, place):
        self.fd = None if place is None else open_place(place)

    def started(self, cgroup):
        self.write(event='started', pid=os.getpid(), memory=cgroup.memory, pids=cgroup.pids)

    def failed(self, failure):
        if self.fd is None:
            sys.stderr.write('sandbox: %s: %s\n' % (failure.name, failure.text))
        self.write(event='failed', step=failure.name, errno=failure.errno, text=failure.text)

    def ended(self, status, out_of_memory):
        by_signal = os.WIFSIGNALED(status)
        self.write(
            event='ended',
            code=None if by_signal else os.WEXITSTATUS(status),
            signal=os.WTERMSIG(status) if by_signal else None,
            outOfMemory=out_of_memory,
        )

    def write(self, **event):
        if self.fd is None:
            return
        line = '{%s}\n' % ', '.join('%s: %s' % (quote(name), encode(value)) for name, value in event.items())
        try:
            os.write(self.fd, line.encode())
        except BrokenPipeError:
            pass  # Nobody listens any more; the program matters, not the report.


def encode(value):
    if value is None or value is True or value is False:
        return {None: 'null', True: 'true', False: 'false'}[value]
    return quote(value) if isinstance(value, str) else '%d' % value


def open_place(place):
    if not place.startswith('fd:'):
        return os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fd = int(place[3:])
    if fd <= 2:
        return os.dup(fd)  # A standard stream is let go of later.
    os.set_inheritable(fd, False)
    return fd
