"""What the Python of a base image is: read from stdin by each candidate in the sandbox, answered as one line of JSON."""

import json
import os
import sys
import sysconfig


def libc():
    try:
        return os.confstr("CS_GNU_LIBC_VERSION")  # glibc 2.41; musl knows no such name
    except (ValueError, OSError):
        return None


print(
    json.dumps(
        {
            "implementation": sys.implementation.name,
            "version": "%d.%d.%d" % sys.version_info[:3],
            "executable": os.path.realpath(sys.executable),
            "library": sysconfig.get_path("stdlib"),
            "libc": libc(),
            "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        }
    )
)
