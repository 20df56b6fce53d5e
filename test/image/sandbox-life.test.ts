import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sandboxCommand } from '../../src/engines/sandbox/command.ts'
import { sandboxEngine } from '../../src/engines/sandbox/engine.ts'
import { pythonInLayer } from '../../src/engines/sandbox/python.ts'
import { specOf } from '../../src/engines/sandbox/spec.ts'
import { sandboxSupport } from '../../src/engines/sandbox/support.ts'
import { makePythonLayer } from '../support/python-layer.ts'
import { makePlace, type Place } from '../support/sandbox-place.ts'

/** How sandboxes begin and end, and what limits them. */
describe.each(['root', 'user'] as const)('started by %s', who => {
  let place: Place
  beforeAll(async () => {
    place = await makePlace(who)
  })
  afterAll(() => place.remove())

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
    const polite = await place.engine.start(place.container(await serving('sys.exit(3)')))
    await settled()
    expect(await polite.stop()).toMatchObject({ code: 3, signal: null })
    const stubborn = await place.engine.start(place.container(await serving('pass')))
    await settled()
    expect(await stubborn.stop('SIGTERM', 200)).toMatchObject({ code: null, signal: 'SIGKILL' })
  })

  test.each(['parent', 'keeper', 'guard'])('kill -9 of the %s leaves no process and no mount', async victim => {
    const before = readFileSync('/proc/self/mounts', 'utf8')
    const marker = `marker-${who}-${victim}-${process.pid}`
    const code = `
import ctypes, os, signal, time
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
for number in range(1, 32):
    if number not in (9, 19): signal.signal(number, signal.SIG_IGN)
os.fork()
os.setsid() if os.getpid() != 1 else None
time.sleep(600)`
    const { argv, places } = await sandboxCommand(place.options)
    const file = join(place.directory('specs'), victim)
    const spec = specOf(
      { ...place.container(code), argv: ['python3', '-I', '-c', code, marker] },
      { places, parent: null },
    )
    writeFileSync(file, JSON.stringify(spec))
    // A shell of our own stands for the holder that is killed.
    const holder = spawn('sh', ['-c', '"$@" & wait', 'sh', ...argv, file], { stdio: 'ignore' })
    await until(() => processesWith(marker).length === 2)
    const keeper = childrenOf(holder.pid!)[0]!
    const guard = childrenOf(keeper)[0]!
    process.kill({ parent: holder.pid!, keeper, guard }[victim]!, 'SIGKILL')
    await until(() => processesWith(marker).length === 0 && !isAlive(keeper) && !isAlive(guard))
    await gone(holder)
    expect(readFileSync('/proc/self/mounts', 'utf8')).toBe(before)
  })

  test('this machine can run sandboxes, and says which limits hold', async () => {
    const enforced = who === 'root' ? 'enforced' : expect.stringMatching(/^(enforced|unavailable)$/)
    expect(await sandboxSupport(place.options)).toEqual({ ok: true, limits: { memory: enforced, pids: enforced } })
  })

  test('the Python of a layer can enter the sandbox, through its own loader', async () => {
    const own = await pythonInLayer(place.directory('plain'))
    expect(own).toBeNull()
    const layer = join(place.path, 'python')
    await makePythonLayer(layer)
    const argv = await pythonInLayer(layer)
    expect(argv?.slice(0, 3)).toEqual([expect.stringContaining(layer), '--inhibit-cache', '--library-path'])
    const prefix = place.options.python!.slice(0, -1)
    const python = [...prefix, ...argv!] as unknown as readonly [string, ...string[]]
    const engine = await sandboxEngine({ ...place.options, python })
    expect(await engine.run(place.container('print(6 * 7)'))).toMatchObject({ code: 0, stdout: '42\n' })
  })
})

