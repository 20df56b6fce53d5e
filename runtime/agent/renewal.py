"""What is known of the certificate that nginx serves with, and when to look after it. Apart from how it is fetched, which loads much."""

import os
import time

import files

LOOK_AGAIN = 12 * 3600  # Seconds after which its server is asked once more when it wants it renewed.
TRY_AGAIN = 3600  # Between two tries: servers count failures.


def is_due(home):
    known = state(home)
    if "renew" not in known:
        return False  # The first one is whoever ships' to fetch, who reads why it fails.
    return time.time() >= min(known["renew"], known["asked"] + LOOK_AGAIN)


def state(home):
    """{names, directory, from, until, renew, asked} of the last one that was fetched; `failed` says why the next was not."""
    return files.read_json(state_file(home), {})


def state_file(home):
    return os.path.join(acme_place(home), "certificate.json")


def acme_place(home):
    return os.path.join(os.path.dirname(home.edge), "acme")
