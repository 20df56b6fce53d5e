"""What Python's standard library cannot do: keys, signatures, requests for certificates. By the openssl program, which every Debian and
Ubuntu with ca-certificates has."""

import subprocess

from refusal import Refusal

PLAIN = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
CURVE = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def new_key():
    """An ECDSA key on P-256, as PEM."""
    return run("genpkey", *CURVE).decode()


def point(key):
    """The public point of such a key: x and y, 32 bytes each. They end the SubjectPublicKeyInfo (RFC 5480 §2.2)."""
    public = run("pkey", "-in", key, "-pubout", "-outform", "DER")
    return public[-64:-32], public[-32:]


def sign(key, data):
    """As JWS wants an ES256 signature (RFC 7518 §3.4): r and s, 32 bytes each, where openssl gives them as ASN.1."""
    encoded = run("dgst", "-sha256", "-sign", key, given=data)
    r, rest = integer(encoded[2:])
    s, _ = integer(rest)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def integer(encoded):
    length = encoded[1]
    return int.from_bytes(encoded[2 : 2 + length], "big"), encoded[2 + length :]


def request(key, names):
    """A request for a certificate of these names, as DER."""
    return run("req", "-new", "-key", key, "-outform", "DER", "-subj", "/", *alternative(names))


def self_signed(key, names):
    """A certificate that nobody trusts, as PEM: what nginx can start with until there is one."""
    return run("req", "-x509", "-new", "-key", key, "-days", "3650", "-subj", "/CN=wherry placeholder", *alternative(names)).decode()


def alternative(names):
    return ("-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names))


def describe(certificate):
    """What the first certificate of a PEM file says: {notBefore, notAfter, serial, ...} as openssl prints them."""
    said = run("x509", "-in", certificate, "-noout", "-dates", "-serial", "-ext", "authorityKeyIdentifier").decode()
    facts = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    # `keyid:AB:CD…` until OpenSSL 3, `AB:CD…` from then on.
    identifiers = [line.strip().replace("keyid:", "") for line in said.splitlines() if line.count(":") >= 19 and "=" not in line]
    return {**facts, "authority": identifiers[0] if identifiers else None}


def run(*arguments, given=b""):
    try:
        done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, env=PLAIN, timeout=60, check=False)
    except FileNotFoundError:
        raise Refusal("no-openssl", detail="there is no openssl") from None
    except subprocess.TimeoutExpired:
        raise Refusal("openssl-failed", command=arguments[0], detail="no answer") from None
    if done.returncode != 0:
        raise Refusal("openssl-failed", command=arguments[0], detail=done.stderr.decode("utf-8", "replace")[-500:])
    return done.stdout
