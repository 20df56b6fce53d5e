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
from wherry_listening import listened_on  # noqa: E402
from wherry_proof import report, watch  # noqa: E402


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
    except SystemExit as leaving:
        report(None if leaving.code in (None, 0) else leaving.with_traceback(of_script(leaving.__traceback__)))
    except BaseException:  # Streamlit's st.stop().
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
    while not any(listened_on(os.getpid())):
        time.sleep(0.1)
    report()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
