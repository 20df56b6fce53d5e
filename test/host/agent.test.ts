import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import fc from 'fast-check'

/** The agent by itself, as a transport calls it: JSON in, JSON out. Its releases here are small Python programs, no images. */
type Answer = Record<string, unknown>

const agent = join(import.meta.dirname, '../../runtime/agent')
let place: string
let home: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'wherry-agent-'))
  home = join(place, 'home')
})
afterEach(() => {
  const { epoch } = ask('acquire', { owner: 'the end', ttl: 60, force: true })
  if (epoch) ask('leave', { epoch, grace: 2 })
  rmSync(place, { recursive: true, force: true })
})

function ask(command: string, request: Answer = {}): Answer {
  const argv = ['-I', '-S', agent, command]
  return JSON.parse(
    execFileSync('python3', argv, { input: JSON.stringify({ home, ...request }), encoding: 'utf8' }),
  ) as Answer
}

function lock(owner = 'test', more: Answer = {}): number {
  return ask('acquire', { owner, ttl: 60, ...more })['epoch'] as number
}

function stage(epoch: number, release: number, more: Answer = {}): Answer {
  const record = { image: `sha256:${release}`, config: 'c', createdAt: 'now', previous: null }
  const nothing = { public: { release }, record, layers: [], statics: [], secrets: [], secretFiles: [], specs: {} }
  return ask('stage', { epoch, release, ...nothing, env: { plan: {}, given: {} }, ...more })
}

function write(path: string, text = path): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

describe('the lock', () => {
  test('is one owner’s until it is given back, and its epoch only grows', () => {
    expect(lock('one')).toBe(1)
    expect(ask('acquire', { owner: 'two', ttl: 60 })).toMatchObject({ refused: 'locked', owner: 'one' })
    expect(ask('release', { epoch: 1 })).toEqual({})
    expect(lock('two')).toBe(2)
    expect(lock('three', { force: true })).toBe(3)
  })

  test('of a late owner is refused at each change', () => {
    lock('late')
    const epoch = lock('now', { force: true })
    for (const command of [
      'renew',
      'release',
      'switch',
      'stop',
      'discard',
      'prune',
      'want',
      'listen',
      'edge-stage',
      'leave',
    ]) {
      const request = {
        epoch: epoch - 1,
        ttl: 9,
        release: 1,
        group: 'release-1',
        groups: [],
        grace: 1,
        keep: 1,
        at: [],
      }
      expect(ask(command, request), command).toMatchObject({ refused: 'fenced', owner: 'now' })
    }
    expect(readdirSync(join(home, 'releases'))).toEqual([])
  })

  test('runs out, but still is its owner’s while nobody else took it', () => {
    const epoch = lock('one', { ttl: 0 })
    expect(stage(epoch, 1)).toHaveProperty('record')
    expect(lock('two')).toBe(2)
    expect(stage(epoch, 2)).toMatchObject({ refused: 'fenced' })
  })

  test('of a process of this machine ends with it', () => {
    expect(ask('acquire', { owner: 'gone', ttl: 60, pid: 4_194_000 })).toMatchObject({ refused: 'owner-gone' })
    lock('alive', { pid: process.pid })
    expect(ask('acquire', { owner: 'two', ttl: 60 })).toMatchObject({ refused: 'locked' })
  })
})

test('whoever is granted the lock is told what is so', () => {
  const epoch = lock()
  stage(epoch, 1)
  ask('release', { epoch })
  expect(ask('acquire', { owner: 'two', ttl: 60 })).toMatchObject({
    epoch: 2,
    seen: { next: 2, releases: [{ number: 1, state: 'staged' }], interrupted: false },
  })
})

