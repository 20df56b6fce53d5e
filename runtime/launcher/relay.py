"""
Passes connections from a Unix socket or a port to a program that only speaks TCP on its own port. It starts once that program
answers, so that whoever can connect is served.

    launcher relay unix PATH PORT        launcher relay tcp [HOST]:PORT PORT
"""

import asyncio
import os
import signal

from address import has_ipv6
from errors import say
from listening import other_port

DRAIN = 5  # Seconds; the supervisor's limit is the outer one.


def relay(words):
    kind, where, given = words
    asyncio.run(pass_on(kind, where, way_to(int(given), os.getppid())))
    return 0


def way_to(given, root):
    """Connects to the program below `root`: on the port it was given, or as long as it never answered there, on the only other one."""
    known = {"given": False, "told": None}

    async def connect():
        try:
            found = await asyncio.open_connection("127.0.0.1", given)
            known["given"] = True
            return found
        except OSError:
            port = None if known["given"] else other_port(root)
            if port is None:
                raise
        if port != known["told"]:
            known["told"] = port
            say(f"the program listens on port {port}, not on the one in PORT: connections go there")
        return await asyncio.open_connection("127.0.0.1", port)

    return connect


async def pass_on(kind, where, connect):
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    open_connections = set()

    async def accept(reader, writer):
        task = asyncio.current_task()
        open_connections.add(task)
        try:
            await join(reader, writer, connect)
        finally:
            open_connections.discard(task)

    server = await listen(kind, where, accept)
    await ended.wait()
    server.close()
    if kind == "unix":
        remove(where)
    if open_connections:
        await asyncio.wait(open_connections, timeout=DRAIN)
    for task in open_connections:
        task.cancel()


async def listen(kind, where, accept):
    if kind == "unix":
        remove(where)
        before = os.umask(0)  # nginx is another user; the socket's directory is what protects it.
        try:
            return await asyncio.start_unix_server(accept, where, backlog=2048)
        finally:
            os.umask(before)
    host, _, port = where.rpartition(":")
    hosts = [host] if host else ["0.0.0.0", "::"] if has_ipv6() else ["0.0.0.0"]
    return await asyncio.start_server(accept, hosts, int(port), backlog=2048)


async def join(reader, writer, connect):
    try:
        back_reader, back_writer = await connect()
    except OSError:
        writer.close()
        return
    try:
        await asyncio.gather(copy(reader, back_writer), copy(back_reader, writer))
    except OSError:
        pass  # One side broke off: the other must not wait for it.
    finally:
        for side in (writer, back_writer):
            side.close()


async def copy(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
