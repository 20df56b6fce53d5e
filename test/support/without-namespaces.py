"""
Runs a program where no namespace can be made, as most containers' seccomp profiles and AppArmor rules have it: the kernel itself
refuses unshare and clone with new namespaces (EPERM) to it and all it starts.

    python without-namespaces.py PROGRAM [ARGUMENT …]
"""

import ctypes
import os
import platform
import struct
import sys

LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JSET|K, BPF_RET|K
ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026
UNSHARE, CLONE, CLONE3 = (272, 56, 435) if platform.machine() == 'x86_64' else (97, 220, 435)
NEW_NAMESPACES = 0x7E020000

program = [
    (LOAD, 0, 0, 0),
    (EQUAL, 5, 0, UNSHARE),
    (EQUAL, 5, 0, CLONE3),
    (EQUAL, 0, 2, CLONE),
    (LOAD, 0, 0, 16),
    (ANY_BIT, 1, 0, NEW_NAMESPACES),
    (RETURN, 0, 0, ALLOW),
    (RETURN, 0, 0, EPERM),
    (RETURN, 0, 0, ENOSYS),
]
code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *line) for line in program))
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
filter = struct.pack('HxxxxxxP', len(program), ctypes.addressof(code))
if libc.prctl(22, 2, filter, 0, 0):  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    sys.exit(os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[1], sys.argv[1:])