describe('the journal', () => {
  const journal = (): string => join(home, 'journal.jsonl')
  const whole = (): string => {
    const epoch = lock()
    stage(epoch, 1)
    stage(epoch, 2)
    ask('release', { epoch })
    return readFileSync(journal(), 'utf8')
  }

  test('holds an intent before and an outcome after each change', () => {
    const steps = whole()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Answer)
    expect(steps.map(({ step, phase, release }) => [step, phase, release])).toEqual([
      ['stage', 'intent', 1],
      ['stage', 'done', 1],
      ['stage', 'intent', 2],
      ['stage', 'done', 2],
    ])
  })

  test('any damage but a torn last line is refused, and what is not damage is not', () => {
    const text = whole()
    const lines = text.trimEnd().split('\n')
    const damaged = fc.oneof(
      fc.nat({ max: 2 }).map(i => [...lines.slice(0, i), ...lines.slice(i + 1), ''].join('\n')),
      fc.nat({ max: 3 }).map(i => [...lines.slice(0, i), lines[i], ...lines.slice(i), ''].join('\n')),
      fc.nat({ max: lines.slice(0, 3).join('\n').length - 1 }).map(i => flip(text, i)),
    )
    fc.assert(
      fc.property(damaged, damage => {
        writeFileSync(journal(), damage)
        expect(ask('acquire', { owner: 'x', ttl: 60 })).toMatchObject({
          refused: expect.stringMatching(/corrupt|newer/),
        })
      }),
      { numRuns: 12 },
    )
    writeFileSync(journal(), text.slice(0, -20))
    expect(lock()).toBeGreaterThan(0)
  })

  test('of a damaged one recovery keeps the numbers', () => {
    const [first = '', , ...rest] = whole().split('\n')
    writeFileSync(journal(), [first, ...rest].join('\n'))
    const epoch = lock('x', { force: true })
    ask('discard', { epoch, release: 2 })
    expect(ask('observe')).toMatchObject({ next: 3, journal: 'whole' })
    expect(readdirSync(home)).toContain('journal.jsonl.rebuilt')
  })
})

/** Another letter in the place of one, so that the line still is one. */
function flip(text: string, at: number): string {
  const code = text.charCodeAt(at) === 10 ? 32 : text.charCodeAt(at) ^ 1
  return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1)
}

describe('static files', () => {
  const statics = (directory: string): Answer => ({ statics: [{ url: '/static/', name: '%static%', directory }] })
  const copied = (): string[] =>
    readdirSync(join(home, 'public/1/static/%static%'), { recursive: true, encoding: 'utf8' }).sort()
  const layer = (name: string): string => join(place, name)

  test('come from the topmost layer that has them', () => {
    write(join(layer('low'), 'app/static/a.css'), 'low')
    write(join(layer('low'), 'app/static/sub/b.css'), 'low')
    write(join(layer('high'), 'app/static/a.css'), 'high')
    stage(lock(), 1, { layers: [layer('low'), layer('high')], ...statics('/app/static') })
    expect(copied()).toEqual(['a.css', 'sub', 'sub/b.css'])
    expect(readFileSync(join(home, 'public/1/static/%static%/a.css'), 'utf8')).toBe('high')
  })

  test('are never what a link of the image points to on the host', () => {
    write(join(place, 'host/secret'), 'secret')
    write(join(layer('low'), 'app/static/a.css'))
    symlinkSync(join(place, 'host/secret'), join(layer('low'), 'app/static/link.css'))
    symlinkSync(join(place, 'host'), join(layer('low'), 'app/static/folder'))
    execFileSync('mkfifo', [join(layer('low'), 'app/static/fifo.css')])
    stage(lock(), 1, { layers: [layer('low')], ...statics('/app/static') })
    expect(copied()).toEqual(['a.css'])
  })

  test('lie where a link leads inside the image', () => {
    write(join(layer('low'), 'app/dist/web/a.css'))
    symlinkSync('/app/dist/web', join(layer('low'), 'app/static'))
    symlinkSync('/', join(layer('low'), 'app/up'))
    stage(lock(), 1, { layers: [layer('low')], ...statics('/app/static') })
    expect(copied()).toEqual(['a.css'])
  })

  test.each(['/app/host', '/app/loop', '/app/none'])('are none where %s leads nowhere in the image', directory => {
    write(join(place, 'host/secret'), 'secret')
    mkdirSync(join(layer('low'), 'app'), { recursive: true })
    symlinkSync(join(place, 'host'), join(layer('low'), 'app/host'))
    symlinkSync('loop', join(layer('low'), 'app/loop'))
    const answer = stage(lock(), 1, { layers: [layer('low')], ...statics(directory) })
    if (answer['refused']) expect(answer).toMatchObject({ refused: 'bad-request' })
    else expect(copied()).toEqual([])
  })

  test('a sample is told, a hashed one if there is any', () => {
    for (const name of ['a.css', 'b c.css', 'z.0123456789ab.js']) write(join(layer('low'), 'app/static', name), 'x')
    const answer = stage(lock(), 1, { layers: [layer('low')], ...statics('/app/static') })
    expect(answer['record']).toMatchObject({ file: { path: '/static/z.0123456789ab.js', size: 1 } })
  })
})

