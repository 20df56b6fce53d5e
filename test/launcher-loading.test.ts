import { describe, expect, test } from 'vitest'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { evaluate, folder, launcherDirectory, python, runLauncher, scratch } from './support/launcher.ts'

const shapes = `
class Wsgi:
    def __call__(self, environ, start_response): pass
class Asgi:
    async def __call__(self, scope, receive, send): pass
class Double:
    def __init__(self, scope): pass
    async def __call__(self, receive, send): pass
class Any:
    def __call__(self, *args, **options): pass
class Static:
    def serve(self): pass
def passing(scope, receive, send): pass
async def handler(request): pass
given_app = {"Wsgi": Wsgi(), "Asgi": Asgi(), "Double": Double, "Any": Any(), "Static": Static(), "passing": passing,
    "handler": handler, "class": Asgi, "builtin": print}[given[0]]
`

describe('the interface of an app object', () => {
  const check = (name: string, expected: string): unknown =>
    evaluate(
      `${shapes}from wherry_interface import check_interface, WrongInterface
try:
    check_interface(given_app, given[1], "m:app")
    print("null")
except WrongInterface as error:
    print(json.dumps(str(error)))`,
      [name, expected],
    )

  test.each([
    ['Wsgi', 'wsgi'],
    ['Asgi', 'asgi'],
    ['Double', 'asgi'],
    ['Any', 'wsgi'],
    ['Any', 'asgi'],
    ['passing', 'asgi'],
    ['builtin', 'wsgi'],
  ])('%s is taken as %s', (name, expected) => {
    expect(check(name, expected)).toBeNull()
  })

  test.each([
    ['Wsgi', 'asgi', 'a WSGI app, not ASGI'],
    ['Asgi', 'wsgi', 'an ASGI app, not WSGI'],
    ['Double', 'wsgi', 'the class __main__.Double, an ASGI app'],
    ['passing', 'wsgi', 'an ASGI app, not WSGI'],
    ['Static', 'wsgi', 'which cannot be called'],
    ['handler', 'asgi', 'neither WSGI nor ASGI: (request)'],
    ['class', 'asgi', 'neither WSGI nor ASGI: ()'],
  ])('%s is refused as %s', (name, expected, text) => {
    expect(check(name, expected)).toContain(text)
  })
})

describe('loading the app', () => {
  interface Ended {
    readonly code: number
    readonly output: string
    readonly told: unknown
    readonly proof: string
  }
  const load = async (source: string, app: object = {}): Promise<Ended> => {
    const directory = folder({ 'main.py': source, 'servers.py': 'def run(app): raise SystemExit("started")\n' })
    const [launch, proof] = [join(scratch(), 'launch.json'), join(scratch(), 'proof.json')]
    const facts = { directory, path: ['.'], app: { interface: 'wsgi', module: 'main', attribute: 'app', ...app } }
    const { code, output } = await runLauncher({
      launch: { ...facts, server: { name: 'gunicorn' } },
      args: ['run', python, '-c', entry, JSON.stringify(facts), launch, proof],
    })
    return { code, output, told: JSON.parse(readFileSync(proof, 'utf8')), proof }
  }
  const entry = `
import os, sys
open(sys.argv[2], "w").write(sys.argv[1])
os.environ.update(WHERRY_LAUNCH=sys.argv[2], WHERRY_PROOF=sys.argv[3], WHERRY_PROOF_PATIENCE="0.4")
sys.path.insert(0, ${JSON.stringify(join(launcherDirectory, 'app'))})
import wherry_entry
`
  const wsgi = 'def app(environ, start_response): pass\n'

  test('is told of', async () => {
    expect(await load(wsgi)).toMatchObject({ code: 0, told: { ok: true } })
  })

  test('leaves out the call that would start another server', async () => {
    const source = `import servers\n${wsgi}servers.run(app)\n`
    expect(await load(source)).toMatchObject({ code: 3, told: { error: 'SystemExit' } })
    expect(await load(source, { omits: ['servers.run', 'nothing.run'] })).toMatchObject({ code: 0, told: { ok: true } })
  })

  test('that fails shows the lines of the app, those before the last error included, and no others', async () => {
    const source =
      'try:\n    open("/none/settings")\nexcept OSError as error:\n    raise RuntimeError("no settings") from error\n'
    const { output, told } = await load(source)
    for (const text of [output, (told as { trace: string }).trace]) {
      expect(text).toMatch(
        /main\.py", line 2[\s\S]*FileNotFoundError[\s\S]*direct cause[\s\S]*line 4[\s\S]*RuntimeError: no settings/,
      )
      expect(text).not.toMatch(/importlib|wherry_entry/)
    }
  })

  test('that waits says where it stands', async () => {
    const { told, proof } = await load(`import time\ntime.sleep(1)\n${wsgi}`)
    expect(told).toMatchObject({ ok: true })
    expect(readFileSync(`${proof}.waits`, 'utf8')).toMatch(/File ".*\/main\.py", line 2 in <module>/)
    expect(readFileSync(`${(await load(wsgi)).proof}.waits`, 'utf8')).toBe('')
  })

  test.each([
    ['import no_such_module\n', { error: 'ModuleNotFoundError', module: 'no_such_module' }],
    ['other = 1\n', { error: 'MissingApp', message: 'main has no app' }],
    ['async def app(scope, receive, send): pass\n', { error: 'WrongInterface' }],
    ['import os\nos.environ["NOT_SET"]\n', { error: 'KeyError' }],
  ])('fails with the app’s own traceback: %j', async (source, told) => {
    const { code, output, told: seen } = await load(source)
    expect(code).toBe(3)
    expect(output).toContain('Traceback')
    expect(seen).toMatchObject({ ok: false, ...told })
  })
})

