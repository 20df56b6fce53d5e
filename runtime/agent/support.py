"""Whether and how sandboxes run on this host, found by making one: no list of settings is as honest as the kernel's own answer."""

import json
import os
import subprocess

from home import Home

RUNTIME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROBE = {
    "layers": [],
    "argv": ["none"],
    "env": {},
    "user": {"uid": 10001, "gid": 10001},
    "cwd": "/",
    "root": "read-only",
    "mounts": [],
    "tmpfs": [],
    "network": "none",
    "hostname": "probe",
    "memoryLimit": None,
    "pidsLimit": None,
    "parent": None,
    "probe": True,
}


def sandbox(request):
    state = os.path.dirname(Home(request["home"]).path)
    scratch = os.path.join(state, "runtime", "sandbox")
    os.makedirs(scratch, mode=0o700, exist_ok=True)
    cache = os.path.join(state, "runtime", "sandbox-code", os.path.basename(RUNTIME))
    argv = [*python(), os.path.join(RUNTIME, "sandbox.py")]
    failed = probe(argv, {**PROBE, "scratch": scratch, "cache": cache})
    facts = {"argv": argv, "scratch": scratch, "cache": cache, "processors": len(os.sched_getaffinity(0))}
    return {**facts, "failed": failed, "machine": machine() if failed else None}


def python():
    """How we were started, without our place and the command."""
    with open("/proc/self/cmdline", "rb") as file:
        words = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
    return words[:-2]


def probe(argv, spec):
    """None when a sandbox can be made, else the step that failed."""
    reading, writing = os.pipe()
    given = os.memfd_create("spec", 0)
    os.write(given, json.dumps(spec).encode())
    os.lseek(given, 0, os.SEEK_SET)
    try:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([*argv, f"fd:{given}", f"fd:{writing}"], pass_fds=(given, writing), env={}, **quiet)
    finally:
        os.close(writing)
        os.close(given)
    with os.fdopen(reading, "rb") as report:
        said = [json.loads(line) for line in report.read(65_536).splitlines()]
    process.wait()
    if any(line["event"] == "started" for line in said):
        return None
    return next((line for line in said if line["event"] == "failed"), {"step": "start", "errno": None, "text": "it ended while it was being made"})


def machine():
    """As src/engines/sandbox/machine.ts says it of the machine Wherry runs on."""
    inside = os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")
    return {
        "root": os.geteuid() == 0,
        "kernel": os.uname().release,
        "appArmorRestricts": setting("kernel/apparmor_restrict_unprivileged_userns"),
        "usernsClone": setting("kernel/unprivileged_userns_clone"),
        "maxUserNamespaces": setting("user/max_user_namespaces"),
        "inContainer": inside,
    }


def setting(name):
    try:
        with open(f"/proc/sys/{name}", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None
