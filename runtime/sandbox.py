"""Runs one program in a sandbox of Linux namespaces over unpacked image layers: the engine that needs no daemon.

    python3 -I -S -X utf8 sandbox.py SPEC [REPORT]

SPEC and REPORT are paths, or `fd:N` for an inherited descriptor. Standard library only, Python 3.9 or newer.

SPEC is a JSON object. All paths are absolute; those on the left of an arrow are of the machine, those on the right of the sandbox.

    layers      [path]                  unpacked layer directories, lowest first; at most 500
    argv        [text]                  the program, looked up in env's PATH when it has no slash; it becomes process 1
    env         {name: text}            its whole environment
    user        {uid, gid}              its numeric identity
    cwd         path                    its working directory; must exist in the image or be a mount
    root        "read-only"             the image as it is
                "discarded"             writable, in memory, gone at the end
                {"upper": path}         writable; what was written stays in this directory in overlayfs form. `path` + ".work"
                                        beside it is used meanwhile
    mounts      [{from -> to, readonly}]   files or directories of the machine (sub-mounts included)
    tmpfs       [{to, size}]            empty directories in memory, mode 1777, size in bytes; /tmp (1 GiB) and /run (64 MiB) are
                                        always there unless listed here or covered by a mount
    network     "host" | "none"         none: a loopback of its own and nothing else
    hostname    text
    memoryLimit bytes | null            memory and swap together, enforced where a cgroup can be made (see the report)
    pidsLimit   number | null           processes and threads, likewise
    scratch     path                    an existing directory that holds none of the above; used as a mount point, never written to
    parent      pid | null              who must be our parent: refuses to start when that one is gone already
    probe       true | absent           set everything up, then end with 0 instead of starting argv

In a writable root every file belongs to the user, whoever runs the sandbox; in a read-only root files belong to root when root
runs it and to the user when a normal user does (who can map one identity only).

REPORT gets one JSON object per line:

    {"event": "started", "pid": P, "memory": L, "pids": L}       the program runs; L is "enforced", "unavailable" or null
    {"event": "failed", "step": S, "errno": "EPERM", "text": T}  the program was not started; S is one of the names in STEPS
    {"event": "ended", "code": N, "signal": M, "outOfMemory": B} code or signal is null

Three processes make a sandbox. The *keeper* (this one, in the machine's namespaces) forwards SIGHUP, INT, QUIT, TERM, USR1, USR2
and WINCH, ends as the program ended, and removes the cgroup. SIGALRM tells it to kill the sandbox and tidy up, which SIGKILL would
not let it do. It dies with its parent (the thread that forked it, says prctl(2): start it from a thread that stays). The *guard* is process 1 of an outer pid
namespace and dies with the keeper, by PR_SET_PDEATHSIG, which the program could undo were it set on itself; the kernel then kills
all that lives in the namespace. The *program* is process 1 of an inner pid namespace. All mounts are private to it and go with it,
so `kill -9` of any of the three leaves no process and no mount. An empty cgroup left by a killed keeper is removed by the next one.

Exit code: the program's; its signal is raised again; 125 the sandbox could not be made, 126 the program cannot be executed, 127
it does not exist (as docker run has it).
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import _signal as signals  # The C module: `signal` imports enum, a fifth of our start time.
import json
import select

from sandboxing import kernel
from sandboxing.cgroup import Cgroup
from sandboxing.failure import Failure
from sandboxing.program import become

STEPS = ('spec', 'parent', 'namespaces', 'scratch', 'overlay', 'root', 'mount', 'proc', 'identity', 'cwd', 'exec')

FORWARDED = (signals.SIGHUP, signals.SIGINT, signals.SIGQUIT, signals.SIGTERM, signals.SIGUSR1, signals.SIGUSR2, signals.SIGWINCH)
KILL_ALL = signals.SIGALRM
WAITED = FORWARDED + (signals.SIGCHLD, KILL_ALL)


def main(arguments):
    """Runs the sandbox described by a spec and returns its wait status, or an exit code of our own shifted into that form."""
    report = Report(arguments[1] if len(arguments) > 1 else None)
    try:
        spec = json.loads(read(arguments[0]))
        status = keep(spec, report)
    except Failure as failure:
        report.failed(failure)
        return exit_code(failure) << 8
    except (IndexError, ValueError, OSError) as error:
        report.failed(Failure('spec', error))
        return 125 << 8
    return status


def keep(spec, report):
    """The keeper: makes the cgroup, starts the guard, forwards signals, and tidies up when all is over."""
    signals.pthread_sigmask(signals.SIG_BLOCK, WAITED)
    rootless = kernel.needs_user_namespace(spec['user'])
    uid, gid = os.geteuid(), os.getegid()
    cgroup = Cgroup.make(spec.get('memoryLimit'), spec.get('pidsLimit'))
    try:
        with Failure.step('namespaces'):
            kernel.unshare(kernel.NEWPID | (kernel.NEWUSER if rootless else 0))
            if rootless:
                kernel.map_identity((0, 0), (uid, gid))
        die_with_parent(spec.get('parent'))
        alive, status, failure = os.pipe(), os.pipe(), os.pipe()
        guard = os.fork()
        if guard == 0:
            close(alive[1], status[0], failure[0])
            run_guarded(spec, cgroup, rootless, alive[0], status[1], failure[1])
        close(alive[0], status[1], failure[1])
        told = read_all(failure[0])
        if told:
            os.waitpid(guard, 0)
            raise Failure.parse(told)
        leave_streams()
        report.write(event='started', pid=os.getpid(), memory=cgroup.memory, pids=cgroup.pids)
        forward_until_end(guard)
        ended = read_all(status[0])
        # A guard that says nothing was killed, and everything in its namespace with it.
        wait_status = int(ended) if ended else signals.SIGKILL
        report.ended(wait_status, cgroup.out_of_memory())
        return wait_status
    finally:
        cgroup.remove()
        remove_work(spec)


def run_guarded(spec, cgroup, rootless, alive, status, failure):
    """The guard, process 1 of the outer pid namespace: starts the program in an inner one and says how it ended. Never returns."""
    try:
        kernel.die_with_parent()
        if select.select([alive], [], [], 0)[0]:
            os._exit(125)  # The keeper was gone before the line above: nobody would ever kill us.
        with Failure.step('namespaces'):
            kernel.unshare(kernel.NEWPID)
        program = os.fork()
        if program == 0:
            close(status, alive)
            become(spec, cgroup, rootless, failure)
            os._exit(0)
        os.close(failure)
        leave_streams()
        wait_status = forward_until_end(program)
        os.write(status, b'%d' % wait_status)
        os._exit(0)
    except Failure as error:
        os.write(failure, error.encode())
    except BaseException as error:  # A mistake of ours must reach the report too.
        os.write(failure, Failure('namespaces', error).encode())
    finally:
        os._exit(125)


def forward_until_end(child):
    """Forwards signals to a child until it ends, reaping everything else; the child's wait status."""
    while True:
        received = signals.sigwaitinfo(WAITED).si_signo
        if received != signals.SIGCHLD:
            os.kill(child, signals.SIGKILL if received == KILL_ALL else received)
            continue
        while True:
            pid, wait_status = os.waitpid(-1, os.WNOHANG)
            if pid == child:
                return wait_status
            if pid == 0:
                break


