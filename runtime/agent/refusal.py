"""A request that is answered with a reason instead of being carried out. The caller turns the code into words."""

import errno

FULL = (errno.ENOSPC, errno.EDQUOT)


class Refusal(Exception):
    def __init__(self, code, **facts):
        super().__init__(code)
        self.code = code
        self.facts = facts


def of_error(error):
    """What the kernel said no to, as a refusal: a full disk is the one that users meet and can mend."""
    code = "disk-full" if error.errno in FULL else "host-error"
    return Refusal(code, path=error.filename if isinstance(error.filename, str) else None, detail=error.strerror or str(error))
