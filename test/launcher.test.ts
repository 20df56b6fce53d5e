import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { evaluate, folder, python, runLauncher, scratch, startLauncher } from './support/launcher.ts'

const MiB = 1024 * 1024

describe('processes', () => {
  const launch = (more: object = {}) => ({
    directory: folder({}),
    processes: { worker: [python, '-c', 'import sys; print(sys.argv[1:])', 'a', '${QUEUE:-default}', '$NAME'] },
    ...more,
  })

  test('runs a named process, with variables replaced and arguments added', async () => {
    const { code, output } = await runLauncher({ launch: launch(), args: ['worker', 'last'], env: { NAME: 'x y' } })
    expect(code, output).toBe(0)
    expect(output).toBe("['a', 'default', 'x y', 'last']\n")
  })

  test('names the known ones when asked for another', async () => {
    const { code, output } = await runLauncher({ launch: launch(), args: ['wroker'] })
    expect(code).toBe(2)
    expect(output).toContain('`wroker`')
    expect(output).toContain('web, worker')
  })

  test.each([['run'], ['--']])('runs a one-off command after %s and keeps its exit code', async word => {
    const args = [word, python, '-c', 'import os, sys; print(os.getcwd(), "$HOME"); sys.exit(7)']
    const wanted = launch()
    const { code, output } = await runLauncher({ launch: wanted, args })
    expect(code).toBe(7)
    expect(output).toBe(`${wanted.directory} $HOME\n`)
  })

  test('puts the programs of the environment first', async () => {
    const root = folder({ 'venv/bin/tool': '#!/bin/sh\necho mine\n', 'venv/pyvenv.cfg': '' })
    chmodSync(join(root, 'venv/bin/tool'), 0o755)
    const wanted = launch({ python: join(root, 'venv/bin/python') })
    const { output } = await runLauncher({ launch: wanted, args: ['run', 'tool'] })
    expect(output).toBe('mine\n')
  })

  test('says what could not be started', async () => {
    const { code, output } = await runLauncher({ launch: launch(), args: ['run', 'no-such-program'] })
    expect(code).toBe(127)
    expect(output).toContain('cannot start no-such-program')
  })

  test.each([
    [{ app: { interface: 'cgi' } }, 'app.interface'],
    [{ app: { interface: 'wsgi', module: 'm' } }, 'app.attribute'],
    [{ version: 2 }, 'version is 2'],
  ])('refuses a wrong launch.json by its key: %j', async (wrong, text) => {
    const { code, output } = await runLauncher({ launch: launch(wrong), args: ['worker'] })
    expect(code).toBe(78)
    expect(output).toContain(text)
    expect(output).not.toContain('Traceback')
  })

  test.each([
    [{ PORT: '80a' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
    [{ WEB_CONCURRENCY: '0' }, 'WEB_CONCURRENCY'],
    [{ WHERRY_SOCKET: `/tmp/${'x'.repeat(110)}` }, '107 bytes'],
    [{ WHERRY_EDGE: 'maybe' }, 'WHERRY_EDGE'],
    [{ WHERRY_EDGE: 'inside' }, 'no nginx'],
  ])('refuses a wrong environment by its variable: %j', async (env, text) => {
    const app = { interface: 'wsgi', module: 'm', attribute: 'a' }
    const { code, output } = await runLauncher({ launch: launch({ app, server: { name: 'gunicorn' } }), env })
    expect(code).toBe(78)
    expect(output).toContain(text)
  })

  test('is not broken by files of the app named as modules of the standard library', async () => {
    const names = ['json', 'socket', 'signal', 'http', 'os', 'limits', 'errors', 'launch']
    const directory = folder(Object.fromEntries(names.map(name => [`${name}.py`, 'raise SystemExit("shadowed")'])))
    const env = { PYTHONPATH: directory }
    const { code, output } = await runLauncher({
      launch: launch({ directory }),
      args: ['run', 'true'],
      env,
      cwd: directory,
    })
    expect(output).toBe('')
    expect(code).toBe(0)
  })
})

describe('secrets', () => {
  test('become variables, less one newline, unless set already', async () => {
    const secrets = folder({ API_KEY: 's3cret\n\n', GIVEN: 'from file', 'not-a-name': 'x' })
    execFileSync('mkfifo', [join(secrets, 'PIPE')])
    mkdirSync(join(secrets, 'DIRECTORY'))
    const show =
      'import os; print(sorted((k, v) for k, v in os.environ.items() if k in "API_KEY GIVEN PIPE DIRECTORY".split()))'
    const { output } = await runLauncher({
      launch: { directory: '/' },
      args: ['run', python, '-c', show],
      env: { WHERRY_SECRETS: secrets, GIVEN: 'from environment' },
    })
    expect(output).toBe(String.raw`[('API_KEY', 's3cret\n'), ('GIVEN', 'from environment')]` + '\n')
  })

  test('an app that is told the file of one gets no variable of its name, not by default either', async () => {
    const secrets = folder({ API_KEY: 's3cret', OTHER: 'other' })
    const show = 'import os; print(sorted(k for k in os.environ if k in "API_KEY API_KEY_FILE OTHER".split()))'
    const { output } = await runLauncher({
      launch: { directory: '/', env: { API_KEY: 'a default' } },
      args: ['run', python, '-c', show],
      env: { WHERRY_SECRETS: secrets, API_KEY_FILE: join(secrets, 'API_KEY'), OTHER_FILE: '/elsewhere' },
    })
    expect(output).toBe(`['API_KEY_FILE', 'OTHER']\n`)
  })

  test('that no variable can hold are named, never shown', async () => {
    const secrets = folder({ HUGE: 'hunter2'.repeat(20_000), BINARY: 'hunter2\0' })
    const env = { WHERRY_SECRETS: secrets }
    const { code, output } = await runLauncher({ launch: { directory: '/' }, args: ['run', 'true'], env })
    expect(code).toBe(0)
    expect(output).toContain('HUGE')
    expect(output).toContain('BINARY')
    expect(output).not.toContain('hunter2')
  })
})

describe('limits', () => {
  const read = (files: Record<string, string>) =>
    evaluate('from limits import read_limits\nprint(json.dumps(read_limits(given, affinity=8)))', folder(files))
  const meminfo = { 'proc/meminfo': `MemTotal:       ${(16 * 1024 * MiB) / 1024} kB\n` }

  test('are the machine where nothing else limits', () => {
    expect(read(meminfo)).toEqual([8, 16 * 1024 * MiB])
  })

  test('come from cgroup v2, as the smallest of our cgroup and those above it', () => {
    const files = {
      ...meminfo,
      'proc/self/cgroup': '0::/pod/app\n',
      'sys/fs/cgroup/pod/cpu.max': '150000 100000\n',
      'sys/fs/cgroup/pod/memory.max': `${2048 * MiB}\n`,
      'sys/fs/cgroup/pod/app/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/pod/app/memory.max': 'max\n',
      'sys/fs/cgroup/pod/app/memory.high': `${1024 * MiB}\n`,
    }
    expect(read(files)).toEqual([1.5, 1024 * MiB])
  })

  test('come from the root of cgroup v2 inside a cgroup namespace', () => {
    const files = { ...meminfo, 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '50000 100000\n' }
    expect(read(files)).toEqual([0.5, 16 * 1024 * MiB])
  })

  test('come from cgroup v1, also where the path is the host’s', () => {
    const files = {
      ...meminfo,
      'proc/self/cgroup': '4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': `${512 * MiB}\n`,
    }
    expect(read(files)).toEqual([2, 512 * MiB])
  })

  test('treat the huge number of cgroup v1 and rubbish as none', () => {
    const files = {
      ...meminfo,
      'proc/self/cgroup': 'rubbish\n4:memory:/\n',
      'sys/fs/cgroup/cpu.max': 'a b c\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    }
    expect(read(files)).toEqual([8, 16 * 1024 * MiB])
  })
})

describe('workers', () => {
  const count = (kind: string, cpus: number, memory: number, facts: object = {}, env: object = {}) =>
    evaluate(
      'from limits import Limits\nfrom workers import count_workers\nkind, cpus, memory, facts, env = given\n' +
        'print(json.dumps(count_workers(kind, Limits(cpus, memory), facts, env)))',
      [kind, cpus, memory, facts, env],
    ) as [number, number, number, string]

  test('follow processors and memory', () => {
    const cases = [
      ['wsgi', 0.5, 1024, 2],
      ['wsgi', 1, 1024, 2],
      ['wsgi', 4, 4096, 5],
      ['asgi', 4, 4096, 4],
      ['asgi', 1, 1024, 2],
      ['wsgi', 64, 2048, 10],
      ['wsgi', 64, 262_144, 12],
      ['wsgi', 4, 300, 1],
      ['asgi', 4, 100, 1],
    ]
    const found = evaluate(
      'from limits import Limits\nfrom workers import count_workers\n' +
        'print(json.dumps([[k, c, m, count_workers(k, Limits(c, m << 20), {}, {})[0]] for k, c, m, _ in given]))',
      cases,
    )
    expect(found).toEqual(cases)
  })

  test('are what WEB_CONCURRENCY says', () => {
    expect(count('wsgi', 1, 512 * MiB, {}, { WEB_CONCURRENCY: '7' }).slice(0, 2)).toEqual([7, 7])
  })

  test('are never more than the app bears', () => {
    const facts = { max: 1, because: 'channel layer in memory' }
    expect(count('asgi', 8, 8192 * MiB, facts, { WEB_CONCURRENCY: '7' })).toEqual([1, 1, 8, 'channel layer in memory'])
  })

  test('always fit: at least one, and no more than memory holds', () => {
    const found = evaluate(
      'from limits import Limits\nfrom workers import count_workers\n' +
        'print(json.dumps([count_workers(k, Limits(c, m << 20), {}, {})[:2] for k in ("wsgi", "asgi") for c in (.1, 1, 3, 64) for m in (1, 200, 999, 9999)]))',
    ) as [number, number][]
    for (const [started, most] of found) {
      expect(started).toBeGreaterThanOrEqual(1)
      expect(most).toBeGreaterThanOrEqual(started)
    }
  })
})

describe('data', () => {
  const launchWith = (volume: string, seed: string) => ({
    directory: '/',
    data: {
      volume,
      seed,
      places: [
        { path: 'db/app.sqlite3', kind: 'file' },
        { path: 'media', kind: 'directory' },
        { path: 'cache', kind: 'directory' },
      ],
    },
  })
  const start = (volume: string, seed: string) =>
    runLauncher({ launch: launchWith(volume, seed), args: ['run', 'true'] })

  test('that was committed fills the volume once, writable, and is not brought back', async () => {
    const volume = scratch()
    const seed = folder({ 'db/app.sqlite3': 'rows', 'media/a/pic.png': 'png' })
    chmodSync(join(seed, 'db/app.sqlite3'), 0o444)
    expect((await start(volume, seed)).code).toBe(0)
    expect(readFileSync(join(volume, 'media/a/pic.png'), 'utf8')).toBe('png')
    expect(statSync(join(volume, 'db/app.sqlite3')).mode & 0o200).toBe(0o200)
    expect(readdirSync(join(volume, 'cache'))).toEqual([])

    writeFileSync(join(volume, 'media/a/pic.png'), 'changed')
    rmSync(join(volume, 'db/app.sqlite3'))
    await start(volume, seed)
    expect(readFileSync(join(volume, 'media/a/pic.png'), 'utf8')).toBe('changed')
    expect(existsSync(join(volume, 'db/app.sqlite3'))).toBe(false)
  })

  test('is whole though several processes start at once and one was killed before', async () => {
    const volume = folder({ '.wherry/copy/half': 'x' })
    const seed = folder({
      'db/app.sqlite3': 'rows'.repeat(1000),
      ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`media/${i}`, `${i}`])),
    })
    const ended = await Promise.all(Array.from({ length: 4 }, () => start(volume, seed)))
    expect(ended.map(one => one.code)).toEqual([0, 0, 0, 0])
    expect(
      ended
        .map(one => one.output)
        .join('')
        .match(/media is now/g),
    ).toHaveLength(1)
    expect(readdirSync(join(volume, 'media'))).toHaveLength(50)
  })

  test('outside the volume is refused', async () => {
    const launch = { directory: '/', data: { volume: scratch(), places: [{ path: '../etc', kind: 'directory' }] } }
    const { code, output } = await runLauncher({ launch, args: ['run', 'true'] })
    expect(code).toBe(78)
    expect(output).toContain("'../etc'")
  })

  test('on a volume that cannot be written is an error that says so', async () => {
    const { code, output } = await start('/proc/nowhere', folder({}))
    expect(code).toBe(78)
    expect(output).toContain('/proc/nowhere')
    expect(output).not.toContain('Traceback')
  })
})