describe('secrets', () => {
  test('are made once, in files of the owner alone, and never answered', () => {
    const epoch = lock()
    const web = { env: { WHERRY_SOCKET: 's' } }
    const env = { plan: { SECRET_KEY: 'plan', A: 'plan', B: 'plan' }, given: { B: 'given', WHERRY_SOCKET: 'given' } }
    const answer = stage(epoch, 1, { secrets: ['SECRET_KEY'], specs: { web }, env })
    expect(answer).toMatchObject({ made: ['SECRET_KEY'], record: { secrets: '1' } })
    const file = join(home, 'releases/1/web.json')
    const kept = (JSON.parse(readFileSync(file, 'utf8')) as { env: Record<string, string> }).env
    expect(kept).toMatchObject({ A: 'plan', B: 'given', WHERRY_SOCKET: 's' })
    expect(kept['SECRET_KEY']).toMatch(/^[\w-]{64}$/)
    expect(JSON.stringify(answer) + JSON.stringify(ask('observe'))).not.toContain(kept['SECRET_KEY'])
    for (const path of [file, join(home, 'secrets/1'), home]) expect(statSync(path).mode & 0o077).toBe(0)
    expect(stage(epoch, 2, { secrets: ['SECRET_KEY'] })).toMatchObject({ made: [], record: { secrets: '1' } })
  })

  test('with names that are none are refused', () => {
    const epoch = lock()
    for (const name of ['', 'A=B', '../x', 'A\0', 7])
      expect(ask('secrets', { epoch, values: { [String(name)]: name === 'A\0' ? 'x' : 1 } })).toHaveProperty('refused')
  })
})

describe('requests that reach outside', () => {
  test.each([
    ['a relative home', 'observe', { home: 'x' }],
    ['a home with dots', 'observe', { home: '/tmp/../etc' }],
    ['a long home', 'observe', { home: `/tmp/${'x'.repeat(90)}` }],
  ])('%s', (_, command, request) => {
    expect(ask(command, request)).toHaveProperty('refused')
  })

  test.each([0, -1, 1.5, '1', '../1', null, true, 1_000_000])('the release number %s', release => {
    expect(ask('discard', { epoch: lock(), release })).toMatchObject({ refused: 'bad-request' })
  })

  test('a database outside of the volume', () => {
    const epoch = lock()
    stage(epoch, 1)
    symlinkSync('/etc', join(home, 'data/etc'))
    for (const name of ['../lock.json', '/etc/passwd', 'etc/passwd']) {
      expect(ask('backup', { epoch, release: 1, databases: [name] })).toMatchObject({ refused: 'bad-request' })
    }
  })
})

test('databases are copied whole, also what is no SQLite, and what is not there is left out', () => {
  const epoch = lock()
  stage(epoch, 1)
  const script =
    'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute("create table t(n)"); c.execute("insert into t values(7)"); c.commit()'
  execFileSync('python3', ['-c', script, join(home, 'data/a b#?.db')])
  write(join(home, 'data/other.db'), 'no database at all')
  const answer = ask('backup', { epoch, release: 1, databases: ['a b#?.db', 'other.db', 'none.db'] })
  expect((answer['copied'] as { database: string }[]).map(({ database }) => database)).toEqual(['a b#?.db', 'other.db'])
  const read = 'import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute("select n from t").fetchone()[0])'
  const copy = join(home, 'releases/1/backup/a b#?.db')
  expect(execFileSync('python3', ['-c', read, copy], { encoding: 'utf8' })).toBe('7\n')
})

