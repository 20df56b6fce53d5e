"""Compiles Python sources to bytecode whose bytes depend on nothing but the source, its path in the image and the interpreter.

    python3 compile.py < job.json

The job, on stdin:

    {"output": "/out", "jobs": 2, "files": [{"source": "/in/0", "path": "venv/lib/python3.13/site-packages/six.py"}]}

`path` is the file's path in the image, without the slash in front; its bytecode is written to OUTPUT/DIR/__pycache__/NAME.TAG.pyc
by a rename. `jobs` is how many files are compiled at once: all processors without it. On stdout: one JSON object a line for each file
that cannot be compiled, {"file": INDEX, "why": TEXT}, in any order, then {"compiled": N, "tag": "cpython-313"}.

Bytecode differs when the process that makes it has seen other strings before (python/cpython#129724), when the seed of the string hash
differs (3.10), and with the source's time stamp (PEP 552). So each file is compiled in a process of its own, forked from one
that has imported nothing but what every Python has built in, with the seed 0, and the header says "unchecked hash". Standard library only, 3.10 or newer.
"""

import sys

# The directory of this file comes first on the path; nothing in it shall stand in for a module of the standard library.
del sys.path[0]


def prepare():
    """Reads the job and starts over as a clean process that gets it as lines: importing json would leave traces in the bytecode."""
    import json
    import os
    import tempfile

    job = json.load(sys.stdin)
    output = os.path.abspath(job['output'])
    lines = [output, str(job.get('jobs') or len(os.sched_getaffinity(0)))]
    directories = set()
    for file in job['files']:
        parts = file['path'].split('/')
        if not all(parts) or '..' in parts or '.' in parts or '\0' in file['path']:
            raise SystemExit('compile.py: not a path of an image: ' + repr(file['path']))
        directories.add('/'.join([output, *parts[:-1], '__pycache__']))
        lines += [file['source'], file['path']]
    for directory in sorted(directories):
        os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryFile(dir=output) as listing:
        listing.write('\0'.join(lines).encode('utf-8', 'surrogateescape'))
        listing.seek(0)
        os.set_inheritable(listing.fileno(), True)
        sys.stdout.flush()
        # Without the prefix, start-up would read bytecode where the base has some and compile where it has none (encodings): measured
        # with 3.11, 47 of 668 files differ between the two.
        flags = ['-S', '-s', '-B', '-X', 'utf8', '-W', 'ignore', '-X', 'pycache_prefix=/compile.py/has/none']
        argv = [sys.executable, *flags, os.path.abspath(__file__), '--listing', str(listing.fileno())]
        os.execve(sys.executable, argv, {'PYTHONHASHSEED': '0', 'LC_ALL': 'C.UTF-8'})


def run(descriptor):
    """The clean process: forks one child for each file and hears of failures by their exit status."""
    import posix

    listing = b''
    while chunk := posix.read(descriptor, 1 << 20):
        listing += chunk
    posix.close(descriptor)
    output, jobs, *names = listing.split(b'\0')
    limit = max(1, int(jobs))
    running = {}
    counts = {0: 0, 1: 0, 2: 0}
    for index in range(0, len(names), 2):
        if len(running) >= limit:
            counts[reap(posix, running)] += 1
        child = posix.fork()
        if child == 0:
            posix._exit(compile_one(posix, output, index // 2, names[index], names[index + 1]))
        running[child] = index // 2
    while running:
        counts[reap(posix, running)] += 1
    if counts[2]:
        raise SystemExit('compile.py: a file cannot be read or written')
    say(posix, '{"compiled": %d, "tag": "%s"}' % (counts[0], sys.implementation.cache_tag))


def reap(posix, running):
    """Waits for one child: 0 compiled, 1 not, 2 no fault of the source. One that was killed (a source too deep for the
    parser's stack) could not say why itself."""
    child, status = posix.waitpid(-1, 0)
    index = running.pop(child)
    if posix.WIFSIGNALED(status):
        report(posix, index, 'the compiler was killed by signal %d' % posix.WTERMSIG(status))
        return 1
    return posix.WEXITSTATUS(status)


def compile_one(posix, output, index, source, path):
    """In the child: one source to one pyc. Returns the exit status."""
    try:
        content = read(posix, source)
        data = header(content) + code(content, '/' + path.decode('utf-8', 'surrogateescape'))
        directory, _, name = path.rpartition(b'/')
        stem = name[:-3] if name.endswith(b'.py') else name
        folder = b'/'.join(part for part in (output, directory, b'__pycache__') if part)
        target = folder + b'/' + stem + b'.' + sys.implementation.cache_tag.encode() + b'.pyc'
        write(posix, target, data)
        return 0
    except (SyntaxError, ValueError, UnicodeError, RecursionError, MemoryError, OverflowError, SystemError) as error:
        report(posix, index, '%s: %s' % (type(error).__name__, error))
        return 1
    except OSError as error:
        report(posix, index, 'OSError: %s' % error)
        return 2


def code(content, path):
    import marshal

    return marshal.dumps(compile(content, path, 'exec', dont_inherit=True, optimize=0))


def header(content):
    """Magic number, flags 1 (hash-based, never checked) and the source's hash (PEP 552)."""
    import _imp

    external = sys.modules['_frozen_importlib_external']
    magic = external.MAGIC_NUMBER
    return magic + b'\x01\x00\x00\x00' + _imp.source_hash(external._RAW_MAGIC_NUMBER, content)


def read(posix, path):
    descriptor = posix.open(path, posix.O_RDONLY)
    content = b''
    while chunk := posix.read(descriptor, 1 << 20):
        content += chunk
    posix.close(descriptor)
    return content


def write(posix, target, data):
    temporary = target + b'.new'
    descriptor = posix.open(temporary, posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC, 0o644)
    while data:
        data = data[posix.write(descriptor, data):]
    posix.close(descriptor)
    posix.rename(temporary, target)


def report(posix, index, why):
    """One write of less than a pipe's atomic size, so that lines of several children do not mix."""
    plain = ''.join(c if ' ' <= c <= '~' and c not in '"\\' else '?' for c in why[:300])
    say(posix, '{"file": %d, "why": "%s"}' % (index, plain))


def say(posix, line):
    posix.write(1, line.encode('ascii') + b'\n')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--listing']:
        run(int(sys.argv[2]))
    else:
        prepare()
