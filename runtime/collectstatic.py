"""Collects Django's static files while the image is made, and says where they are and which sources that took.

    python collectstatic.py SETTINGS DEFAULT_ROOT ANSWER

Run in the app's directory, with its directories in PYTHONPATH. A project without STATIC_ROOT gets DEFAULT_ROOT. Writes to the file ANSWER:

    {"url": "/static/",            null when another host serves the files
     "root": "/app/staticfiles",
     "reads": ["/app/shop/settings.py", ...],    every file that was opened, as far as this interpreter knows
     "traced": true}               false when another program was started, whose files nobody knows
"""

import json
import os
import sys

STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.startfile"}


class Trace:
    """Hears of every file that Python opens (PEP 578), the sources and the bytecode of imports among them."""

    def __init__(self):
        self.reads = set()
        self.traced = True
        sys.addaudithook(self.hear)

    def hear(self, event, args):
        if event == "open":
            path = args[0]
            if isinstance(path, (str, bytes)):
                self.reads.add(os.path.join(os.getcwd(), os.fsdecode(path)))
        elif event in STARTS:
            self.traced = False


def main(settings_module, default_root, answer):
    trace = Trace()
    os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
    sys.path[0] = os.getcwd()

    import django
    from django.conf import settings
    from django.core.management import call_command

    if not settings.STATIC_ROOT:
        settings.STATIC_ROOT = default_root
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    url = settings.STATIC_URL or ""
    local = url.startswith("/") and not url.startswith("//") and url != "/"
    facts = {
        "url": url if local else None,
        "root": os.path.abspath(settings.STATIC_ROOT),
        # A copy: threads that the app has started may open more.
        "reads": sorted(os.path.normpath(path) for path in trace.reads.copy()),
        "traced": trace.traced,
    }
    with open(answer, "w", encoding="utf-8", errors="surrogateescape") as stream:
        json.dump(facts, stream)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # A thread that an AppConfig has started may go on for ever.
