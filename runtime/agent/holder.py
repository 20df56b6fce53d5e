"""The holder: parents the edge and the releases of one app, on a machine without an engine of its own.

It answers requests on a Unix socket, one JSON object a line. It outlives the command that started it; what is marked as wanted it
starts again when it ends, and when the holder itself is started after a reboot. It waits for nothing: who asked to stop something
asks again whether it has stopped.
"""

import fcntl
import json
import os
import selectors
import signal
import socket
import time

import ask
import files
import renewal
from home import Home
from listeners import Listeners, reason
from log import TURN_OVER_AT, Log, turn_over
from process import Process

LONGEST_REQUEST = 4 * 1024 * 1024
LOOK_AT_LOGS = 30.0
SERVICES = "services"


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
        self.listeners = Listeners()
        self.processes = {}
        self.leaving = False
        self.grace = 0
        self.printed = 0
        self.looked = time.monotonic()
        self.renewed = -renewal.TRY_AGAIN  # On the same clock, which may have begun a moment ago.
        self.selector = selectors.DefaultSelector()

    def run(self):
        self.listen_to_signals()
        for group, specs in self.wanted().items():
            for spec in specs:
                self.begin(Process(group, spec, restart=True))
        self.listen()
        while not (self.leaving and not self.alive()):
            for key, _ in self.selector.select(self.pause()):
                key.data()
            self.collect()
            self.keep_time()
        os.unlink(self.home.holder_socket)

    def listen(self):
        # The lock says no other holder lives, so a socket that lies here is a dead one's.
        files.remove(self.home.holder_socket)
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
        try:
            client, _ = server.accept()
        except OSError:
            return  # It has gone again, or no descriptor is left: what runs goes on.
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
            self.answer(client, self.handle(json.loads(received[: received.index(b"\n")])))
        except OSError as error:
            # A full disk, mostly: whoever asked is told; what runs goes on.
            self.answer(client, {"failed": error.errno, "path": error.filename, "text": error.strerror})
        except (ValueError, KeyError, TypeError, AttributeError):
            client.close()  # No request of ours: whoever sent it sees the end of the connection.

    def handle(self, request):
        do, group = request["do"], request.get("group")
        if do == "start":
            for spec in request["processes"]:
                self.start(group, spec)
        elif do == "want":
            self.want(request["groups"])
        elif do == "signal":
            for process in self.of(group, request.get("name")):
                if process.running():
                    process.send(request["signal"])
        elif do == "stop":
            self.stop(group, request.get("name"), request["grace"])
        elif do == "listen":
            return self.open_listeners(request["at"])
        elif do == "unlisten":
            self.listeners.keep({tuple(at) for at in request["but"]})
        elif do == "lines":
            return {**self.status(group), "lines": self.lines(group, request["after"])}
        elif do == "leave":
            self.write_wanted({})
            self.leave(request["grace"])
        return self.status(group)

    def open_listeners(self, at):
        for address, port in at:
            try:
                self.listeners.get(address, port)
            except OSError as error:
                return {"refused": reason(error), "address": address, "port": port, "detail": error.strerror}
        return self.status(None)

    def start(self, group, spec):
        """Starting what runs already is no change: the request may be one that is sent again."""
        present = self.processes.get((group, spec["name"]))
        if present is None or not present.running():
            self.begin(Process(group, spec, restart=False))

    def begin(self, process):
        self.processes[(process.group, process.name)] = process
        if process.output is not None and not process.output.closed:
            # A grandchild may hold the old output open; the process that starts now writes to its own.
            self.close_output(process)
        try:
            process.start([self.listeners.get(*at) for at in process.spec.get("sockets", [])])
        except OSError as error:
            self.write_log(process, [f"cannot be started: {error}"])
            process.began = time.monotonic()
            process.ended(127)
            return
        output = process.output
        self.selector.register(output, selectors.EVENT_READ, lambda: self.read_output(process))

    def read_output(self, process):
        lines = process.lines()
        if lines is None:
            self.close_output(process)
        else:
            self.write_log(process, lines)

    def close_output(self, process):
        self.write_log(process, process.rest())
        self.selector.unregister(process.output)
        process.output.close()

    def write_log(self, process, lines):
        for line in lines:
            self.printed += 1
            process.printed.append((self.printed, line))
            self.log.write(process.group, process.name, line)

    def lines(self, group, after):
        found = [(n, p.name, line) for p in self.of(group) for n, line in p.printed if n > after]
        return sorted(found)

    def want(self, groups):
        """Marks groups as those that must run: from here on they are started again when they end, also by the next holder."""
        wanted = self.wanted()
        for group in groups:
            for process in self.of(group):
                process.restart = True
                if process.code is not None and not process.stopping and process.start_at is None:
                    process.ended(process.code)
            wanted[group] = [process.spec for process in self.of(group) if not process.stopping]
        self.write_wanted(wanted)

    def stop(self, group, name, grace):
        wanted = self.wanted()
        kept = [spec for spec in wanted.pop(group, []) if name is not None and spec["name"] != name]
        if kept:
            wanted[group] = kept
        try:
            self.write_wanted(wanted)
        finally:
            for process in self.of(group, name):
                process.stop(grace)
            self.forget_stopped()

    def leave(self, grace):
        """Services last: what is still answered needs its database to the end."""
        self.leaving, self.grace = True, grace
        for process in self.processes.values():
            if process.group != SERVICES:
                process.stop(grace)
        self.leave_services()

    def leave_services(self):
        if self.alive(but=SERVICES):
            return
        for process in self.of(SERVICES):
            if not process.stopping:
                process.stop(self.grace)

    def wanted(self):
        return files.read_json(self.home.wanted, {})

    def write_wanted(self, wanted):
        if wanted != self.wanted():
            files.write_json(self.home.wanted, wanted)

    def of(self, group, name=None):
        return [p for (of, called), p in self.processes.items() if of == group and name in (None, called)]

    def alive(self, but=None):
        return any(process.running() for process in self.processes.values() if process.group != but)

    def collect(self):
        for process in self.processes.values():
            if process.running() and process.child.poll() is not None:
                process.ended(process.child.returncode)
        if self.leaving:
            self.leave_services()
        self.forget_stopped()

    def forget_stopped(self):
        self.processes = {key: p for key, p in self.processes.items() if p.running() or not p.stopping}

    def keep_time(self):
        now = time.monotonic()
        for process in list(self.processes.values()):
            if process.kill_at is not None and now >= process.kill_at:
                process.kill()
            if process.start_at is not None and now >= process.start_at and not self.leaving:
                self.begin(process)
        if now - self.looked > LOOK_AT_LOGS:
            self.looked = now
            self.turn_over_edge_log()
            if now >= self.renewed + renewal.TRY_AGAIN and renewal.is_due(self.home):
                self.renewed = now
                self.start("certificate", {"name": "renew", "argv": [*ask.program()[:-1], "renew", self.home.path], "stop": "TERM"})

    def turn_over_edge_log(self):
        path = os.path.join(self.home.edge_logs, "access.jsonl")
        try:
            if os.path.getsize(path) <= TURN_OVER_AT:
                return
            turn_over(path)
        except OSError:
            return
        for process in self.of("edge"):
            if process.running():
                process.send("USR1")

    def pause(self):
        moments = [m for p in self.processes.values() for m in (p.kill_at, p.start_at) if m is not None]
        return min([LOOK_AT_LOGS, *(max(0.0, moment - time.monotonic()) for moment in moments)])

    def status(self, group):
        groups = {}
        for (of, name), process in self.processes.items():
            if group in (None, of):
                groups.setdefault(of, {})[name] = process.status()
        return {"pid": os.getpid(), "groups": groups}

    def answer(self, client, value):
        try:
            client.setblocking(True)
            client.settimeout(5)
            client.sendall(json.dumps(value).encode() + b"\n")
        except OSError:
            pass  # Whoever asked has gone.
        client.close()
