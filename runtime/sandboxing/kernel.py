"""The system calls Python 3.9 has no function for, raising OSError. Constants are from the kernel's uapi headers."""

import ctypes
import os

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_NOATIME, MS_NODIRATIME, MS_BIND, MS_REC, MS_PRIVATE, MS_RELATIME = 1024, 2048, 4096, 16384, 1 << 18, 1 << 21
MNT_DETACH = 2

AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SIGKILL = 9
CAP_SYS_ADMIN = 21

# pivot_root and keyctl; the newer calls have the same number everywhere.
MACHINE = os.uname().machine
PIVOT_ROOT, KEYCTL = {'x86_64': (155, 250), 'aarch64': (41, 219)}.get(MACHINE, (None, None))
MOUNT_SETATTR, LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF = 442, 444, 446
LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET = 1

libc = ctypes.CDLL(None, use_errno=True)
libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
libc.syscall.restype = ctypes.c_long


def check(result, *about):
    if result >= 0:
        return result
    number = ctypes.get_errno()
    raise OSError(number, os.strerror(number), *about)


def unshare(flags):
    check(libc.unshare(ctypes.c_int(flags)))


def mount(source, target, kind=None, flags=0, options=None):
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    data = None if options is None else os.fsencode(options)
    check(libc.mount(texts[0], texts[1], texts[2], flags, data), target)


def detach(target):
    check(libc.umount2(os.fsencode(target), MNT_DETACH), target)


def bind(source, target, readonly=False):
    """Makes a file or directory, with what is mounted below it, visible at a second place."""
    mount(source, target, flags=MS_BIND | MS_REC)
    if not readonly:
        return
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY, 0, 0, 0)
    try:
        arguments = [ctypes.c_char_p(os.fsencode(target)), ctypes.c_uint(AT_RECURSIVE), attributes, ctypes.c_size_t(32)]
        check(libc.syscall(ctypes.c_long(MOUNT_SETATTR), ctypes.c_int(AT_FDCWD), *arguments), target)
    except OSError:
        # Before Linux 5.12 a mount is made read-only one by one: without the mounts below it, none stays writable.
        detach(target)
        mount(source, target, flags=MS_BIND)
        make_readonly(target)


def make_readonly(target):
    """Makes one mount read-only, keeping the flags that a user namespace may not take away."""
    flags = os.statvfs(target).f_flag
    kept = flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)
    relative = MS_RELATIME if flags & 4096 else 0  # ST_RELATIME has another value than MS_RELATIME.
    mount(None, target, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | kept | relative)


def pivot_root(new, old):
    check(
        libc.syscall(ctypes.c_long(PIVOT_ROOT), ctypes.c_char_p(os.fsencode(new)), ctypes.c_char_p(os.fsencode(old))),
        new,
    )


def set_hostname(name):
    data = os.fsencode(name)
    check(libc.sethostname(data, ctypes.c_size_t(len(data))))


def raise_loopback():
    """Switches on `lo` of a new network namespace (SIOCGIFFLAGS and SIOCSIFFLAGS of netdevice(7))."""
    fd = check(libc.socket(2, 2 | 0o2000000, 0))
    try:
        request = ctypes.create_string_buffer(b'lo', 40)
        check(libc.ioctl(fd, ctypes.c_ulong(0x8913), request))
        flags = ctypes.c_short.from_buffer(request, 16)
        flags.value |= 1
        check(libc.ioctl(fd, ctypes.c_ulong(0x8914), request))
    finally:
        os.close(fd)


def die_with_parent():
    check(libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))


def forbid_core_dump():
    check(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))


def forbid_new_privileges():
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def join_new_keyring():
    """Leaves the caller's session keyring, which may hold its keys. A kernel without keyrings has none to leave."""
    if KEYCTL is not None:
        libc.syscall(ctypes.c_long(KEYCTL), ctypes.c_int(1), None)


def leave_abstract_sockets():
    """
    Abstract Unix sockets belong to the network, not to the file system: with the machine's network the program could
    talk to its daemons by them (CVE-2020-15257). Landlock scopes them off from Linux 6.12 on; says whether it did.
    """
    scoped = (ctypes.c_uint64 * 3)(0, 0, LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET)
    ruleset = libc.syscall(ctypes.c_long(LANDLOCK_CREATE_RULESET), scoped, ctypes.c_size_t(24), ctypes.c_uint(0))
    if ruleset < 0:
        return False
    done = libc.syscall(ctypes.c_long(LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint(0)) == 0
    os.close(ruleset)
    return done


def drop_bounding_set():
    last = int(read_text('/proc/sys/kernel/cap_last_cap', '40'))
    for capability in range(last + 1):
        check(libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))


def drop_capabilities():
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)  # Linux 4.3; before it there was no such set.
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, ourselves
    check(libc.capset(header, (ctypes.c_uint32 * 6)()))


def map_identity(inside, outside):
    """Maps the one user and group of a new user namespace (user_namespaces(7): setgroups must be denied first)."""
    write_text('/proc/self/setgroups', 'deny')
    write_text('/proc/self/uid_map', '%d %d 1' % (inside[0], outside[0]))
    write_text('/proc/self/gid_map', '%d %d 1' % (inside[1], outside[1]))


def needs_user_namespace(user):
    """Whether we lack the rights, or the identity, to do without one."""
    if os.geteuid() != 0 or not effective_capabilities() >> CAP_SYS_ADMIN & 1:
        return True
    return not (is_mapped('uid', user['uid']) and is_mapped('gid', user['gid']))


def in_first_user_namespace():
    return read_text('/proc/self/uid_map', '').split() == ['0', '0', '4294967295']


def is_mapped(kind, number):
    for line in read_text('/proc/self/%s_map' % kind, '').splitlines():
        first, _, size = (int(word) for word in line.split())
        if first <= number < first + size:
            return True
    return False


def effective_capabilities():
    for line in read_text('/proc/self/status', '').splitlines():
        if line.startswith('CapEff:'):
            return int(line.split()[1], 16)
    return 0


def read_text(path, otherwise):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return otherwise


def write_text(path, text):
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)
