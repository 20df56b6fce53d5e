"""
Says in a file, where WHERRY_PROOF asks for it, whether the app could be loaded: the image step reads it, so that no image ships whose
app object is missing or of the wrong interface.
"""

import faulthandler
import json
import os
import traceback

HEAD = "Traceback (most recent call last):\n"


def watch():
    """Some apps wait for a service while they are imported. After WHERRY_PROOF_PATIENCE seconds a file beside says where this one stands."""
    path, seconds = os.environ.get("WHERRY_PROOF"), os.environ.get("WHERRY_PROOF_PATIENCE")
    if not (path and seconds):
        return
    try:
        faulthandler.dump_traceback_later(float(seconds), file=os.open(path + ".waits", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    except OSError:
        pass  # Another worker is watched already.


def report(error=None):
    """Whoever comes first is believed: several workers load the same app."""
    path = os.environ.get("WHERRY_PROOF")
    if not path:
        return
    faulthandler.cancel_dump_traceback_later()
    answer = {"ok": error is None}
    if error is not None:
        answer.update(
            error=type(error).__name__,
            # Importing a module that is not there is final; an ImportError of another kind is one of its parents.
            kinds=[kind.__name__ for kind in type(error).__mro__],
            message=str(error)[:2000],
            module=getattr(error, "name", None) if isinstance(error, ImportError) else None,
            trace=trace_of(error)[-20000:],
        )
    try:
        with open(path, "x", encoding="utf-8", errors="backslashreplace") as stream:
            json.dump(answer, stream)
    except OSError:
        pass


def trace_of(error):
    """The traceback without the frames of the launcher and of the import system, which tell nothing of the app."""
    told = traceback.TracebackException.from_exception(error)
    trim(told, set())
    text = "".join(told.format())
    # By its first line a traceback is known from the rest of a log, also one of which no frame is left.
    return text if HEAD in text else HEAD + text


def trim(told, seen):
    """Of what it was raised from, too."""
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    here = os.path.dirname(os.path.abspath(__file__))
    told.stack[:] = [frame for frame in told.stack if "importlib" not in frame.filename and os.path.dirname(frame.filename) != here]
    for inner in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        trim(inner, seen)
