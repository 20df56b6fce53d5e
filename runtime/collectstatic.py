"""Collects Django's static files while the image is made, and says where they are.

    python collectstatic.py SETTINGS DEFAULT_ROOT

Run in the app's directory with its sys.path. A project without STATIC_ROOT gets DEFAULT_ROOT. Prints one JSON object as its last line:
{"url": "/static/", "root": "/app/staticfiles"}, with url null when another host serves the files.
"""

import json
import os
import sys


def main(settings_module, default_root):
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
    root = os.path.abspath(settings.STATIC_ROOT)
    print(json.dumps({"url": url if local else None, "root": root}))


if __name__ == "__main__":
    main(*sys.argv[1:])
