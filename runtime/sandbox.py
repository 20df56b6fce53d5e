"""Runs one program in a sandbox of Linux namespaces over unpacked image layers: the engine that needs no daemon.

    python3 -I -S -X utf8 sandbox.py SPEC [REPORT]

SPEC and REPORT are paths, or `fd:N` for an inherited descriptor. Standard library only, Python 3.9 or newer.

SPEC is a JSON object. All paths are absolute. `from`, layers, upper, scratch and cache are of the machine, the others
of the sandbox.

    layers      [path]                 unpacked layer directories, lowest first; at most 499
    argv        [text]                 the program, looked up in env's PATH when it has no slash; it becomes process 1
    env         {name: text}           its whole environment
    user        {uid, gid}             its numeric identity
    cwd         path                   its working directory; must exist in the image or be a mount
    root        "read-only"            the image as it is
                "discarded"            writable, in memory, gone at the end
                {"upper": path}        writable; what was written stays in this directory in overlayfs form;
                                       path + ".work" beside it is used meanwhile
    mounts      [{from, to, readonly}] files or directories of the machine, sub-mounts included
    tmpfs       [{to, size}]           empty directories in memory, mode 1777, size in bytes; /tmp (1 GiB) and /run
                                       (64 MiB) are always there unless listed here or covered by a mount
    network     "host" | "none"        none: a loopback of its own and nothing else
    hostname    text
    hosts       {name: address}        absent for none: names it knows beside the machine's, which they come before
    secrets     {name: text}           absent for none: files in memory at /run/secrets that the user alone can read
    memoryLimit bytes | null           memory and swap together, where a cgroup can be made (see the report)
    pidsLimit   number | null          processes and threads, likewise
    scratch     path                   an existing directory that holds none of the above; used as a mount point,
                                       never written to
    cache       path | null            where Python may keep this code compiled: a third of the start time;
                                       one directory per version of it
    parent      pid | null             who must be our parent: refuses to start when that one is gone already
    probe       true | absent          set everything up, then end with 0 instead of starting argv

In a writable root every file belongs to the user, whoever runs the sandbox; in a read-only root files belong to root
when root runs it and to the user when a normal user does (who can map one identity only).

REPORT gets one JSON object per line. P is the keeper's pid, L is "enforced", "unavailable" or null (no limit asked
for), S a step named in sandboxing/failure.py; of code and signal one is null.

    {"event": "started", "pid": P, "memory": L, "pids": L}           the program runs
    {"event": "failed", "step": S, "errno": "EPERM", "text": T}      the program was not started
    {"event": "ended", "code": N, "signal": M, "outOfMemory": B}     the program and all it started have ended

Three processes make a sandbox. The *keeper* (this one, in the machine's namespaces) forwards SIGHUP, INT, QUIT, TERM,
USR1, USR2 and WINCH, ends as the program ended, and removes the cgroup. SIGALRM tells it to kill the sandbox and tidy
up, which SIGKILL would not let it do. It dies with its parent (the thread that forked it, says prctl(2): start it from
a thread that stays). The *guard* is process 1 of an outer pid namespace and dies with the keeper, by PR_SET_PDEATHSIG,
which the program could undo were it set on itself; the kernel then kills all that lives in the namespace. The *program*
is process 1 of an inner pid namespace. All mounts are private to it and go with it, so `kill -9` of any of the three
leaves no process and no mount. An empty cgroup left by a killed keeper is removed by the next one.

Exit code: the program's; its signal is raised again; 125 the sandbox could not be made, 126 the program cannot be
executed, 127 it does not exist (as docker run has it).
"""

import os
import sys


def main(arguments):
    """Runs the sandbox and ends as its program ended; never returns."""
    # Before anything of ours is imported, so that it comes compiled; `json` would take as long as all the rest.
    try:
        spec = parse(read(arguments[0]).strip())
    except (IndexError, OSError, ValueError) as error:
        sys.stderr.write('sandbox: spec: %s\n' % error)
        os._exit(125)
    sys.path.append(os.path.dirname(os.path.abspath(__file__)))
    sys.pycache_prefix = spec.get('cache')
    sys.dont_write_bytecode = sys.pycache_prefix is None
    from sandboxing.keeper import run

    run(spec, arguments[1] if len(arguments) > 1 else None)


def read(place):
    with open(int(place[3:]) if place.startswith('fd:') else place, encoding='utf-8') as file:
        return file.read()


def parse(text):
    """json.loads by its C part alone; where that is missing or different, by the module, which also explains errors."""
    try:
        import _json

        value, end = _json.make_scanner(Context)(text, 0)
        if end == len(text):
            return value
    except Exception:  # Whatever it was, the next line finds it too.
        pass
    import json

    return json.loads(text)


class Context:
    """What json.JSONDecoder hands to its scanner."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float
    memo = {}


if __name__ == '__main__':
    main(sys.argv[1:])
