"""Turns the forked process into the sandboxed program: namespaces, file system, identity, no rights, then exec."""

import errno
import os
import sys

import _signal as signals

from sandboxing import kernel, root, seccomp
from sandboxing.failure import Failure, step


def become(spec, cgroup, rootless, failure):
    """
    Executes the program and does not return, unless the spec only probes. `failure` is the descriptor that stays open
    until then.
    """
    sys.path.clear()  # Nothing may be imported from here on: the next file of that name would be the image's.
    with step('namespaces'):
        cgroup.enter()
        os.setsid()
        os.umask(0o022)
        isolated = kernel.NEWNET if spec['network'] == 'none' else 0
        kernel.unshare(kernel.NEWNS | kernel.NEWIPC | kernel.NEWUTS | kernel.NEWCGROUP | isolated)
        kernel.set_hostname(spec['hostname'])
        if isolated:
            kernel.raise_loopback()
    root.enter(spec, cgroup)
    kernel.join_new_keyring()
    close_others(failure)
    with step('identity'):
        assume(spec, rootless)
    enter_directory(spec['cwd'])
    with step('exec'):
        kernel.forbid_new_privileges()
        if spec['network'] == 'host':
            kernel.leave_abstract_sockets()
        seccomp.install()
        if spec.get('probe'):
            return
        reset_signals()
        execute(spec['argv'], spec['env'])


def execute(argv, env):
    """As execvp(3), with the PATH of the given environment; os.execvpe imports a module first."""
    program = argv[0]
    directories = [''] if '/' in program else env.get('PATH', '/usr/local/bin:/usr/bin:/bin').split(':')
    denied = None
    for directory in directories:
        try:
            os.execve(os.path.join(directory, program), argv, env)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError as error:
            denied = error
    raise denied or FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), program)


def assume(spec, rootless):
    """
    Becomes the user and gives up every capability, the bounding set included.

    A writable root must belong to the user, and a normal user can map one identity only: in both cases a user namespace
    inside shows the owner of all files under the wanted number. Otherwise root simply becomes the user and the files
    stay root's.
    """
    uid, gid = spec['user']['uid'], spec['user']['gid']
    owns_root = rootless or spec['root'] != 'read-only'
    if not rootless:
        os.setgroups([])
    if owns_root and (uid, gid) != (0, 0):
        kernel.unshare(kernel.NEWUSER)
        kernel.map_identity((uid, gid), (0, 0))
        kernel.drop_bounding_set()
    else:
        kernel.drop_bounding_set()
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    kernel.drop_capabilities()


def enter_directory(path):
    """
    As the user, whose rights count; a path that leads out of the new root is refused by name, as CVE-2024-21626 taught.
    """
    with step('cwd'):
        if not path.startswith('/') or path.startswith('/proc/'):
            raise Failure('cwd', text='%s is no working directory' % path, errno_name='EINVAL')
        os.chdir(path)
        if not os.getcwd().startswith('/'):
            raise Failure('cwd', text='%s lies outside of the image' % path, errno_name='EINVAL')


def close_others(kept):
    """Closes every inherited descriptor but the standard ones: a directory of the machine would be a way out."""
    for fd in [int(name) for name in os.listdir('/proc/self/fd')]:
        if fd > 2 and fd != kept:
            try:
                os.close(fd)
            except OSError:
                pass  # The one listdir itself had open.


def reset_signals():
    """Python ignores SIGPIPE and the keeper blocked what it waits for; the program starts with a clean table."""
    for number in signals.valid_signals():
        try:
            signals.signal(number, signals.SIG_DFL)
        except (OSError, ValueError):
            pass  # SIGKILL, SIGSTOP and those the C library keeps for itself.
    signals.pthread_sigmask(signals.SIG_SETMASK, ())
