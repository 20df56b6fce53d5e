"""The certificate that nginx serves an app's names with, where an ACME server gives it: fetched and renewed in time by the host itself.

    edge/conf/certificate.pem, .key     what nginx reads; at first a placeholder
    edge/conf/challenges/               what the ACME server is shown
    edge/acme/                          account.key, certificate.json (renewal.py)
"""

import contextlib
import fcntl
import hashlib
import os
import ssl
import time

import ask
import files
import openssl
from acme import Acme
from home import Home
from refusal import Refusal
from renewal import acme_place, state, state_file

LET_GO = 1 / 3  # Of its life is left when a certificate is renewed, where its server says nothing.


def prepare(home, names, owner):
    """What nginx can start with; a certificate that is there stays."""
    os.makedirs(challenges(home), mode=0o755, exist_ok=True)
    os.makedirs(acme_place(home), mode=0o700, exist_ok=True)
    if os.path.exists(live(home, "pem")):
        return
    with new_key(home) as key:
        install(home, key, openssl.self_signed(key, names), owner)


def certify(request):
    """Fetches a certificate when there is none for these names, or its time to be renewed has come. nginx takes it up without a restart."""
    home = Home(request["home"])
    listen = (files.read_json(home.edge) or {}).get("listen", {})
    wish = listen.get("tls", {}).get("acme")
    if wish is None:
        return {"outcome": "none"}
    with locked(home):
        known = state(home)
        try:
            acme = Acme(wish["directory"], account_of(home), wish["roots"])
            if is_for(known, wish, listen["names"]):
                known = {**known, **life(home, acme)}
                if time.time() < known["renew"]:
                    files.write_json(state_file(home), known)
                    return {"outcome": "kept", **known}
            return {"outcome": "issued", **fetch(home, acme, wish, listen["names"])}
        except Refusal as refusal:
            files.write_json(state_file(home), {**known, "failed": {"at": time.time(), **refusal.facts}})
            raise


def renew(path):
    """As the holder starts it: what it says is read in the logs."""
    try:
        answer = certify({"home": path})
        print(f"certificate: {answer['outcome']}", flush=True)
        return 0
    except Refusal as refusal:
        print(f"certificate: {refusal.code} {refusal.facts.get('name', '')} {refusal.facts.get('detail', '')}", flush=True)
        return 1


def account_of(home):
    account = os.path.join(acme_place(home), "account.key")
    if not os.path.exists(account):
        files.write(account, openssl.new_key().encode())
    return account


def fetch(home, acme, wish, names):
    acme.enter(wish["email"])
    try:
        with new_key(home) as key:
            chain = acme.certify(names, openssl.request(key, names), lambda name, text: publish(home, name, text))
            install(home, key, chain, os.stat(live(home, "key")).st_uid)
    finally:
        for name in os.listdir(challenges(home)):
            files.remove(os.path.join(challenges(home), name))
    tell_nginx(home)
    known = {"names": names, "directory": wish["directory"], **life(home, acme)}
    files.write_json(state_file(home), known)
    return known


def life(home, acme):
    """From when to when it counts, and when it is renewed: at a moment of the window its server suggests, else after two thirds."""
    facts = openssl.describe(live(home, "pem"))
    start, until = ssl.cert_time_to_seconds(facts["notBefore"]), ssl.cert_time_to_seconds(facts["notAfter"])
    renew = until - (until - start) * LET_GO
    with contextlib.suppress(Refusal, KeyError, ValueError):
        window = acme.window(facts)
        if window is not None:
            # Its place in the window is its own, so that not all certificates of the world are renewed at once.
            part = int.from_bytes(hashlib.sha256(facts["serial"].encode()).digest()[:4], "big") / 2**32
            renew = min(window[0] + (window[1] - window[0]) * part, renew)
    return {"from": start, "until": until, "renew": renew, "asked": time.time()}


def install(home, key, chain, owner):
    """The key first: nginx reads both only when it is told to."""
    with open(key, "rb") as file:
        files.write(live(home, "key"), file.read(), 0o400)
    if owner is not None and os.geteuid() == 0:
        os.chown(live(home, "key"), owner, owner)
    files.write(live(home, "pem"), chain.encode(), 0o644)


def publish(home, name, text):
    files.write(os.path.join(challenges(home), name), text.encode(), 0o644)


def tell_nginx(home):
    ask.holder(home, {"do": "signal", "group": "edge", "signal": "HUP"}, start=False)


@contextlib.contextmanager
def new_key(home):
    path = os.path.join(acme_place(home), "new.key")
    files.write(path, openssl.new_key().encode())
    try:
        yield path
    finally:
        files.remove(path)


@contextlib.contextmanager
def locked(home):
    """Whoever ships and the holder may ask at the same moment."""
    os.makedirs(acme_place(home), mode=0o700, exist_ok=True)
    descriptor = os.open(os.path.join(acme_place(home), "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_for(known, wish, names):
    return "renew" in known and known["names"] == names and known["directory"] == wish["directory"]


def challenges(home):
    return os.path.join(home.edge_conf, "challenges")


def live(home, kind):
    return os.path.join(home.edge_conf, f"certificate.{kind}")
