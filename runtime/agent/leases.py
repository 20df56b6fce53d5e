"""Taking, keeping and giving back the lock."""

import journal
import lock
import look
from home import Home
from refusal import Refusal, of_error


def acquire(request):
    """
    Nothing is granted on a host whose state cannot be read or whose disk is full: it is refused before anything is changed. Whoever is
    granted the lock is told what is so in the same answer.
    """
    home = Home(request["home"])
    home.create()
    force = request.get("force", False)
    try:
        with lock.critical(home):
            records = read(home, force)
            seen = look.observe(request)
            epoch = lock.acquire(home, request["owner"], request["ttl"], request.get("pid"), force)
            try:
                home.reserve_space()
            except Refusal:
                if not force:
                    lock.release(home, epoch)
                    raise
            journal.keep_short(home, records)
            return {"epoch": epoch, "seen": seen}
    except OSError as error:
        raise of_error(error) from error


def read(home, force):
    try:
        return journal.read(home)
    except Refusal as refusal:
        if refusal.code != "corrupt-journal" or not force:
            raise
        journal.rebuild(home)
        return journal.read(home)


def renew(request):
    home = Home(request["home"])
    with lock.critical(home):
        lock.renew(home, request["epoch"], request["ttl"])
    return {}


def release(request):
    home = Home(request["home"])
    with lock.critical(home):
        lock.release(home, request["epoch"])
    return {}