describe('the holder', () => {
  const program = (code: string): Answer => ({ name: 'web', argv: ['python3', '-I', '-S', '-u', '-c', code] })
  const states = (): Answer => ask('observe')['running'] as Answer

  function run(epoch: number, code: string): void {
    ask('start', { epoch, release: 1, group: 'release-1', processes: [program(code)] })
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise(resolve => setTimeout(resolve, 50))
  }

  test('keeps what a program prints, and how it ended', async () => {
    const epoch = lock()
    stage(epoch, 1)
    run(epoch, 'import sys; print("one"); print("two", file=sys.stderr, end=""); sys.exit(3)')
    await until(() => JSON.stringify(states()).includes('ended'))
    const { lines, processes } = ask('lines', { group: 'release-1', after: 0 }) as {
      lines: { text: string }[]
      processes: Answer
    }
    expect(lines.map(({ text }) => text).sort()).toEqual(['one', 'two'])
    expect(processes).toMatchObject({ web: { state: 'ended', code: 3 } })
  })

  test('starts again what is wanted, and not what was stopped', async () => {
    const epoch = lock()
    stage(epoch, 1)
    run(epoch, 'import time; time.sleep(1000)')
    ask('want', { epoch, groups: ['release-1'] })
    const first = (states()['release-1'] as { web: { pid: number } }).web.pid
    process.kill(first, 'SIGKILL')
    await until(() => /"restarts":1/.test(JSON.stringify(states())) && /running/.test(JSON.stringify(states())))
    ask('stop', { epoch, group: 'release-1', grace: 5 })
    expect(ask('gone', { groups: ['release-1'], wait: 5 })).toEqual({ left: [] })
    expect(states()).toEqual({})
  })

  test('kills what does not end', async () => {
    const epoch = lock()
    stage(epoch, 1)
    run(epoch, 'import signal, time; signal.signal(15, signal.SIG_IGN); print("deaf"); time.sleep(1000)')
    await until(() => JSON.stringify(ask('lines', { group: 'release-1', after: 0 })).includes('deaf'))
    ask('stop', { epoch, group: 'release-1', grace: 0.2 })
    expect(ask('gone', { groups: ['release-1'], wait: 5 })).toEqual({ left: [] })
  })

  test('takes its programs with it when it is killed, and its successor brings the wanted ones back', async () => {
    const epoch = lock()
    stage(epoch, 1)
    run(epoch, 'import time; time.sleep(1000)')
    ask('want', { epoch, groups: ['release-1'] })
    const { holder, running } = ask('observe') as { holder: number; running: { 'release-1': { web: { pid: number } } } }
    process.kill(holder, 'SIGKILL')
    await until(() => !isAlive(running['release-1'].web.pid))
    expect(ask('observe')).toMatchObject({ holder: null, running: {} })
    ask('want', { epoch, groups: [] })
    expect(states()).toMatchObject({ 'release-1': { web: { state: 'running' } } })
  })

  test('hands on a socket that outlives the program', async () => {
    const epoch = lock()
    stage(epoch, 1)
    const port = 20_000 + (process.pid % 20_000)
    expect(ask('listen', { epoch, at: [['127.0.0.1', port]] })).toEqual({})
    const answer =
      'import socket; s = socket.socket(fileno=0); s.setblocking(True)\nwhile True:\n c, _ = s.accept(); c.sendall(b"hi"); c.close()'
    const spec = { ...program(answer), sockets: [['127.0.0.1', port]] }
    ask('start', { epoch, release: 1, group: 'release-1', processes: [spec] })
    const read = `import socket; print(socket.create_connection(("127.0.0.1", ${port}), 5).recv(9))`
    expect(execFileSync('python3', ['-c', read], { encoding: 'utf8' })).toBe("b'hi'\n")
    expect(ask('listen', { epoch, at: [['192.0.2.1', port]] })).toMatchObject({ refused: 'address-not-here' })
  })

  test('lives on when it is asked nonsense', () => {
    const epoch = lock()
    stage(epoch, 1)
    run(epoch, 'import time; time.sleep(1000)')
    const { holder } = ask('observe')
    const send =
      'import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.argv[2].encode()); s.shutdown(1); s.recv(9)'
    for (const text of [
      '{}\n',
      '[]\n',
      'x\n',
      '',
      '{"do": "start"}\n',
      '{"do": "signal", "group": "release-1", "signal": "NONE"}\n',
    ]) {
      execFileSync('python3', ['-c', send, join(home, 'holder.sock'), text])
    }
    expect(ask('observe')).toMatchObject({ holder })
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