describe('the socket', () => {
  test('is refused where another file is', async () => {
    const path = join(folder({ s: '' }), 's')
    const launch = { directory: '/', app: { interface: 'own', argv: ['true'] } }
    const { code, output } = await runLauncher({ launch, env: { WHERRY_SOCKET: path } })
    expect(output).toContain('is no socket')
    expect(code).toBe(78)
  })

  test('is refused where something else serves', () => {
    const code = `import socket
from address import unix, make_free
from errors import LauncherError
with socket.socket(socket.AF_UNIX) as other:
    other.bind(given)
    other.listen()
    try:
        make_free(unix(given))
    except LauncherError as error:
        print(json.dumps(str(error)))`
    expect(evaluate(code, join(scratch(), 's'))).toMatch(/something else serves/)
  })

  test('that a killed predecessor left is removed', () => {
    const code = `import os, socket
from address import unix, make_free
with socket.socket(socket.AF_UNIX) as left:
    left.bind(given)
make_free(unix(given))
print(json.dumps(os.path.exists(given)))`
    expect(evaluate(code, join(scratch(), 's'))).toBe(false)
  })
})

describe('the nginx configuration', () => {
  test('gets what only the machine knows', () => {
    const code =
      'from edge import render\nprint(json.dumps(render(given, {"@PORT@": "8000", "@SOCKET@": "/run/app.sock"}, False)))'
    const template = 'listen @PORT@;\n  listen [::]:@PORT@;\nserver unix:@SOCKET@;\nset $a "[::]";\n'
    expect(evaluate(code, template)).toBe('listen 8000;\nserver unix:/run/app.sock;\nset $a "[::]";\n')
  })
})

