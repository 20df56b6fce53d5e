"""Asking the holder, and asking a release over its socket."""

import json
import os
import socket
import subprocess
import time

from refusal import FULL, Refusal

QUESTIONS = ("status", "lines")
PATIENCE = 2.0


class NoAnswer(Exception):
    """The holder took a request and closed the connection."""


def holder(home, request, timeout=60.0, start=True):
    """Sends one request to the holder and returns its answer; starts a holder when none answers and `start` is set."""
    deadline = time.monotonic() + timeout
    patience = time.monotonic() + (PATIENCE if request["do"] in QUESTIONS else 0)
    begun = None
    while True:
        try:
            return accepted(exchange(home.holder_socket, request, max(1.0, deadline - time.monotonic())))
        except NoAnswer:
            # One that is killed at this very moment: what is asked again is told that none is there, or by its successor.
            if time.monotonic() > patience:
                raise Refusal("holder-refused", request=request["do"]) from None
            time.sleep(0.01)
        except (FileNotFoundError, ConnectionRefusedError):
            if not start:
                return None
            if time.monotonic() > deadline:
                raise Refusal("holder-does-not-start", log=os.path.join(home.logs, "holder.log")) from None
            # One that was leaving a moment ago lets nobody in beside it until it is gone.
            if begun is None or begun.poll() is not None:
                begun = begin(home)
            time.sleep(0.01)


def accepted(answer):
    if "refused" in answer:
        raise Refusal(answer.pop("refused"), **answer)
    if "failed" in answer:
        code = "disk-full" if answer["failed"] in FULL else "host-error"
        raise Refusal(code, path=answer["path"], detail=answer["text"])
    return answer


def begin(home):
    """Starts the holder in a session of its own, so that it outlives us and our terminal."""
    with open(os.path.join(home.logs, "holder.log"), "ab") as log:
        return subprocess.Popen(
            [*program(), "hold", home.path],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            cwd="/",
            start_new_session=True,
        )


def program():
    """How we were started, without the command: sys.executable is not it where a Python runs through its image's own loader."""
    with open("/proc/self/cmdline", "rb") as file:
        words = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
    return words[:-1]


def exchange(path, request, timeout):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout)
        client.connect(path)
        received = b""
        try:
            client.sendall(json.dumps(request).encode() + b"\n")
            while not received.endswith(b"\n"):
                chunk = client.recv(65_536)
                if not chunk:
                    raise NoAnswer
                received += chunk
        except (BrokenPipeError, ConnectionResetError):
            raise NoAnswer from None
    return json.loads(received)


def release(path, target, headers, timeout):
    """One GET over a release's socket: its status, or the reason there is none."""
    from http.client import HTTPConnection, HTTPException  # Not at the top: it takes as long to load as all the rest.

    connection = HTTPConnection("localhost", timeout=timeout)
    try:
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(timeout)
        connection.sock.connect(path)
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        body = answer.read(65_536)
        return {"status": answer.status, "headers": dict(answer.getheaders()), "body": body.decode("utf-8", "replace")[:4000]}
    except (OSError, HTTPException) as error:
        return {"status": None, "reason": f"{type(error).__name__}: {error}"}
    finally:
        connection.close()


def site(address, target, headers, timeout):
    """One GET over TCP, no redirect followed: the beginning of its body, and size and hash of all of it. `address`: where, which port, and
    the name to ask for over TLS, or None. What the certificate is worth is not asked here: one that is still to be fetched is nobody's."""
    from hashlib import sha256
    from http.client import HTTPConnection, HTTPException

    where, port, secure = address
    connection = HTTPConnection(where, port, timeout=timeout)
    digest, size, text = sha256(), 0, b""
    try:
        if secure is not None:
            connection.sock = over_tls(socket.create_connection((where, port), timeout), secure)
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        while chunk := answer.read(65_536):
            digest.update(chunk)
            size += len(chunk)
            text = text or chunk
        headers = {name.lower(): value for name, value in answer.getheaders()}
        found = {"status": answer.status, "headers": headers, "text": text.decode("latin-1")}
        return {**found, "size": size, "sha256": digest.hexdigest()}
    except (OSError, HTTPException) as error:
        return {"reason": f"{type(error).__name__}: {error}"}
    finally:
        connection.close()


def over_tls(connection, name):
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=name)
