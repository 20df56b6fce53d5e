import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Container } from '../../src/engines/engine.ts'
import {
  connectDaemon,
  daemonsHere,
  listStepImages,
  loadImage,
  removeStepImage,
} from '../../src/engines/docker/index.ts'
import { mountFailed, programNotStarted } from '../../src/engines/errors.ts'
import { directoryImage, directoryLayer } from '../../src/oci/index.ts'
import { engineKinds, openEnginePlace, type EnginePlace } from '../support/engine-place.ts'
import { odd } from '../support/sandbox-place.ts'

/** The contract of src/engines/engine.ts, kept by every engine alike: what a program sees, what comes of it, what may stop it. */
describe.each(engineKinds)('%s', kind => {
  const isSandbox = kind.startsWith('sandbox')
  let place: EnginePlace
  beforeAll(async () => {
    place = await openEnginePlace(kind)
  })
  afterAll(() => place?.remove())

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
    const told = (await ask(code, { root, user: { uid, gid: uid } })) as { env: object }
    // Docker and podman add where the user lives, and podman what it is.
    const own = isSandbox
      ? {}
      : {
          HOME: expect.any(String),
          ...(kind === 'podman' ? { HOSTNAME: 'web-1', TERM: 'xterm', container: 'podman' } : {}),
        }
    expect(told.env).toEqual({ PATH: '/usr/bin', GREETING: 'grüß dich', ...own })
    expect(told).toMatchObject({
      pid: 1,
      ids: [
        [uid, uid, uid],
        [uid, uid, uid],
      ],
      host: 'web-1',
      cwd: '/srv',
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
    const code = `PATHS = ['/srv/x', '/usr/x', '/tmp/x', '/run/x']${writing}\nos.remove('/usr/bin/python3')`
    const told = await ask(code, {
      root: { upper },
      mounts: [{ from: place.directory('data'), to: '/data/deep', readonly: false }],
    })
    expect(told).toEqual({ '/srv/x': 'ok', '/usr/x': 'ok', '/tmp/x': 'ok', '/run/x': 'ok' })
    expect(new Set(readdirSync(upper, { recursive: true, encoding: 'utf8' }))).toEqual(
      new Set(['srv', 'srv/x', 'usr', 'usr/bin', 'usr/bin/python3', 'usr/x']),
    )
    expect(readdirSync(join(upper, '..'))).toEqual([odd])
    const again = await ask("told['there'] = [os.path.exists('/srv/x'), os.path.exists('/usr/bin/python3')]", {
      root: { upper },
      argv: [
        `python3.${pythonMinor()}`,
        '-I',
        '-B',
        '-c',
        "import os; print('{\"there\": 1}' if os.path.exists('/srv/x') else 0)",
      ],
    })
    expect(again).toEqual({ there: 1 })
  })

  test('a discarded root is writable and forgotten', async () => {
    const code = `PATHS = ['/srv/x', '/usr/x']${writing}
os.mkdir('/etc/empty')
os.remove('/usr/bin/python3')
told['left'] = [os.listdir('/etc/empty'), os.path.exists('/usr/bin/python3')]`
    expect(await ask(code, { root: 'discarded' })).toEqual({ '/srv/x': 'ok', '/usr/x': 'ok', left: [[], false] })
    expect(await ask("told['x'] = os.path.exists('/srv/x')", { root: 'discarded' })).toEqual({ x: false })
    expect(existsSync(join(place.layer, 'srv/x'))).toBe(false)
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

  test('mounts show files and directories, read-only where asked', async () => {
    const data = place.directory(kind === 'podman' ? 'data a:b' : `data ${odd}`)
    writeFileSync(join(data, 'seed'), 'seed')
    if (kind !== 'sandbox of a user') execFileSync('chown', ['-R', '10001', data])
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

  test('what is not UTF-8, and much of it, passes through', async () => {
    const code = 'import sys; sys.stdout.buffer.write(bytes(sys.stdin.buffer.read()) * 3)'
    const input = `${'x'.repeat(999)}\n`.repeat(2000)
    const result = await place.engine.run(place.container(code), { input, keep: 3000 })
    expect(result.stdout).toBe(input.slice(-3000))
  })

  test('time runs out for the program and all it started', async () => {
    const code = 'import subprocess, sys\nsubprocess.run([sys.executable, "-I", "-c", "import time; time.sleep(600)"])'
    expect(await place.engine.run(place.container(code), { timeout: 500 })).toMatchObject({
      timedOut: true,
      signal: 'SIGKILL',
    })
    const signal = AbortSignal.timeout(300)
    await expect(place.engine.run(place.container(code), { signal })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  test('a server is told to stop, and killed when it does not', async () => {
    const serving = (answer: string): string => `
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: ${answer})
open('/ready/yes', 'w').close()
while True: time.sleep(1)`
    const ready = place.directory('ready')
    chmodSync(ready, 0o777)
    const start = async (answer: string) => {
      rmSync(join(ready, 'yes'), { force: true })
      const mounts = [{ from: ready, to: '/ready', readonly: false }]
      const running = await place.engine.start(place.container(serving(answer), { mounts }))
      while (!existsSync(join(ready, 'yes'))) await sleep(20)
      return running
    }
    const polite = await start('sys.exit(3)')
    expect(polite.pid).toBeGreaterThan(1)
    expect(await polite.stop()).toMatchObject({ code: 3, signal: null })
    expect(await (await start('None')).stop('SIGTERM', 200)).toMatchObject({ code: null, signal: 'SIGKILL' })
  })

  test('more memory than allowed kills the program, and the result says why', async () => {
    const container = place.container('b = bytearray(200 << 20); print(len(b))', { memoryLimit: 64 << 20 })
    const result = await place.engine.run(container)
    // Without root there may be no cgroup that a sandbox could use.
    if (kind === 'sandbox of a user' && result.limits.memory === 'unavailable') return
    expect(result).toMatchObject({ code: null, signal: 'SIGKILL', outOfMemory: true, stdout: '' })
    expect(result.limits).toEqual({ memory: 'enforced', pids: null })
    const modest = { ...container, memoryLimit: 512 << 20 }
    expect(await place.engine.run(modest)).toMatchObject({ code: 0, outOfMemory: false, stdout: `${200 << 20}\n` })
  })

  test('a fork bomb stays small', async () => {
    const code = `
import os, time
made = 0
try:
    while made < 500:
        if os.fork() == 0: time.sleep(600)
        made += 1
except OSError as error:
    print(made < 30, error.strerror)`
    const result = await place.engine.run(place.container(code, { pidsLimit: 20 }))
    if (kind === 'sandbox of a user' && result.limits.pids === 'unavailable') return
    expect(result).toMatchObject({ code: 0, stdout: 'True Resource temporarily unavailable\n' })
    expect(result.limits).toEqual({ memory: null, pids: 'enforced' })
  })
})

test.each(['docker', 'podman'] as const)('%s is sent again what was cleared away from its store', async kind => {
  const place = await openEnginePlace(kind)
  try {
    const run = () => place.engine.run(place.container('print(1)'))
    expect(await run()).toMatchObject({ stdout: '1\n' })
    const [daemon] = await daemonsHere(place.env)
    if (!daemon) throw new Error('no daemon')
    const [name = '', ...more] = await listStepImages(daemon)
    expect([name, ...more]).toEqual([expect.stringMatching(/^localhost\/wherry-inside:/)])
    const serving = await place.engine.start(place.container('import time; time.sleep(60)'))
    expect(await removeStepImage(daemon, name)).toBe(false)
    await serving.stop('SIGKILL')
    await serving.exited
    expect(await removeStepImage(daemon, name)).toBe(true)
    expect(await listStepImages(daemon)).toEqual([])
    expect(await run()).toMatchObject({ stdout: '1\n' })
  } finally {
    await place.remove()
  }
})

test.each(['docker', 'podman'] as const)('%s is sent only the layers that it lacks', async kind => {
  const place = await openEnginePlace(kind)
  try {
    const daemon = await connectDaemon(kind, place.env)
    const top = place.directory('top')
    const load = async (content: string) => {
      writeFileSync(join(top, 'file'), content)
      const layers = await Promise.all([place.layer, top].map(each => directoryLayer(each, { owner: 0 })))
      const view = directoryImage(layers, config)
      const { sent } = await loadImage(daemon, view, `localhost/wherry-test:${content}`)
      return { sent, sizes: layers.map(({ layer }) => layer.size) }
    }
    const first = await load('one')
    expect(first.sent).toBe(first.sizes[0]! + first.sizes[1]!)
    const second = await load('two')
    expect(second.sent).toBe(second.sizes[1])
    expect((await load('two')).sent).toBe(0)
    const seen = await place.engine.run(
      place.container("print(open('/file').read())", { image: 'localhost/wherry-test:two', cwd: '/', layers: [] }),
    )
    expect(seen).toMatchObject({ code: 0, stdout: 'two\n' })
  } finally {
    await place.remove()
  }
})

const config = {
  architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
  user: '0:0',
  env: { LEFT: 'out' },
  entrypoint: [],
  command: ['none'],
  workingDirectory: '/',
  labels: {},
  created: '1980-01-01T00:00:00Z',
} as const

function pythonMinor(): string {
  return execFileSync('/usr/bin/python3', ['-c', 'import sys; print(sys.version_info[1])'], { encoding: 'utf8' }).trim()
}
