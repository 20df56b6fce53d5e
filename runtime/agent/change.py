"""Every change to the host: one critical section, the epoch checked, the intent on the disk before, the outcome noted after."""

import journal
import lock
from home import Home
from refusal import Refusal, of_error


def change(step, prepare=None):
    """Wraps what changes the host. `prepare` does beforehand, outside of the section, what takes long and changes nothing yet."""

    def wrap(act):
        def run(request):
            home = Home(request["home"])
            facts = {"step": step, "release": request.get("release"), "epoch": request["epoch"]}
            try:
                if prepare:
                    prepare(home, request)
                with lock.critical(home):
                    lock.check(home, request["epoch"])
                    journal.append(home, phase="intent", **facts)
                    answer = act(home, request) or {}
                    note_done(home, facts)
                return answer
            except OSError as error:
                raise of_error(error) from error

        return run

    return wrap


def note_done(home, facts):
    """What is done is done, written down or not: what is so can be seen, and the next run looks."""
    try:
        journal.note(home, phase="done", **facts)
    except Refusal as refusal:
        if refusal.code != "disk-full":
            raise
