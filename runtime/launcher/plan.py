"""What is going to run. A plan is made first and carried out by supervise.py, so that a mistake is said before anything starts."""

import signal
from collections import namedtuple

# name: for the log; argv and environment: strings; directory: working directory; signals: those passed on besides the stopping
# ones; stop: the signal that ends it gracefully, None = the one received; ready: called until true before the next child starts.
Child = namedtuple("Child", "name argv environment directory signals stop ready", defaults=(None, None))

# children: in the order to start; stopped in the reverse one. notes: for the log. limit: seconds from the stopping signal until
# what is left is killed, None = never. reaps: whether the only child may be process 1 itself.
Plan = namedtuple("Plan", "children notes limit reaps", defaults=((), None, False))

# The actions of these are to end or to stop a process that does not handle them (signal(7)): only who asked for them gets them.
EVERY_SIGNAL = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTTIN, signal.SIGTTOU, signal.SIGWINCH)
