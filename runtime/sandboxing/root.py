"""Builds the file system a sandbox sees, in a mount namespace of its own, and moves into it."""

import os
import stat

from sandboxing import kernel
from sandboxing.failure import Failure, step
from sandboxing.kernel import MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY

MOST_LAYERS = 500  # OVL_MAX_STACK of the kernel, one of them for our mount points
DEVICES = ('null', 'zero', 'full', 'random', 'urandom', 'tty')
LINKS = {
    'fd': '/proc/self/fd',
    'stdin': '/proc/self/fd/0',
    'stdout': '/proc/self/fd/1',
    'stderr': '/proc/self/fd/2',
    'ptmx': 'pts/ptmx',
}
USUAL_TMPFS = {'/tmp': 1 << 30, '/run': 64 << 20}
OURS = ('/proc', '/dev', '/sys')

# What tells of the machine's other tenants, and what a process that is the machine's root could still change without
# any capability: the lists of the OCI runtimes (runtime-spec, maskedPaths and readonlyPaths).
READONLY_PROC = ('bus', 'fs', 'irq', 'sys', 'sysrq-trigger')
MASKED_PROC = (
    'acpi',
    'asound',
    'interrupts',
    'kcore',
    'keys',
    'latency_stats',
    'sched_debug',
    'scsi',
    'timer_list',
    'timer_stats',
)
SHOWN_SYS = ('devices/system/cpu', 'devices/system/node')  # How many processors there are: numpy, torch and psutil ask.


def enter(spec, cgroup):
    """
    Leaves this process at `/` of the sandbox with nothing of the machine in reach.

    While mounting, the root is the sandbox's and the working directory the machine's `/`: targets are absolute and
    looked up inside, so that a link in a layer leads nowhere else; sources are relative, and free of links, so they are
    looked up outside.
    """
    with step('namespaces'):
        kernel.mount(None, '/', flags=kernel.MS_REC | kernel.MS_PRIVATE)
    outside = os.open('/', os.O_PATH | os.O_CLOEXEC)
    targets = Targets(spec, os.path.realpath(spec['scratch']))
    mount_image(spec, targets, outside)
    inside = os.open('root', os.O_PATH | os.O_CLOEXEC)
    step_between(inside, outside)
    mount_proc()
    mount_dev()
    mount_sys(cgroup)
    targets.mount()
    with step('root'):
        if spec['root'] == 'read-only':
            kernel.make_readonly('/')
        os.chroot('.')
        os.fchdir(inside)
        kernel.pivot_root('.', '.')
        kernel.detach('.')
        os.chdir('/')


def step_between(inside, outside):
    """The root becomes the sandbox's, the working directory stays the machine's."""
    with step('root'):
        os.fchdir(inside)
        os.chroot('.')
        os.fchdir(outside)