describe('a script that is its own server', () => {
  const run = (source: string): unknown => {
    const directory = folder({ 'main.py': source, 'beside.py': '' })
    const proof = join(directory, 'proof.json')
    const env = { PATH: process.env['PATH'] ?? '', PYTHONPATH: join(launcherDirectory, 'app'), WHERRY_PROOF: proof }
    execFileSync(python, [join(launcherDirectory, '../script.py'), 'main.py'], { cwd: directory, env, stdio: 'ignore' })
    return JSON.parse(readFileSync(proof, 'utf8'))
  }

  test('works once it is through, or listens', () => {
    expect(run('import beside\nassert __name__ == "__main__"\n')).toEqual({ ok: true })
    expect(run('import sys\nsys.exit()\n')).toEqual({ ok: true })
    expect(run('import socket, time\ns = socket.create_server(("127.0.0.1", 0))\ntime.sleep(60)\n')).toEqual({
      ok: true,
    })
  })

  test('listens, too, when a thread of it started who does', () => {
    const server = 'import socket, time; s = socket.create_server(("127.0.0.1", 0)); time.sleep(60)'
    const thread = `import subprocess, sys, threading\nbegin = lambda: subprocess.run([sys.executable, "-c", ${JSON.stringify(server)}])`
    const proved = run(
      `${thread}\none = threading.Thread(target=begin)\none.start()\none.join(20)\nraise RuntimeError("not seen")\n`,
    )
    expect(proved).toEqual({ ok: true })
  })

  test('that gives up says with what', () => {
    const told = run('import sys\nsys.exit("SECRET_KEY is missing")\n')
    expect(told).toMatchObject({ ok: false, error: 'SystemExit', message: 'SECRET_KEY is missing' })
  })

  test('that lacks a module says which', () => {
    const told = run('import no_such_module\n')
    expect(told).toMatchObject({ error: 'ModuleNotFoundError', module: 'no_such_module' })
    expect(told).toHaveProperty('trace', expect.not.stringMatching(/runpy|script\.py/))
  })
})

describe('the port a program really listens on', () => {
  const started = (ports: string): string => `
import os, socket, subprocess, sys
program = subprocess.Popen([sys.executable, "-c", "import socket, sys; all = [socket.create_server((host, 0)) for host in sys.argv[1:]]; print(*[one.getsockname()[1] for one in all], flush=True); sys.stdin.read()", *${ports}], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
ports = [int(port) for port in program.stdout.readline().split()]
from listening import other_port
found = other_port(os.getpid())
program.kill()
`
  test('is that of its processes', () => {
    expect(evaluate(`${started('["127.0.0.1"]')}print(json.dumps([found] == ports))`, null)).toBe(true)
  })

  test('is not known where there are several, or none that 127.0.0.1 reaches', () => {
    for (const hosts of ['["127.0.0.1", "127.0.0.1"]', '["127.0.0.2"]'])
      expect(evaluate(`${started(hosts)}print(json.dumps(found))`, null)).toBe(null)
  })
})

test('a relay goes to another port only until the program listens on the one that it was given', () => {
  const code = `
import asyncio, os, socket, subprocess, sys
from relay import way_to
given = socket.create_server(("127.0.0.1", 0))
port = given.getsockname()[1]
given.close()
metrics = socket.create_server(("127.0.0.1", 0))

async def peer(connect):
    try:
        _, writer = await connect()
    except OSError:
        return None
    found = writer.get_extra_info("peername")[1]
    writer.close()
    return {port: "given", metrics.getsockname()[1]: "other"}[found]

async def main():
    connect = way_to(port, os.getpid())
    seen = [await peer(connect)]
    own = socket.create_server(("127.0.0.1", port))
    seen.append(await peer(connect))
    own.close()
    seen.append(await peer(connect))
    return seen

print(json.dumps(asyncio.run(main())))
`
  expect(evaluate(code)).toEqual(['other', 'given', null])
})

test('a relay tells the program that its client broke off', () => {
  const relay = `
import os, signal, socket, subprocess, sys, time
path = given + "/relay.sock"
program = socket.create_server(("127.0.0.1", 0))
port = program.getsockname()[1]
relay = subprocess.Popen([sys.executable, "-c", f"import sys; sys.path.insert(0, {sys.path[0]!r}); from relay import relay; relay(['unix', {path!r}, '{port}'])"])
client = socket.socket(socket.AF_UNIX)
while True:
    try:
        client.connect(path)
        break
    except OSError:
        time.sleep(0.05)
inner, _ = program.accept()
inner.sendall(b"unread")
time.sleep(0.3)
client.close()
inner.settimeout(5)
try:
    print(json.dumps(inner.recv(1) == b""))
except OSError as error:
    print(json.dumps(repr(error)))
relay.kill()
`
  expect(evaluate(relay, scratch())).toBe(true)
})

test('nginx inside a container without a place to write is refused in a word', () => {
  const code = `
import tempfile
from types import SimpleNamespace
from errors import LauncherError
from web import plan_web
def refuse(prefix): raise FileNotFoundError(2, "No usable temporary directory found")
tempfile.mkdtemp = refuse
try:
    plan_web(SimpleNamespace(app={}, timeouts={}, edge="inside"), {})
except LauncherError as error:
    print(json.dumps(str(error)))
`
  expect(evaluate(code)).toContain('a tmpfs at /tmp: No usable temporary directory')
})
