"""Compiles Python sources to bytecode whose bytes depend on nothing but the source, its path in the image and the interpreter.

    python3 -S -s -B -X utf8 -W ignore -X pycache_prefix=/none compile.py < job        (in the environment PYTHONHASHSEED=0)

The job is NUL-separated: how many files are compiled at once ('' for all processors), then for each file its place here, its size in
bytes, its path in the image without the slash in front, and where its bytecode goes, a path that does not exist in a directory that does.
On stdout, one JSON object a line for each file that cannot be compiled, {"file": N, "why": TEXT}, in any order, then {"tag": "cpython-313"}.

Bytecode tells what the process that makes it had seen before (python/cpython#78274): marshal writes a string as interned, or two equal
strings as one, when any code that is still alive has interned it. Hence this file imports only what every interpreter has built in, and a
worker goes on to its next file only where nothing of the last one stays: where interned strings die with their code, once the one-letter
strings, which never die, are interned before the first file; and as long as no file made the interpreter load a module, as a coding line
does. Pythons of which that was not proved get a process for each file. The flags: the seed orders sets (3.10), and without the
prefix start-up would read bytecode where the base has some and compile where it has none. Standard library only, 3.10 or newer.
"""

import _imp
import marshal
import posix
import sys

# The directory of this file comes first on the path; nothing in it shall stand in for a module of the standard library.
del sys.path[0]

# 3.12 never lets an interned string die, 3.10 flags every string that two files share. Held to by test/image/wheels.test.ts.
FORGETS = sys.version_info[:2] in ((3, 11), (3, 13))
# How a worker ends: all done, a fresh one should go on, files could not be read or written.
DONE, RENEW, BROKEN = 0, 3, 4
# File numbers, as workers hand them around.
WORD = 8
NOTHING = b'\xff' * WORD


def main():
    """Deals the files out to workers and replaces those that end early."""
    jobs, *words = read(0).split(b'\0')
    files = [words[n:n + 4] for n in range(0, len(words), 4)]
    for letter in range(256):
        sys.intern(chr(letter))
    # The largest first, so that none is begun when the others are done.
    queue = feed(sorted(range(len(files)), key=lambda n: -int(files[n][1])))
    at_work = posix.memfd_create('at-work')
    wanted = min(len(files), int(jobs) if jobs else len(posix.sched_getaffinity(0)))
    running = {}
    for slot in range(wanted):
        running[begin(queue, at_work, slot, files)] = slot
    while running:
        child, status = posix.waitpid(-1, 0)
        slot = running.pop(child, None)
        if slot is None:
            continue
        if posix.WIFSIGNALED(status):
            # A source too deep for the parser's stack; its worker cannot say so itself.
            word = posix.pread(at_work, WORD, slot * WORD)
            if word == NOTHING:
                raise SystemExit('compile.py: a worker was killed before it began')
            report(int.from_bytes(word, 'little'), 'the compiler was killed by signal %d' % posix.WTERMSIG(status))
        elif posix.WEXITSTATUS(status) == DONE:
            continue
        elif posix.WEXITSTATUS(status) != RENEW:
            raise SystemExit('compile.py: a file cannot be read or written')
        running[begin(queue, at_work, slot, files)] = slot
    say('{"tag": "%s"}' % sys.implementation.cache_tag)


def feed(numbers):
    """A pipe that holds these words. A read or write of so few bytes is atomic (pipe(7)), so workers may share it."""
    queue, end = posix.pipe()
    if posix.fork() == 0:
        posix.close(queue)
        try:
            for number in numbers:
                posix.write(end, number.to_bytes(WORD, 'little'))
        finally:
            posix._exit(DONE)  # However it ended: workers go on until they have read what there is.
    posix.close(end)
    return queue


def begin(queue, at_work, slot, files):
    """Forks a worker from this process, which has compiled nothing."""
    posix.pwrite(at_work, NOTHING, slot * WORD)
    child = posix.fork()
    if child:
        return child
    try:
        posix._exit(work(queue, at_work, slot, files))
    except BaseException as error:
        posix.write(2, ('compile.py: %r\n' % error).encode('utf-8', 'replace'))
        posix._exit(BROKEN)


def work(queue, at_work, slot, files):
    """In the worker: files until none is left, or until this process may no longer go on."""
    modules = len(sys.modules)
    while word := posix.read(queue, WORD):
        posix.pwrite(at_work, word, slot * WORD)
        index = int.from_bytes(word, 'little')
        source, _, path, target = files[index]
        compile_one(index, source, '/' + path.decode('utf-8', 'surrogateescape'), target)
        if not FORGETS or len(sys.modules) != modules:
            return RENEW
    return DONE


def compile_one(index, source, path, target):
    """One source to one pyc; reports what is the source's own fault. Leaves nothing behind that the next file could see."""
    descriptor = posix.open(source, posix.O_RDONLY)
    content = read(descriptor)
    posix.close(descriptor)
    try:
        code = marshal.dumps(compile(content, path, 'exec', dont_inherit=True, optimize=0))
    except (SyntaxError, ValueError, UnicodeError, RecursionError, MemoryError, OverflowError, SystemError) as error:
        return report(index, '%s: %s' % (type(error).__name__, error))
    data = header(content) + code
    descriptor = posix.open(target, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL, 0o644)
    while data:
        data = data[posix.write(descriptor, data):]
    posix.close(descriptor)


def header(content):
    """Magic number, flags 1 (hash-based, never checked) and the source's hash (PEP 552)."""
    external = sys.modules['_frozen_importlib_external']
    magic = external.MAGIC_NUMBER
    return magic + b'\x01\x00\x00\x00' + _imp.source_hash(external._RAW_MAGIC_NUMBER, content)


def read(descriptor):
    parts = []
    while chunk := posix.read(descriptor, 1 << 20):
        parts.append(chunk)
    return b''.join(parts)


def report(index, why):
    """One write of less than a pipe's atomic size, so that lines of several workers do not mix."""
    plain = ''.join(c if ' ' <= c <= '~' and c not in '"\\' else '?' for c in why[:300])
    say('{"file": %d, "why": "%s"}' % (index, plain))


def say(line):
    posix.write(1, line.encode('ascii') + b'\n')


if __name__ == '__main__':
    main()
