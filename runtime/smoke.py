"""
Starts a program that serves a Unix socket, asks it once, and ends; with it, as the first process of the container, ends everything
it started. What the program wrote by then is what its user wants to know: the first request is when many apps make their files.

    python -I -S smoke.py SECONDS PROGRAM [ARGUMENT …]      the program finds the socket to serve in WHERRY_SOCKET
"""

import os
import socket
import subprocess
import sys
import time

PLACE = '/tmp/smoke.sock'
ANSWER = 10  # Seconds the app may take for one answer.


def main():
    patience, argv = float(sys.argv[1]), sys.argv[2:]
    child = subprocess.Popen(argv, env={**os.environ, 'WHERRY_SOCKET': PLACE}, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and child.poll() is None and not answers():
        time.sleep(0.05)


def answers():
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER)
            connection.connect(PLACE)
            connection.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
            heard = connection.recv(65536)
            while heard and connection.recv(65536):
                pass
            return heard != b''
    except OSError:
        return False


main()