describe('a supervised process', () => {
  const supervise = (children: string) => `
import os, signal, time
from plan import Child, EVERY_SIGNAL
from supervise import supervise
def child(name, code, stop=None, ready=None):
    return Child(name, [sys.executable, "-S", "-c", code], dict(os.environ), "/", EVERY_SIGNAL, stop, ready)
result = supervise([${children}], 20)
print(json.dumps(result))`

  test('gives its exit code, or 128 and the number of its signal', () => {
    expect(evaluate(supervise(`child("one", "raise SystemExit(7)")`))).toBe(7)
    expect(evaluate(supervise(`child("one", "import os; os.kill(os.getpid(), 9)")`))).toBe(137)
    expect(evaluate(supervise(`child("server that ends by itself", "pass")`))).toBe(1)
  })

  test('takes the others with it, and a silent end of one is no success', () => {
    const long = 'import time; time.sleep(600)'
    expect(evaluate(supervise(`child("a", ${JSON.stringify(long)}), child("b", "pass")`))).toBe(1)
    expect(evaluate(supervise(`child("a", ${JSON.stringify(long)}), child("b", "raise SystemExit(4)")`))).toBe(4)
  })

  test('gets signals with their default actions restored', async () => {
    const show =
      'import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, ()), open("/proc/self/status").read().split("SigIgn:")[1][:17].strip())'
    const { output } = await runLauncher({ launch: { directory: '/' }, args: ['run', python, '-I', '-S', '-c', show] })
    // Python itself ignores SIGPIPE (13) and SIGXFSZ (25), nothing else may be.
    expect(output.trim()).toBe('set() 0000000001001000')
  })

  test('ends by the signal it was sent', async () => {
    const code =
      'import signal, sys, time; signal.signal(15, lambda *_: sys.exit(5)); print("up", flush=True); time.sleep(600)'
    const launched = startLauncher({ launch: { directory: '/' }, args: ['run', python, '-c', code] })
    await new Promise(done => launched.child.stdout?.once('data', done))
    launched.child.kill('SIGTERM')
    expect(await launched.ended).toBe(5)
  })
})
