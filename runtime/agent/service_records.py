"""What is known of an environment's services. Apart from what changes them: every look at a host asks."""

import os

import files


def records(home):
    """kind → record of every service that was started here before."""
    try:
        names = sorted(os.listdir(home.services))
    except FileNotFoundError:
        return {}
    found = {name: files.read_json(home.service(name, "record.json")) for name in names}
    return {name: record for name, record in found.items() if record is not None}
