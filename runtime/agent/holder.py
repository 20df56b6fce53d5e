"""The holder: parents the edge and the releases of one app, on a machine without an engine of its own.

It answers requests on a Unix socket, one JSON object a line. It outlives the command that started it; what is marked as wanted it
starts again when it ends, and when the holder itself is started after a reboot.
"""

import fcntl
import json
import os
import selectors
import signal
import socket
import time

import files
from home import Home
from log import Log
from process import Process

LONGEST_REQUEST = 4 * 1024 * 1024


def hold(path):
    home = Home(path)
    home.create()
    lock = os.open(home.holder_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0  # One is there already.
    Holder(home).run()
    return 0


class Holder:
    def __init__(self, home):
        self.home = home
        self.log = Log(home.logs)
        self.processes = {}
        self.waiting = []
        self.leaving = False
        self.selector = selectors.DefaultSelector()

    def run(self):
        self.listen()
        self.listen_to_signals()
        for group, specs in files.read_json(self.home.wanted, {}).items():
            for spec in specs:
                self.begin(Process(group, spec, restart=True))
        while not (self.leaving and not self.alive()):
            for key, _ in self.selector.select(self.pause()):
                key.data()
            self.collect()
            self.keep_time()
        self.answer_waiting()
        os.unlink(self.home.holder_socket)

    def listen(self):
        # The lock says no other holder lives, so a socket that lies here is a dead one's.
        if os.path.exists(self.home.holder_socket):
            os.unlink(self.home.holder_socket)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        before = os.umask(0o177)
        server.bind(self.home.holder_socket)
        os.umask(before)
        server.listen(16)
        self.selector.register(server, selectors.EVENT_READ, lambda: self.accept(server))

    def listen_to_signals(self):
        read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for name in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.on_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # The terminal that started us may go.
        self.selector.register(read, selectors.EVENT_READ, lambda: os.read(read, 4096))

    def on_signal(self, number, _frame):
        if number != signal.SIGCHLD:
            self.leave(30)

    def accept(self, server):
        client, _ = server.accept()
        client.setblocking(False)
        received = bytearray()
        self.selector.register(client, selectors.EVENT_READ, lambda: self.receive(client, received))

    def receive(self, client, received):
        try:
            chunk = client.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        received += chunk
        if b"\n" not in received and chunk and len(received) <= LONGEST_REQUEST:
            return
        self.selector.unregister(client)
        try:
            self.handle(client, json.loads(received[: received.index(b"\n")]))
        except (ValueError, KeyError, TypeError, AttributeError):
            client.close()  # No request of ours: whoever sent it sees the end of the connection.

    def handle(self, client, request):
        do, group = request["do"], request.get("group")
        if do == "start":
            for spec in request["processes"]:
                self.begin(Process(group, spec, restart=False))
        elif do == "want":
            self.want(group)
        elif do == "signal":
            for process in self.of(group):
                if process.running():
                    process.child.send_signal(getattr(signal, "SIG" + request["signal"]))
        elif do == "stop":
            self.stop(group, request["grace"])
            self.waiting.append((client, group))
            return
        elif do == "leave":
            self.leave(request["grace"])
            self.waiting.append((client, None))
            return
        self.answer(client)

    def begin(self, process):
        self.processes[(process.group, process.name)] = process
        if process.output is not None and not process.output.closed:
            # A grandchild may hold the old output open; the process that starts now writes to its own.
            self.selector.unregister(process.output)
            process.output.close()
        try:
            process.start()
        except OSError as error:
            self.log.write(process.group, process.name, f"cannot be started: {error}".encode())
            process.ended(127)
            return
        self.selector.register(process.output, selectors.EVENT_READ, lambda: self.write_log(process))

    def write_log(self, process):
        lines = process.lines()
        if lines is None:
            self.selector.unregister(process.output)
            process.output.close()
            return
        for line in lines:
            self.log.write(process.group, process.name, line)

    def want(self, group):
        """Marks a group as one that must run: from here on it is started again when it ends, also by the next holder."""
        for process in self.of(group):
            process.restart = True
            if process.code is not None and not process.stopping:
                process.ended(process.code)
        self.write_wanted({**self.wanted(), group: [process.spec for process in self.of(group)]})

    def stop(self, group, grace):
        self.write_wanted({name: specs for name, specs in self.wanted().items() if name != group})
        for process in self.of(group):
            process.stop(grace)

    def leave(self, grace):
        self.leaving = True
        for process in self.processes.values():
            process.stop(grace)

    def wanted(self):
        return files.read_json(self.home.wanted, {})

    def write_wanted(self, wanted):
        files.write_json(self.home.wanted, wanted)

    def of(self, group):
        return [process for (name, _), process in self.processes.items() if name == group]

    def alive(self):
        return any(process.running() for process in self.processes.values())

    def collect(self):
        for process in self.processes.values():
            if process.running() and process.child.poll() is not None:
                process.ended(process.child.returncode)

    def keep_time(self):
        now = time.monotonic()
        for process in list(self.processes.values()):
            if process.kill_at is not None and now >= process.kill_at:
                process.kill()
            if process.start_at is not None and now >= process.start_at and not self.leaving:
                self.begin(process)
        self.answer_waiting()

    def pause(self):
        moments = [m for p in self.processes.values() for m in (p.kill_at, p.start_at) if m is not None]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def answer_waiting(self):
        for client, group in list(self.waiting):
            if any(process.running() for process in (self.of(group) if group else self.processes.values())):
                continue
            self.waiting.remove((client, group))
            self.answer(client)
            if group:
                self.processes = {key: process for key, process in self.processes.items() if key[0] != group}

    def answer(self, client):
        groups = {}
        for (group, name), process in self.processes.items():
            groups.setdefault(group, {})[name] = process.status()
        try:
            client.setblocking(True)
            client.settimeout(5)
            client.sendall(json.dumps({"pid": os.getpid(), "groups": groups}).encode() + b"\n")
        except OSError:
            pass  # Whoever asked has gone.
        client.close()