def mount_image(spec, targets, outside):
    """Mounts the layers at `root` in the scratch directory, which becomes the working directory."""
    layers = spec['layers']
    if len(layers) >= MOST_LAYERS:
        raise Failure('overlay', text='%d layers; the kernel stacks at most %d' % (len(layers), MOST_LAYERS - 1))
    with step('scratch'):
        kernel.mount('tmpfs', targets.scratch, 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=755')
        os.chdir(targets.scratch)
        for name in ('none', 'points', 'work', 'root'):
            os.mkdir(name)
        targets.write_hosts()
        targets.write_secrets()
    # Mount options end at one page: hundreds of layers need short names. Links also spare us escaping `:` and `,`.
    for number, layer in enumerate(layers):
        if not os.path.isdir(layer):
            raise Failure('overlay', text='the layer %s is not a directory' % layer, errno_name='ENOENT')
        os.symlink(layer, 'l%d' % number)
    names = ['l%d' % number for number in reversed(range(len(layers)))] or ['none']
    mount_overlay(names, 'points', 'work')
    root = os.open('root', os.O_PATH | os.O_CLOEXEC)
    scratch = os.open('.', os.O_PATH | os.O_CLOEXEC)
    with step('mount'):
        step_between(root, outside)
        targets.ensure()
        os.chroot('.')
        os.fchdir(scratch)
    if isinstance(spec['root'], dict):
        # The caller's directory shall hold what the program writes, not the mount points: these become a lower layer.
        os.close(root)
        with step('overlay'):
            kernel.detach('root')
            prepare_upper(spec['root']['upper'])
        mount_overlay(['points'] + names, 'upper', 'upper-work')


def prepare_upper(upper):
    os.makedirs(upper, exist_ok=True)
    os.makedirs(upper + '.work', exist_ok=True)
    os.symlink(upper, 'upper')
    os.symlink(upper + '.work', 'upper-work')


def mount_overlay(layers, upper, work):
    options = 'lowerdir=%s,upperdir=%s,workdir=%s' % (':'.join(layers), upper, work)
    if not kernel.in_first_user_namespace():
        options += ',userxattr'
    with step('overlay'):
        kernel.mount('overlay', 'root', 'overlay', 0, options)


def mount_proc():
    with step('proc'):
        kernel.mount('proc', '/proc', 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC)
        for name in READONLY_PROC:
            if os.path.exists('/proc/' + name):
                kernel.bind('/proc/' + name, '/proc/' + name, readonly=True)
        for name in MASKED_PROC:
            path = '/proc/' + name
            if os.path.isdir(path):
                kernel.mount('tmpfs', path, 'tmpfs', MS_RDONLY | MS_NOSUID | MS_NODEV, 'mode=555,size=4k')
            elif os.path.exists(path):
                kernel.bind('dev/null', path)


def mount_dev():
    with step('mount'):
        kernel.mount('tmpfs', '/dev', 'tmpfs', MS_NOSUID | MS_NOEXEC, 'mode=755,size=64k')
        for name in DEVICES:
            if os.path.exists('dev/' + name):
                create('/dev/' + name)
                kernel.bind('dev/' + name, '/dev/' + name)
        for name, target in LINKS.items():
            os.symlink(target, '/dev/' + name)
        os.mkdir('/dev/pts')
        kernel.mount('devpts', '/dev/pts', 'devpts', MS_NOSUID | MS_NOEXEC, 'newinstance,ptmxmode=0666,mode=0620')
        os.mkdir('/dev/shm')
        kernel.mount('tmpfs', '/dev/shm', 'tmpfs', MS_NOSUID | MS_NODEV | MS_NOEXEC, 'mode=1777,size=64m')
        kernel.make_readonly('/dev')


def mount_sys(cgroup):
    with step('mount'):
        kernel.mount('tmpfs', '/sys', 'tmpfs', MS_NOSUID | MS_NODEV | MS_NOEXEC, 'mode=755,size=64k')
        for name in SHOWN_SYS:
            if os.path.isdir('sys/' + name):
                os.makedirs('/sys/' + name)
                kernel.bind('sys/' + name, '/sys/' + name, readonly=True)
        os.makedirs('/sys/fs/cgroup')
        show_limits(cgroup)
        kernel.make_readonly('/sys')


def show_limits(cgroup):
    """Where the image's launcher reads its limits, as in any container."""
    for controller, directory in cgroup.directories.items():
        if cgroup.version[controller] == 1:
            target = '/sys/fs/cgroup/' + controller
            os.mkdir(target)
            kernel.bind(directory.lstrip('/'), target, readonly=True)
    if 2 in cgroup.version.values() and 1 not in cgroup.version.values():
        try:
            kernel.mount('cgroup2', '/sys/fs/cgroup', 'cgroup2', MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
        except OSError:
            pass  # Seeing the limits is a help; they hold all the same.


class Targets:
    """What is mounted on top of the image: tmpfs, the caller's files and directories, name resolution."""

    def __init__(self, spec, scratch):
        self.scratch = scratch
        self.spec = spec
        self.binds = [Bind(os.path.realpath(m['from']), m['to'], m['readonly'], m['from']) for m in spec['mounts']]
        self.hosts = scratch + '/hosts'
        if spec['network'] == 'host' and os.path.exists('/etc/resolv.conf'):
            self.binds.append(Bind(os.path.realpath('/etc/resolv.conf'), '/etc/resolv.conf', True))
        self.binds.append(Bind(self.hosts, '/etc/hosts', True))
        if spec.get('secrets'):
            self.binds.append(Bind(scratch + '/secrets', '/run/secrets', True))
        covered = {os.path.normpath(bind.to) for bind in self.binds}
        asked = {os.path.normpath(t['to']): t['size'] for t in spec['tmpfs']}
        self.tmpfs = {to: size for to, size in {**USUAL_TMPFS, **asked}.items() if to not in covered}
        for to in covered | set(self.tmpfs):
            if to == '/' or not to.startswith('/') or to.startswith(tuple(name + '/' for name in OURS)) or to in OURS:
                raise Failure('mount', text='nothing can be mounted at %s' % to, errno_name='EINVAL')

    def write_hosts(self):
        """The names this sandbox knows without asking: the machine's when it shares its network, and its own."""
        text = (
            kernel.read_text('/etc/hosts', '')
            if self.spec['network'] == 'host'
            else '127.0.0.1 localhost\n::1 localhost\n'
        )
        given = ''.join('%s %s\n' % (address, name) for name, address in self.spec.get('hosts', {}).items())
        with open('hosts', 'w', encoding='utf-8') as file:
            file.write(given + text.rstrip('\n') + '\n127.0.1.1 %s\n' % self.spec['hostname'])

    def write_secrets(self):
        """Files that only the program's user can read, in the memory of this sandbox."""
        secrets = self.spec.get('secrets') or {}
        if not secrets:
            return
        os.mkdir('secrets', 0o700)
        for name, value in secrets.items():
            path = 'secrets/' + name
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o400)
            with open(descriptor, 'wb') as file:
                file.write(value.encode())
            self.give(path)
        os.chmod('secrets', 0o500)
        self.give('secrets')

    def give(self, path):
        # In a user namespace there is one identity, whose all files are.
        if kernel.in_first_user_namespace():
            os.chown(path, self.spec['user']['uid'], self.spec['user']['gid'])

    def ensure(self):
        """Makes the mount points that the image lacks."""
        for path in OURS + tuple(self.tmpfs):
            make_directory(path)
        for bind in self.binds:
            bind.ensure(self)
            open_way(bind.to)

    def mount(self):
        """Outer places before those inside them."""
        with step('mount'):
            everything = [(to, None, size) for to, size in self.tmpfs.items()] + [
                (bind.to, bind, None) for bind in self.binds
            ]
            for to, bind, size in sorted(everything, key=lambda entry: os.path.normpath(entry[0]).count('/')):
                if bind is None:
                    make_directory(to)
                    kernel.mount('tmpfs', to, 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=1777,size=%d' % size)
                else:
                    bind.ensure(self)
                    kernel.bind(bind.source, bind.to, bind.readonly)


class Bind:
    """A file or directory of the machine shown in the sandbox. Its source is relative to the machine's `/`."""

    def __init__(self, source, to, readonly, named=None):
        self.source = source.lstrip('/') or '.'
        self.named = named or source
        self.to = to
        self.readonly = readonly

    def ensure(self, targets):
        if os.path.isdir(self.source):
            make_directory(self.to)
        elif os.path.exists(self.source):
            make_file(self.to)
        else:
            raise Failure('mount', text='%s does not exist on this machine' % self.named, errno_name='ENOENT')


def make_directory(path):
    os.makedirs(os.path.realpath(path), exist_ok=True)


def open_way(path):
    """Lets the program's user through to what is shown at a path: an image's /root is root's alone, and a home of root's lies below it.
    Before anything is mounted there, so that no directory of the machine is changed."""
    path = os.path.realpath(path)
    while (path := os.path.dirname(path)) != '/':
        mode = stat.S_IMODE(os.stat(path).st_mode)
        if not mode & 0o001:
            os.chmod(path, mode | 0o111)


def make_file(path):
    path = os.path.realpath(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path):
        create(path)


def create(path):
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
