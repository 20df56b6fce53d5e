"""The sockets a server listens on, bound by us where the server's own way of binding falls short."""

import os
import socket
import sys


def listen_on(facts):
    """Bound sockets of `socket`, or of `host` and `port`; without a host, of every IPv4 and every IPv6 address."""
    try:
        if facts["socket"]:
            return [unix_socket(facts["socket"])]
        if facts["host"]:
            return [tcp_socket(facts["host"], facts["port"])]
        return both(facts["port"])
    except OSError as error:
        where = facts["socket"] or f"port {facts['port']}"
        sys.exit(f"wherry: cannot listen on {where}: {error.strerror}")


def both(port):
    """Two sockets, not one for both families: it would show IPv4 clients to the app as ::ffff:192.0.2.1."""
    sockets = [tcp_socket("0.0.0.0", port)]
    try:
        sockets.append(tcp_socket("::", port))
    except OSError:
        pass  # No IPv6 in this container.
    return sockets


def tcp_socket(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it (tcp(7)). Uvicorn's workers would otherwise lose it and wait 40 ms for each answer: asyncio sets it only
    # on a socket made with IPPROTO_TCP, and theirs is not (Kludex/uvicorn#3149).
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((host, port))
    listener.set_inheritable(True)
    return listener


def unix_socket(path):
    remove_socket(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0)  # nginx is another user; the socket's directory is what protects it.
    try:
        listener.bind(path)
    finally:
        os.umask(before)
    listener.set_inheritable(True)
    return listener


def remove_socket(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
