"""
Runs the script of an app that is its own server, and says in the file WHERRY_PROOF whether that works: without network, before an image
ships. It works once the script is through (Streamlit runs it for each visit, and serves whatever becomes of it) or something listens.

    python script.py SCRIPT [ARGUMENT ...]      in the app's environment and working directory
"""

import os
import runpy
import sys
import threading
import time

sys.path[0] = "/wherry/launcher/app"
from wherry_proof import report, watch  # noqa: E402

LISTENING = "0A"  # TCP_LISTEN of the kernel's net/tcp_states.h.


def main(script, *_):
    script = os.path.abspath(script)
    sys.path[0] = os.path.dirname(script)  # As Python does for a script of its own.
    sys.argv = sys.argv[1:]
    watch()
    threading.Thread(target=end_when_listening, daemon=True).start()
    try:
        runpy.run_path(script, run_name="__main__")
    except Exception as error:
        report(error.with_traceback(of_script(error.__traceback__)))
    except BaseException:  # Streamlit's st.stop(), and sys.exit().
        report()
    else:
        report()
    os._exit(0)  # Threads it started may go on for ever.


def of_script(trace):
    """The frames from the script on: those above are ours."""
    while trace and ("runpy" in trace.tb_frame.f_code.co_filename or trace.tb_frame.f_code.co_filename == __file__):
        trace = trace.tb_next
    return trace


def end_when_listening():
    while not listening() & {place for pid in family(os.getpid()) for place in sockets_of(pid)}:
        time.sleep(0.1)
    report()
    os._exit(0)


def listening():
    """Listening sockets of this network, as the links in /proc/PID/fd name them (proc(5))."""
    rows = [line.split() for table in ("tcp", "tcp6") for line in read("/proc/net/" + table).splitlines()[1:]]
    return {"socket:[%s]" % row[9] for row in rows if row[3] == LISTENING}


def family(pid):
    """The process and all it has started."""
    yield pid
    for child in read("/proc/%d/task/%d/children" % (pid, pid)).split():
        yield from family(int(child))


def sockets_of(pid):
    directory = "/proc/%d/fd" % pid
    try:
        names = os.listdir(directory)
    except OSError:
        return  # It has ended.
    for name in names:
        try:
            yield os.readlink(os.path.join(directory, name))
        except OSError:
            continue


def read(file):
    try:
        with open(file, encoding="ascii") as stream:
            return stream.read()
    except OSError:
        return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
