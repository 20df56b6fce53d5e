"""Asking the holder, and asking a release over its socket."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time

from refusal import Refusal


def holder(home, request, timeout=60.0, start=True):
    """Sends one request to the holder and returns its answer; starts a holder when none answers and `start` is set."""
    deadline = time.monotonic() + timeout
    begun = False
    while True:
        try:
            return exchange(home.holder_socket, request, max(1.0, deadline - time.monotonic()))
        except (FileNotFoundError, ConnectionRefusedError):
            if not start:
                return None
            if not begun:
                begin(home)
                begun = True
            elif time.monotonic() > deadline:
                raise Refusal("holder-does-not-start", log=os.path.join(home.logs, "holder.log")) from None
            time.sleep(0.02)


def begin(home):
    """Starts the holder in a session of its own, so that it outlives us and our terminal."""
    with open(os.path.join(home.logs, "holder.log"), "ab") as log:
        subprocess.Popen(
            [sys.executable, *sys_flags(), sys.argv[0], "hold", home.path],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )


def sys_flags():
    return ["-I", "-S"] if sys.flags.isolated else []


def exchange(path, request, timeout):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout)
        client.connect(path)
        client.sendall(json.dumps(request).encode() + b"\n")
        received = b""
        while not received.endswith(b"\n"):
            chunk = client.recv(65_536)
            if not chunk:
                raise Refusal("holder-refused", request=request.get("do"))
            received += chunk
    return json.loads(received)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def release(path, target, headers, timeout):
    """One GET over a release's socket: its status, or the reason there is none."""
    connection = UnixConnection(path, timeout)
    try:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        body = answer.read(65_536)
        return {"status": answer.status, "headers": dict(answer.getheaders()), "body": body.decode("utf-8", "replace")[:2000]}
    except (OSError, http.client.HTTPException) as error:
        return {"status": None, "reason": f"{type(error).__name__}: {error}"}
    finally:
        connection.close()