test('a run that is ended while it waits for its input leaves nothing that keeps this process alive', async () => {
  const place = await makePlace('root')
  const alive = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  const before = alive()
  const input = Promise.withResolvers<string>()
  const ending = new AbortController()
  const options = { input: input.promise, timeout: 600_000, signal: ending.signal }
  const run = place.engine.run(place.container('import sys; print("up", flush=True); sys.stdin.read()'), {
    ...options,
    onLine: () => ending.abort(),
  })
  await expect(run).rejects.toThrow('aborted')
  input.resolve('')
  await new Promise(setImmediate)
  expect(alive()).toBe(before)
  place.remove()
})

describe('limits', () => {
  let place: Place
  beforeAll(async () => {
    place = await makePlace('root')
  })
  afterAll(() => place.remove())

  test('the limits can be read inside, where the launcher looks for them', async () => {
    const code = `
import glob
places = glob.glob('/sys/fs/cgroup/memory*/memory.limit_in_bytes') + glob.glob('/sys/fs/cgroup/memory.max')
print(*(open(place).read().strip() for place in places))`
    expect(await place.engine.run(place.container(code, { memoryLimit: 64 << 20 }))).toMatchObject({
      stdout: `${64 << 20}\n`,
    })
  })

  test('no cgroup is left, not even by a killed keeper', async () => {
    const left = (): string[] => cgroupsOf(new Set([keeper]))
    const running = await place.engine.start(place.container('import time; time.sleep(600)', { pidsLimit: 20 }))
    const keeper = running.pid
    expect(left().length).toBe(1)
    process.kill(keeper, 'SIGKILL')
    await running.exited
    await until(() => processesIn(left()).length === 0)
    await place.engine.run(place.container('', { pidsLimit: 20 }))
    expect(left()).toEqual([])
  })

  test('a machine that refuses has a name for it', async () => {
    const runtime = fileURLToPath(new URL('../../runtime', import.meta.url))
    const inner = specOf(place.container(''), { places: { scratch: '/tmp', cache: null }, parent: null })
    const argv = ['python3', '-I', '-S', '/run/runtime/sandbox.py', '/run/spec', 'fd:1'] as const
    writeFileSync(join(place.path, 'spec'), JSON.stringify(inner))
    const mounts = [
      { from: runtime, to: '/run/runtime', readonly: true },
      { from: join(place.path, 'spec'), to: '/run/spec', readonly: true },
    ]
    const result = await place.engine.run({ ...place.container('', { mounts }), argv })
    expect(result.code).toBe(125)
    expect(JSON.parse(result.stdout)).toMatchObject({ event: 'failed', step: 'namespaces', errno: 'EPERM' })
  })
})

function cgroupsOf(keepers: ReadonlySet<number>): string[] {
  const tops = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(line => line.includes(' - cgroup'))
  const found = tops.flatMap(line => {
    const top = line.split(' ')[4]!
    return readdirSync(top, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => join(entry.parentPath, entry.name))
  })
  return found.filter(path => [...keepers].some(pid => path.endsWith(`/wherry-${pid}`)))
}

function processesIn(cgroups: readonly string[]): string[] {
  return cgroups.flatMap(path => read(join(path, 'cgroup.procs')).split('\n').filter(Boolean))
}

async function serving(onTerm: string): Promise<string> {
  return `import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: ${onTerm === 'pass' ? 'None' : onTerm})\nwhile True: time.sleep(600)`
}

async function settled(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 300))
}

async function until(met: () => boolean): Promise<void> {
  for (let attempt = 0; !met(); attempt += 1) {
    if (attempt > 500) throw new Error('waited in vain')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

function gone(child: ChildProcess): Promise<unknown> {
  child.kill('SIGKILL')
  return child.exitCode === null && child.signalCode === null
    ? new Promise(r => child.once('exit', r))
    : Promise.resolve()
}

function processesWith(marker: string): number[] {
  const pids = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
  return pids.filter(pid => read(`/proc/${pid}/cmdline`).split('\0').includes(marker))
}

/** A dead process stays listed until process 1, who inherits it, asks for it: on some machines late. */
function isAlive(pid: number): boolean {
  const state = /^State:\s+(\S)/m.exec(read(`/proc/${pid}/status`))?.[1]
  return state !== undefined && state !== 'Z' && state !== 'X'
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
