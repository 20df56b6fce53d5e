"""The keeper: the process on the machine that makes a sandbox, looks after it, and ends as its program ends."""

import os

import _signal as signals  # The C module: `signal` imports enum, a good part of our start time.

from sandboxing import kernel
from sandboxing.cgroup import Cgroup
from sandboxing.failure import Failure, step
from sandboxing.program import become
from sandboxing.report import Report

FORWARDED = (
    signals.SIGHUP,
    signals.SIGINT,
    signals.SIGQUIT,
    signals.SIGTERM,
    signals.SIGUSR1,
    signals.SIGUSR2,
    signals.SIGWINCH,
)
KILL_ALL = signals.SIGALRM
WAITED = FORWARDED + (signals.SIGCHLD, KILL_ALL)


def run(spec, report_place):
    """Runs the sandbox a spec describes and ends this process as the program ended; never returns."""
    report = Report(report_place)
    try:
        status = keep(spec, report)
    except Failure as failure:
        report.failed(failure)
        os._exit(exit_code(failure))
    except (KeyError, TypeError, ValueError, OSError) as error:
        report.failed(Failure('spec', error))
        os._exit(125)
    end_as(status)


def keep(spec, report):
    """Makes the cgroup, starts the guard, forwards signals, and tidies up when all is over."""
    signals.pthread_sigmask(signals.SIG_BLOCK, WAITED)
    rootless = kernel.needs_user_namespace(spec['user'])
    uid, gid = os.geteuid(), os.getegid()
    cgroup = Cgroup.make(spec.get('memoryLimit'), spec.get('pidsLimit'))
    try:
        with step('namespaces'):
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
        report.started(cgroup)
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
    """
    The guard, process 1 of the outer pid namespace: starts the program in an inner one and says how it ended. Never
    returns.
    """
    try:
        kernel.die_with_parent()
        if is_closed(alive):
            os._exit(125)  # The keeper was gone before the line above: nobody would ever kill us.
        with step('namespaces'):
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


def is_closed(fd):
    """Whether nobody holds the writing end of this pipe any more."""
    os.set_blocking(fd, False)
    try:
        return os.read(fd, 1) == b''
    except BlockingIOError:
        return False


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
