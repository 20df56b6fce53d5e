"""A client of ACME servers (RFC 8555), such as Let's Encrypt: proves by HTTP-01 (§8.3) that the names lead here, and fetches a certificate."""

import base64
import datetime
import hashlib
import json
import re
import ssl
import time
import urllib.error
import urllib.request

import openssl
from refusal import Refusal

LARGEST = 1 << 20
ATTEMPTS = 10  # With nonces that the server does not take.
PATIENCE = 120  # Seconds an order may take.
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}\Z")


class Acme:
    def __init__(self, directory, account, roots=None):
        """`account` is the file of the account's key; `roots` what the server itself is trusted by, as PEM, instead of the system's."""
        self.trust = ssl.create_default_context(cadata=roots)
        self.account, self.kid, self.nonces = account, None, []
        x, y = openssl.point(account)
        self.jwk = {"crv": "P-256", "kty": "EC", "x": encoded(x), "y": encoded(y)}
        self.places = self.send(directory)[0]

    def enter(self, email):
        """Makes the account, or finds it: it is known by its key (§7.3)."""
        contact = {"contact": [f"mailto:{email}"]} if email else {}
        _, headers = self.ask(self.places["newAccount"], {"termsOfServiceAgreed": True, **contact})
        self.kid = headers["Location"]

    def certify(self, names, request, publish):
        """The chain of a certificate for a request, as PEM. `publish` puts a file of that name and text where the names lead."""
        order, headers = self.ask(self.places["newOrder"], {"identifiers": [{"type": "dns", "value": name} for name in names]})
        place = headers["Location"]
        for authorization in order["authorizations"]:
            self.prove(authorization, publish)
        self.wait(place, "ready")
        self.ask(order["finalize"], {"csr": encoded(request)})
        done = self.wait(place, "valid")
        return self.ask(done["certificate"], None, text=True)[0]

    def prove(self, place, publish):
        authorization, _ = self.ask(place, None)
        if authorization["status"] == "valid":
            return
        challenge = next((each for each in authorization["challenges"] if each["type"] == "http-01"), None)
        if challenge is None or not TOKEN.match(challenge["token"]):
            raise Refusal("certificate-not-issued", detail="the server offers no proof by HTTP", name=authorization["identifier"]["value"])
        publish(challenge["token"], f"{challenge['token']}.{self.thumbprint()}")
        self.ask(challenge["url"], {})
        self.wait(place, "valid")

    def wait(self, place, status):
        deadline = time.monotonic() + PATIENCE
        while True:
            found, headers = self.ask(place, None)
            if found["status"] == status:
                return found
            if found["status"] == "invalid":
                raise Refusal("certificate-not-issued", **failure(found))
            if time.monotonic() > deadline:
                raise Refusal("certificate-not-issued", detail=f"no answer within {PATIENCE} s")
            said = headers.get("Retry-After", "")
            time.sleep(min(5.0, float(said)) if said.isdigit() else 0.5)

    def window(self, certificate):
        """When the server wants it renewed, as two times (RFC 9773 §4.2); None where it says nothing."""
        if "renewalInfo" not in self.places or certificate["authority"] is None:
            return None
        serial = bytes.fromhex(certificate["serial"].rjust(len(certificate["serial"]) + len(certificate["serial"]) % 2, "0"))
        if serial[0] > 127:
            serial = b"\0" + serial
        name = f"{encoded(bytes.fromhex(certificate['authority'].replace(':', '')))}.{encoded(serial)}"
        window = self.send(f"{self.places['renewalInfo'].rstrip('/')}/{name}")[0]["suggestedWindow"]
        return [moment(window["start"]), moment(window["end"])]

    def thumbprint(self):
        """RFC 7638."""
        return encoded(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())

    def ask(self, url, payload, text=False):
        """A signed request; a payload of None only fetches (§6.3). A nonce the server does not know any more is asked for anew (§6.5)."""
        for attempt in range(ATTEMPTS):
            protected = {"alg": "ES256", "nonce": self.nonce(), "url": url, **({"kid": self.kid} if self.kid else {"jwk": self.jwk})}
            head, body = encoded(json.dumps(protected).encode()), "" if payload is None else encoded(json.dumps(payload).encode())
            signature = encoded(openssl.sign(self.account, f"{head}.{body}".encode()))
            try:
                return self.send(url, {"protected": head, "payload": body, "signature": signature}, text)
            except Refusal as refusal:
                if refusal.facts.get("kind") != "badNonce" or attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError

    def nonce(self):
        if not self.nonces:
            self.send(self.places["newNonce"], text=True)
        return self.nonces.pop()

    def send(self, url, message=None, text=False):
        """The answer and its headers. Every answer brings the nonce for the next request."""
        data = None if message is None else json.dumps(message).encode()
        headers = {"Content-Type": "application/jose+json", "User-Agent": "wherry"}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(secure(url), data, headers), timeout=30, context=self.trust
            ) as answer:
                body, found = answer.read(LARGEST), answer.headers
        except urllib.error.HTTPError as error:
            self.keep(error.headers)
            raise Refusal("certificate-not-issued", **problem(error)) from None
        except (OSError, ValueError) as error:
            raise Refusal("certificate-not-issued", detail=f"{url}: {getattr(error, 'reason', error)}") from None
        self.keep(found)
        return (body.decode("ascii") if text else json.loads(body)), found

    def keep(self, headers):
        if headers.get("Replay-Nonce"):
            self.nonces.append(headers["Replay-Nonce"])


def secure(url):
    """§6.1; a server may not lead us to files or other schemes either."""
    if not isinstance(url, str) or not url.startswith("https://"):
        raise ValueError(f"not https: {url!r}")
    return url


def problem(error):
    """What a server says of why it refuses (RFC 7807)."""
    try:
        said = json.loads(error.read(LARGEST))
        return {"detail": str(said.get("detail", error.reason))[:500], "kind": str(said.get("type", "")).rpartition(":")[2]}
    except ValueError:
        return {"detail": f"{error.code} {error.reason}", "kind": ""}


def failure(found):
    """Of an order or a proof that failed: the first reason there is."""
    errors = [each.get("error") for each in found.get("challenges", [])] + [found.get("error")]
    said = next((error for error in errors if error), {})
    name = found.get("identifier", {}).get("value")
    return {"detail": str(said.get("detail", "no reason given"))[:500], **({"name": name} if name else {})}


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def moment(text):
    """RFC 3339, as servers write it, in seconds since the epoch."""
    return datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00")).timestamp()
