"""The cgroup that limits a sandbox's memory and processes, where this machine lets us make one.

Version 2: below the nearest cgroup of ours that we may write to and that hands on the controllers (root: the top of the
tree, since a cgroup that holds processes hands on nothing). Version 1, also beside version 2: below our own cgroup of
each controller.
"""

import os

PREFIX = 'wherry-'
CONTROLLERS = ('memory', 'pids')


class Cgroup:
    """`memory` and `pids` say "enforced", "unavailable", or None where no limit was asked for."""

    def __init__(self, memory_limit, pids_limit):
        self.limits = {'memory': memory_limit, 'pids': pids_limit}
        self.directories = {}  # controller → directory; with version 2 both are the same one
        self.version = {}

    @classmethod
    def make(cls, memory_limit, pids_limit):
        group = cls(memory_limit, pids_limit)
        wanted = [name for name in CONTROLLERS if group.limits[name] is not None]
        if wanted:
            places = mounted_hierarchies()
            for name in wanted:
                if name in places:
                    group.make_first(name, places[name])
                elif 'unified' in places:
                    group.make_second(name, places['unified'])
            group.forget_closed()
        return group

    @property
    def memory(self):
        return self.state('memory')

    @property
    def pids(self):
        return self.state('pids')

    def state(self, name):
        if self.limits[name] is None:
            return None
        return 'enforced' if name in self.directories else 'unavailable'

    def make_first(self, name, place):
        directory = new_directory(place.own)
        if directory is None:
            return
        try:
            self.limit_first(name, directory)
            self.adopt(name, directory, 1)
        except OSError:
            remove_directory(directory)

    def limit_first(self, name, directory):
        limit = self.limits[name]
        if name == 'pids':
            return write(directory, 'pids.max', limit)
        write(directory, 'memory.limit_in_bytes', limit)
        try:
            write(directory, 'memory.memsw.limit_in_bytes', limit)
        except OSError:
            pass  # Swap accounting is off (swapaccount=0): the limit is of memory alone.

    def make_second(self, name, place):
        directory = self.directories.get(name) or next(
            (d for n, d in self.directories.items() if self.version[n] == 2), None
        )
        fresh = directory is None
        if fresh:
            directory = next((d for d in (new_directory(parent) for parent in place.handing_on(name)) if d), None)
        if directory is None:
            return
        try:
            write(directory, name + '.max', self.limits[name])
            if name == 'memory':
                try:
                    write(directory, 'memory.swap.max', 0)
                except OSError:
                    pass  # A kernel without swap.
            self.adopt(name, directory, 2)
        except OSError:
            if fresh:
                remove_directory(directory)

    def adopt(self, name, directory, version):
        self.directories[name] = directory
        self.version[name] = version

    def forget_closed(self):
        """
        Only a cgroup that a process may enter is one: moving needs rights on the common ancestor (cgroups(7),
        delegation).
        """
        if not self.directories:
            return
        pid = os.fork()
        if pid == 0:
            try:
                self.enter()
                os._exit(0)
            finally:
                os._exit(1)
        if os.waitpid(pid, 0)[1] != 0:
            self.remove()

    def enter(self):
        """Moves this process, and what it will start, into the cgroup."""
        for directory in set(self.directories.values()):
            write(directory, 'cgroup.procs', 0)

    def out_of_memory(self):
        """Whether the kernel killed something in here for its memory."""
        directory = self.directories.get('memory')
        if directory is None:
            return False
        file = 'memory.events' if self.version['memory'] == 2 else 'memory.oom_control'
        counts = dict(line.split(None, 1) for line in read(directory, file).splitlines())
        return int(counts.get('oom_kill', 0)) > 0

    def remove(self):
        for directory in set(self.directories.values()):
            remove_directory(directory)
        self.directories = {}


class Hierarchy:
    """A mounted cgroup file system: `top` is its directory, `own` the directory of the cgroup we are in."""

    def __init__(self, top, own):
        self.top = top
        self.own = own

    def handing_on(self, controller):
        """Directories, nearest first, that give this controller to a child we make (version 2)."""
        directory = self.own
        while True:
            if controller in read(directory, 'cgroup.subtree_control').split():
                yield directory
            if directory == self.top:
                break
            directory = os.path.dirname(directory)
        if os.geteuid() == 0 and controller in read(self.top, 'cgroup.controllers').split():
            try:
                write(self.top, 'cgroup.subtree_control', '+' + controller)
                yield self.top
            except OSError:
                pass


def mounted_hierarchies():
    """{controller or "unified": Hierarchy}, read from this process's mounts and memberships (proc(5), cgroups(7))."""
    own = {}
    for line in read('/proc/self', 'cgroup').splitlines():
        _, names, path = line.split(':', 2)
        for name in names.split(',') if names else ['unified']:
            own[name] = path
    found = {}
    for line in read('/proc/self', 'mountinfo').splitlines():
        left, _, right = line.partition(' - ')
        root, top = (unescape(word) for word in left.split()[3:5])
        kind, _, options = right.split(' ', 2)
        if kind not in ('cgroup', 'cgroup2'):
            continue
        for name in ['unified'] if kind == 'cgroup2' else options.split(','):
            if name in own:
                found[name] = Hierarchy(top, below(top, root, own[name]))
    return found


def below(top, root, path):
    """
    The directory of cgroup `path` in a mount at `top` that shows the tree from `root` on (a container's may show a
    part).
    """
    if root != '/' and (path + '/').startswith(root + '/'):
        path = path[len(root) :]
    directory = os.path.normpath(top + '/' + path)
    inside = directory == top or directory.startswith(top + '/')
    return directory if inside and os.path.isdir(directory) else top


def new_directory(parent):
    sweep(parent)
    directory = '%s/%s%d' % (parent, PREFIX, os.getpid())
    try:
        os.mkdir(directory)
    except FileExistsError:
        pass
    except OSError:
        return None
    return directory


def sweep(parent):
    """Removes what killed keepers left: the kernel refuses to remove a cgroup in which something lives."""
    try:
        names = os.listdir(parent)
    except OSError:
        return
    for name in names:
        if name.startswith(PREFIX) and not os.path.exists('/proc/' + name[len(PREFIX) :]):
            remove_directory(parent + '/' + name)


def remove_directory(directory):
    try:
        os.rmdir(directory)
    except OSError:
        pass


def read(directory, name):
    try:
        with open(directory + '/' + name) as file:
            return file.read()
    except OSError:
        return ''


def write(directory, name, value):
    fd = os.open(directory + '/' + name, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, str(value).encode())
    finally:
        os.close(fd)


def unescape(text):
    """Mount tables write space, tab, newline and backslash in octal."""
    for code, character in (('\\040', ' '), ('\\011', '\t'), ('\\012', '\n'), ('\\134', '\\')):
        text = text.replace(code, character)
    return text
