"""The certificate that nginx serves an app's names with, where an ACME server gives it: fetched and renewed in time by the host itself.

    edge/conf/certificate.pem     its key, it and those that signed it: one file, so that they always fit; at first nobody's
    edge/conf/challenges/         what the ACME server is shown
    edge/acme/                    account.key, certificate.json (renewal.py)
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
    if os.path.exists(live(home)):
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
                known.pop("failed", None)
                if time.time() < known["renew"]:
                    files.write_json(state_file(home), known)
                    return {"outcome": "kept", **known}
            return {"outcome": "issued", **fetch(home, acme, wish, listen["names"])}
        except (Refusal, KeyError, TypeError, ValueError) as error:
            odd = f"{wish['directory']} does not answer as an ACME server: {error!r}"
            refusal = error if isinstance(error, Refusal) else Refusal("certificate-not-issued", detail=odd)
            files.write_json(state_file(home), {**known, "failed": refusal.facts})
            raise refusal from None


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
            install(home, key, chain, os.stat(live(home)).st_uid)
    finally:
        for name in os.listdir(challenges(home)):
            files.remove(os.path.join(challenges(home), name))
    tell_nginx(home)
    known = {"names": names, "directory": wish["directory"], **life(home, acme)}
    files.write_json(state_file(home), known)
    return known


def life(home, acme):
    """From when to when it counts, and when it is renewed: at a moment of the window its server suggests, else after two thirds."""
    facts = openssl.describe(live(home))
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
    with open(key, encoding="ascii") as file:
        pem = file.read() + chain
    files.write(live(home), pem.encode(), 0o400, owner if os.geteuid() == 0 else None)


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


def live(home):
    return os.path.join(home.edge_conf, "certificate.pem")