def leave_streams():
    """Lets go of the program's streams, so that who is at their other end sees when the program closes them."""
    nothing = os.open('/dev/null', os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    os.close(nothing)


def die_with_parent(expected):
    kernel.die_with_parent()
    if expected is not None and os.getppid() != expected:
        raise Failure('parent', text='whoever asked for this sandbox has ended')


class Report:
    """Where the outcome is told: lines of JSON for a program, or a line on stderr for a person."""

    def __init__(self, place):
        self.fd = None if place is None else open_place(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, **event):
        if self.fd is None:
            return
        try:
            os.write(self.fd, json.dumps(event).encode() + b'\n')
        except BrokenPipeError:
            pass  # Nobody listens any more; the program matters, not the report.

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


def open_place(place, flags):
    if not place.startswith('fd:'):
        return os.open(place, flags | os.O_CLOEXEC, 0o600)
    fd = int(place[3:])
    if fd <= 2:
        return os.dup(fd)  # A standard stream is let go of later.
    os.set_inheritable(fd, False)
    return fd


def read(place):
    fd = open_place(place, os.O_RDONLY)
    return read_all(fd)


def read_all(fd):
    with open(fd, 'rb') as stream:
        return stream.read()


def close(*fds):
    for fd in fds:
        os.close(fd)


def remove_work(spec):
    """overlayfs leaves its work directory behind, closed to everyone and sometimes with a whiteout in it."""
    root = spec.get('root')
    if isinstance(root, dict) and os.path.isdir(root['upper'] + '.work'):
        remove_tree(root['upper'] + '.work')


def remove_tree(directory):
    try:
        os.chmod(directory, 0o700)
        for entry in os.scandir(directory):
            if entry.is_dir(follow_symlinks=False):
                remove_tree(entry.path)
            else:
                os.unlink(entry.path)
        os.rmdir(directory)
    except OSError:
        pass  # The caller's directory, and theirs to clear when we cannot.


def exit_code(failure):
    if failure.name != 'exec':
        return 125
    return 127 if failure.errno in ('ENOENT', 'ENOTDIR') else 126


def end_as(status):
    """Ends this process as the program ended: the same code, or the same signal."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        kernel.forbid_core_dump()
        if number != signals.SIGKILL:
            signals.signal(number, signals.SIG_DFL)
        signals.pthread_sigmask(signals.SIG_SETMASK, ())
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


if __name__ == '__main__':
    end_as(main(sys.argv[1:]))
