"""Runs a program that reaches one server and nothing else, where there is no network.

    python -I loopback.py SOCKET PORT PROGRAM [ARGUMENT ...]

Connections to PORT of the loopback interface are passed on to the Unix socket SOCKET while the program runs; its exit code is ours.
Standard library only.
"""

import contextlib
import socket
import subprocess
import sys
import threading


def main(path, port, *command):
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=256)
    threading.Thread(target=accept, args=(listener, path), daemon=True).start()
    return subprocess.run(command).returncode


def accept(listener, path):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, path), daemon=True).start()


def serve(client, path):
    with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
        server.connect(path)
        back = threading.Thread(target=copy, args=(server, client), daemon=True)
        back.start()
        copy(client, server)
        back.join()


def copy(source, target):
    """Until the source ends; the target is told, and may still answer."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
