"""What the launcher says: on stderr, because stdout belongs to the app."""

import sys

EX_CONFIG = 78  # sysexits.h: something was found in an unconfigured or misconfigured state


class LauncherError(Exception):
    def __init__(self, text, code=EX_CONFIG):
        super().__init__(text)
        self.code = code


def say(text):
    print("wherry: " + text, file=sys.stderr, flush=True)
