"""The system calls a web application never makes but an attack on the kernel does: refused with EPERM.

A list of what is forbidden, not of what is allowed as Docker's: it holds what Docker's default profile refuses to a
process without capabilities and what such a process could otherwise reach (new user namespaces above all). All
capabilities being gone, the kernel itself refuses the rest. Numbers are from the kernel's syscall tables.
"""

import ctypes
import errno

from sandboxing import kernel

AUDIT_ARCH = {'x86_64': 0xC000003E, 'aarch64': 0xC00000B7}

# name: (x86_64, aarch64)
FORBIDDEN = {
    'unshare': (272, 97),
    'setns': (308, 268),
    'mount': (165, 40),
    'umount2': (166, 39),
    'pivot_root': (155, 41),
    'open_tree': (428, 428),
    'move_mount': (429, 429),
    'fsopen': (430, 430),
    'fsconfig': (431, 431),
    'fsmount': (432, 432),
    'fspick': (433, 433),
    'mount_setattr': (442, 442),
    'add_key': (248, 217),
    'request_key': (249, 218),
    'keyctl': (250, 219),
    'bpf': (321, 280),
    'perf_event_open': (298, 241),
    'userfaultfd': (323, 282),
    'fanotify_init': (300, 262),
    'io_uring_setup': (425, 425),
    'io_uring_enter': (426, 426),
    'io_uring_register': (427, 427),
    'kexec_load': (246, 104),
    'kexec_file_load': (320, 294),
    'init_module': (175, 105),
    'finit_module': (313, 273),
    'delete_module': (176, 106),
    'open_by_handle_at': (304, 265),
    'lookup_dcookie': (212, 18),
    'quotactl': (179, 60),
    'swapon': (167, 224),
    'swapoff': (168, 225),
    'reboot': (169, 142),
    'acct': (163, 89),
    'syslog': (103, 116),
    'process_vm_writev': (311, 271),
    'vhangup': (153, 58),
    'move_pages': (279, 239),
    'nfsservctl': (180, 42),
}
CLONE, CLONE3, IOCTL = (56, 220), (435, 435), (16, 29)
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
NAMESPACES = (
    kernel.NEWNS | kernel.NEWCGROUP | kernel.NEWUTS | kernel.NEWIPC | kernel.NEWUSER | kernel.NEWPID | kernel.NEWNET
)

# Classic BPF (linux/filter.h) over struct seccomp_data {int nr; u32 arch; u64 ip; u64 args[6]}, little-endian.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCH, FIRST_ARGUMENT, SECOND_ARGUMENT = 0, 4, 16, 24
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
X32 = 0x40000000


class Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_ushort), ('instructions', ctypes.c_char_p)]


def install():
    """
    Puts the filter on this process and all it starts; False where the kernel or the processor has none we know of.
    """
    column = {'x86_64': 0, 'aarch64': 1}.get(kernel.MACHINE)
    if column is None:
        return False
    code = assemble(column)
    program = Program(len(code) // 8, code)
    return kernel.libc.prctl(kernel.PR_SET_SECCOMP, 2, ctypes.addressof(program), 0, 0) == 0


def assemble(column):
    lines = [
        (LOAD, 0, 0, ARCH),
        # 32-bit calls have other numbers: a filter that let them pass would be none. No image of ours makes any.
        (EQUAL, 1, 0, AUDIT_ARCH[kernel.MACHINE]),
        (RETURN, 0, 0, REFUSE | errno.ENOSYS),
        (LOAD, 0, 0, NUMBER),
    ]
    if column == 0:
        lines += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, REFUSE | errno.ENOSYS)]
    # What clone3 asks for lies in memory, where no filter can look; told ENOSYS, the C libraries use clone.
    lines += [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, REFUSE | errno.ENOSYS)]
    for numbers in FORBIDDEN.values():
        lines += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, REFUSE | errno.EPERM)]
    lines += [
        (EQUAL, 0, 4, CLONE[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 0, 1, NAMESPACES),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
        # Typing into the terminal of whoever started us.
        (EQUAL, 0, 4, IOCTL[column]),
        (LOAD, 0, 0, SECOND_ARGUMENT),
        (EQUAL, 1, 0, TIOCSTI),
        (EQUAL, 0, 1, TIOCLINUX),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    return b''.join(
        code.to_bytes(2, 'little') + bytes((yes, no)) + operand.to_bytes(4, 'little')
        for code, yes, no, operand in lines
    )
