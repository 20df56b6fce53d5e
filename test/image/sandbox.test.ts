import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Container } from '../../src/engines/engine.ts'
import { mountFailed, programNotStarted } from '../../src/engines/errors.ts'
import { makePlace, odd, type Place } from '../support/sandbox-place.ts'

/** What a program sees and may do inside a sandbox. */
describe.each(['root', 'user'] as const)('started by %s', who => {
  let place: Place
  beforeAll(async () => {
    place = await makePlace(who)
  })
  afterAll(() => place.remove())

  /** Runs Python code inside; what it puts into `told` comes back. */
  const ask = async (code: string, change: Partial<Container> = {}): Promise<unknown> => {
    const wrapped = `import os, json\ntold = {}\n${code}\nprint(json.dumps(told))`
    const result = await place.engine.run(place.container(wrapped, change))
    expect(result).toMatchObject({ code: 0, stderr: '' })
    return JSON.parse(result.stdout)
  }

  test.each([
    ['read-only', 10001],
    ['discarded', 10001],
    ['discarded', 0],
  ] as const)('the program is process 1 without any right (%s root, user %i)', async (root, uid) => {
    const code = `
told['pid'] = os.getpid()
told['ids'] = [os.getresuid(), os.getresgid()]
told['host'] = os.uname().nodename
told['cwd'] = os.getcwd()
told['env'] = dict(os.environ)
told['session'] = os.getsid(0)
status = dict(l.rstrip(chr(10)).split(':\\t', 1) for l in open('/proc/self/status') if ':\\t' in l)
told['status'] = [status[k] for k in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp', 'SigBlk')]
told['processes'] = [p for p in os.listdir('/proc') if p.isdigit()]
told['fds'] = [f for f in os.listdir('/proc/self/fd') if int(f) > 3]`
    const none = '0000000000000000'
    expect(await ask(code, { root, user: { uid, gid: uid } })).toEqual({
      pid: 1,
      ids: [
        [uid, uid, uid],
        [uid, uid, uid],
      ],
      host: 'web-1',
      cwd: '/srv',
      env: { PATH: '/usr/bin', GREETING: 'grüß dich' },
      session: 1,
      status: [none, none, none, none, none, '1', '2', none],
      processes: ['1'],
      fds: [],
    })
  })

  const writing = `
def attempt(path):
    try:
        open(path, 'w').close()
        return 'ok'
    except OSError as error:
        return error.strerror
told.update((path, attempt(path)) for path in PATHS)`

  test('a read-only root is writable nowhere but in memory', async () => {
    const refused = ['/x', '/usr/x', '/srv/x', '/dev/x', '/sys/x', '/etc/hosts', '/proc/sys/kernel/core_pattern']
    const granted = ['/tmp/x', '/run/x', '/dev/shm/x', '/cache/x', '/dev/null']
    const told = (await ask(`PATHS = ${JSON.stringify([...refused, ...granted])}${writing}`, {
      tmpfs: [{ to: '/cache', size: 1 << 20 }],
    })) as Record<string, string>
    for (const path of granted) expect([path, told[path]]).toEqual([path, 'ok'])
    for (const path of refused) expect(['Read-only file system', 'Permission denied']).toContain(told[path])
  })

  test('what is written to a root with an upper directory is found there, and nothing else', async () => {
    const upper = join(place.directory('uppers'), odd)
    const code = `PATHS = ['/x', '/usr/x', '/tmp/x', '/run/x']${writing}\nos.remove('/usr/bin/python3')`
    const told = await ask(code, {
      root: { upper },
      mounts: [{ from: place.directory('data'), to: '/data/deep', readonly: false }],
    })
    expect(told).toEqual({ '/x': 'ok', '/usr/x': 'ok', '/tmp/x': 'ok', '/run/x': 'ok' })
    expect(new Set(readdirSync(upper, { recursive: true, encoding: 'utf8' }))).toEqual(
      new Set(['usr', 'usr/bin', 'usr/bin/python3', 'usr/x', 'x']),
    )
    expect(readdirSync(join(upper, '..'))).toEqual([odd])
    const again = await ask("told['there'] = [os.path.exists('/x'), os.path.exists('/usr/bin/python3')]", {
      root: { upper },
      argv: [
        `python3.${pythonMinor()}`,
        '-I',
        '-B',
        '-c',
        "import os; print('{\"there\": 1}' if os.path.exists('/x') else 0)",
      ],
    })
    expect(again).toEqual({ there: 1 })
  })

  test('a discarded root is writable and forgotten', async () => {
    const code = `PATHS = ['/x', '/usr/x']${writing}
os.mkdir('/etc/empty')
os.remove('/usr/bin/python3')
told['left'] = [os.listdir('/etc/empty'), os.path.exists('/usr/bin/python3')]`
    expect(await ask(code, { root: 'discarded' })).toEqual({ '/x': 'ok', '/usr/x': 'ok', left: [[], false] })
    expect(await ask("told['x'] = os.path.exists('/x')", { root: 'discarded' })).toEqual({ x: false })
    expect(existsSync(join(place.layer, 'x'))).toBe(false)
  })

  test('the machine is out of sight', async () => {
    const code = `
told['names'] = sorted(os.listdir('/'))
told['seen'] = [p for p in (${JSON.stringify(place.path)}, '/home', '/var/lib', '/sys/kernel', '/dev/mem') if os.path.exists(p)]
told['up'] = sorted(os.listdir('/../../..')) == told['names']
told['root'] = os.readlink('/proc/self/root')
told['kcore'] = os.path.exists('/proc/kcore') and os.path.getsize('/proc/kcore')`
    expect(await ask(code)).toMatchObject({
      names: ['bin', 'dev', 'etc', 'lib', 'lib64', 'proc', 'run', 'srv', 'sys', 'tmp', 'usr'],
      seen: [],
      up: true,
      root: '/',
    })
  })

  test('the kernel cannot be asked for more', async () => {
    const code = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def refused(*call):
    ctypes.set_errno(0)
    return [libc.syscall(*call), ctypes.get_errno()]
x86 = os.uname().machine == 'x86_64'
told['unshare'] = refused(272 if x86 else 97, 0x10000000)
told['clone'] = refused(56 if x86 else 220, 0x10000000 | 17, 0, 0, 0, 0)
told['clone3'] = refused(435, 0, 0)
told['mount'] = [libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), ctypes.get_errno()]
told['bpf'] = refused(321 if x86 else 280, 0, 0, 0)
told['typing'] = [libc.ioctl(0, 0x5412, b'x'), ctypes.get_errno()]`
    const [eperm, enosys] = [
      [-1, 1],
      [-1, 38],
    ]
    expect(await ask(code)).toEqual({
      unshare: eperm,
      clone: eperm,
      clone3: enosys,
      mount: eperm,
      bpf: eperm,
      typing: eperm,
    })
  })

  test('without network there is a loopback and nothing else', async () => {
    const code = `
import socket
told['names'] = [name for _, name in socket.if_nameindex() if name == 'lo' or open('/proc/net/route').read().count('\\n') > 1]
server = socket.create_server(('127.0.0.1', 0))
socket.create_connection(server.getsockname()).close()
told['localhost'] = socket.gethostbyname('localhost')
told['self'] = socket.gethostbyname('web-1')
try:
    socket.create_connection(('192.0.2.1', 80), 3)
except OSError as error:
    told['outside'] = error.strerror`
    const told = { names: ['lo'], localhost: '127.0.0.1', self: '127.0.1.1', outside: 'Network is unreachable' }
    expect(await ask(code)).toEqual(told)
  })

  test("with the machine's network its servers can be reached", async () => {
    const { createServer } = await import('node:net')
    const server = createServer(socket => socket.end('hello'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const code = `import socket\ntold['said'] = socket.create_connection(('127.0.0.1', ${port})).recv(9).decode()`
    expect(await ask(code, { network: 'host' })).toEqual({ said: 'hello' })
    server.close()
  })

  test('abstract sockets of the machine are out of reach where the kernel can scope them', async () => {
    const { createServer } = await import('node:net')
    const name = `wherry-${process.pid}-${who}`
    const server = createServer(socket => socket.end())
    await new Promise<void>(resolve => server.listen(`\0${name}`, resolve))
    const code = `
import ctypes, socket
told['landlock'] = ctypes.CDLL(None).syscall(444, None, 0, 1) >= 6
def reach(name):
    try:
        socket.socket(socket.AF_UNIX).connect(chr(0) + name)
        return True
    except PermissionError:
        return False
own = socket.socket(socket.AF_UNIX)
own.bind(chr(0) + 'own-${name}')
own.listen()
told['own'] = reach('own-${name}')
told['outside'] = reach('${name}')`
    const told = (await ask(code, { network: 'host' })) as { landlock: boolean }
    expect(told).toMatchObject({ own: true, outside: !told.landlock })
    expect(await ask(code.replace('except PermissionError', 'except OSError'))).toMatchObject({
      own: true,
      outside: false,
    })
    server.close()
  })

  test('mounts show files and directories, read-only where asked', async () => {
    const data = place.directory(`data ${odd}`)
    writeFileSync(join(data, 'seed'), 'seed')
    if (who === 'root') execFileSync('chown', ['-R', '10001', data])
    const code = `
told['seed'] = open('/readable/seed').read() + open('/run/one').read()
open('/volume/new', 'w').write('new')
PATHS = ['/readable/x', '/run/one']${writing}`
    const mounts = [
      { from: data, to: '/volume', readonly: false },
      { from: data, to: '/readable', readonly: true },
      { from: join(data, 'seed'), to: '/run/one', readonly: true },
    ]
    const no = 'Read-only file system'
    expect(await ask(code, { mounts })).toEqual({ seed: 'seedseed', '/readable/x': no, '/run/one': no })
    expect(readFileSync(join(data, 'new'), 'utf8')).toBe('new')
  })

  test('a link in a layer does not lead a mount out of the image', async () => {
    const outside = place.directory('outside')
    const layer = place.directory('links')
    symlinkSync(outside, join(layer, 'data'))
    symlinkSync('../../../../../../../..' + outside, join(layer, 'up'))
    const mounts = ['/data/one', '/up/two'].map(to => ({ from: place.directory('empty'), to, readonly: true }))
    const layers = [place.layer, layer]
    const code = `told['there'] = [os.path.isdir(p) for p in ('/data/one', '/up/two')]`
    expect(await ask(code, { mounts, layers })).toEqual({ there: [true, true] })
    expect(readdirSync(outside)).toEqual([])
  })

  test('the upper of 200 layers wins, whatever they are called', async () => {
    const layers = Array.from({ length: 200 }, (_, n) => {
      const path = join(place.directory('many'), `${n} ${odd} ${'long'.repeat(20)}`)
      mkdirSync(path)
      writeFileSync(join(path, 'top'), String(n))
      writeFileSync(join(path, `only-${n}`), '')
      return path
    })
    place.directory('many')
    const code = `told['top'] = open('/top').read()\ntold['count'] = sum(n.startswith('only-') for n in os.listdir('/'))`
    expect(await ask(code, { layers: [place.layer, ...layers] })).toEqual({ top: '199', count: 200 })
  })

  test.each(['/proc/self/fd/8', '/leak', '/missing', 'relative', '/usr/bin/python3', ''])(
    'the working directory %j is refused by name',
    async cwd => {
      const layer = place.directory('leak')
      if (readdirSync(layer).length === 0) symlinkSync('/proc/self/fd/8/../../..', join(layer, 'leak'))
      const running = place.engine.run(place.container('print(1)', { cwd, layers: [place.layer, layer] }))
      await expect(running).rejects.toMatchObject({ code: programNotStarted.entry.code })
    },
  )

  test('what cannot be started or mounted has a name', async () => {
    const code = { code: programNotStarted.entry.code }
    await expect(place.engine.run(place.container('', { argv: ['no-such-program'] }))).rejects.toMatchObject(code)
    await expect(place.engine.run(place.container('', { argv: ['/etc/hosts'] }))).rejects.toMatchObject(code)
    for (const [from, to] of [
      ['/no/such', '/data'],
      ['/etc', '/'],
      ['/etc', '/proc/x'],
      ['/etc', '/dev/../sys'],
    ] as const) {
      const mounts = [{ from, to, readonly: true }]
      await expect(place.engine.run(place.container('', { mounts }))).rejects.toMatchObject({
        code: mountFailed.entry.code,
      })
    }
  })

  test('exit codes, streams and input pass through', async () => {
    const lines: string[] = []
    const code = 'import sys; print(sys.stdin.read().upper()); print("oops", file=sys.stderr); sys.exit(7)'
    const result = await place.engine.run(place.container(code), {
      input: 'hello\nyou',
      onLine: (line, from) => lines.push(`${from}: ${line}`),
    })
    expect(result).toMatchObject({
      code: 7,
      signal: null,
      stdout: 'HELLO\nYOU\n',
      stderr: 'oops\n',
      timedOut: false,
      outOfMemory: false,
    })
    expect(lines.sort()).toEqual(['stderr: oops', 'stdout: HELLO', 'stdout: YOU'])
  })
})

function pythonMinor(): string {
  return execFileSync('/usr/bin/python3', ['-c', 'import sys; print(sys.version_info[1])'], { encoding: 'utf8' }).trim()
}
