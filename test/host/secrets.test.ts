import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WherryError } from '../../src/kit/error.ts'
import { Secret } from '../../src/kit/secret.ts'
import { makeApp, type App } from '../support/host-app.ts'
import { closeTestHosts, openTestHost, type TestHost } from '../support/host-place.ts'

/** Secrets reach the app and nothing else: no list of processes, no log, no file others can read, no error. */
const source = `
import os
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [os.environ[environ["PATH_INFO"][1:] or "SECRET_KEY"].encode()]
`
let app: App
let host: TestHost

beforeAll(async () => {
  app = await makeApp('wsgi', 'one', {
    files: { 'web.py': source },
    plan: plan => ({
      ...plan,
      env: { SECRET_KEY: 'of the plan', MODE: 'of the plan' },
      secrets: ['SECRET_KEY', 'FERNET_KEY', 'TOKEN'].map(name => ({ name, required: true })),
    }),
  })
  host = await openTestHost()
  await host.release(app, { env: { TOKEN: 'given by a person', MODE: 'given' } })
})
afterAll(closeTestHosts)

const page = async (path: string): Promise<string> => (await host.page(path)).body

test('missing ones are made once, given ones win', async () => {
  expect(await page('/SECRET_KEY')).toMatch(/^[\w-]{64}$/)
  expect(Buffer.from(await page('/FERNET_KEY'), 'base64url')).toHaveLength(32)
  expect(await page('/TOKEN')).toBe('given by a person')
  expect(await page('/MODE')).toBe('given')
  expect(await host.secretNames()).toEqual(['FERNET_KEY', 'SECRET_KEY'])
  expect(host.events.map(({ text }) => text)).toContain(
    'made a value for SECRET_KEY and FERNET_KEY, kept for this environment',
  )
})

test('no process list, log or readable file holds one', async () => {
  const values = [await page('/SECRET_KEY'), await page('/FERNET_KEY'), 'given by a person']
  const seen = [
    ...commandLines(),
    ...readable(host.home),
    JSON.stringify(host.events),
    JSON.stringify(await host.status()),
  ]
  for (const value of values) expect(seen.filter(text => text.includes(value))).toEqual([])
  expect(statSync(host.home).mode & 0o077).toBe(0)
})

test('they stay for the next release, and a changed one makes a release', async () => {
  const before = await page('/SECRET_KEY')
  const env = { TOKEN: 'given by a person', MODE: 'given' }
  expect(await host.release(app, { env })).toMatchObject({ outcome: 'already-serving' })
  await host.setSecrets({ EXTRA: 'set by hand' }, host.options)
  expect(await host.release(app, { env })).toMatchObject({ outcome: 'released', release: { number: 2, secrets: '2' } })
  expect(await page('/EXTRA')).toBe('set by hand')
  expect(await page('/SECRET_KEY')).toBe(before)
  await host.setSecrets({ EXTRA: null }, host.options)
  await host.back(1)
  expect(await page('/SECRET_KEY')).toBe(before)
  expect(await host.secretNames()).toEqual(['FERNET_KEY', 'SECRET_KEY'])
})

test('what is given with a release replaces what was given before, and a release of before has its own again', async () => {
  const given = (values: Record<string, string>) => ({ values: secret(values), sources: {} })
  const first = given({ TOKEN: 'first', SECRET_KEY: 'given for the first' })
  const made = await page('/SECRET_KEY')
  const { release, outcome } = await host.release(app, { secrets: first })
  expect(outcome).toBe('released')
  expect([await page('/TOKEN'), await page('/SECRET_KEY')]).toEqual(['first', 'given for the first'])
  expect(await host.release(app, { secrets: first })).toMatchObject({ outcome: 'already-serving' })

  expect(await host.release(app, { secrets: given({ TOKEN: 'second' }) })).toMatchObject({ outcome: 'released' })
  expect([await page('/TOKEN'), await page('/SECRET_KEY')]).toEqual(['second', made])
  await host.back(release.number)
  expect([await page('/TOKEN'), await page('/SECRET_KEY')]).toEqual(['first', 'given for the first'])
  expect(await host.release(app, { secrets: first })).toMatchObject({ outcome: 'already-serving' })
  // Of a person wins; what nobody gives any more is made.
  await host.release(app, { secrets: given({ TOKEN: 'second' }), env: { TOKEN: 'of a person' } })
  expect(await page('/TOKEN')).toBe('of a person')
  await host.release(app, { secrets: given({}) })
  expect(await page('/TOKEN')).toMatch(/^[\w-]{64}$/)
})

test('an operation tells where each comes from, and no value', async () => {
  const secrets = {
    values: secret({ TOKEN: 'a value', A: 'a value' }),
    sources: { TOKEN: '`op`', A: '.wherry/secrets/local.age' },
  }
  const operations = await host.plan({ ...app, ...host.options, secrets })
  const lines = operations.flatMap(operation => operation.describe())
  expect(lines).toEqual(
    expect.arrayContaining([
      'secrets TOKEN from `op`',
      'secrets A from .wherry/secrets/local.age',
      'secrets SECRET_KEY and FERNET_KEY, made once for this environment',
    ]),
  )
  expect(lines.join()).not.toContain('a value')
})

test('an app that reads files finds them in memory, for itself alone, and no variable', async () => {
  const lines = [
    'import os, json',
    'def app(environ, start_response):',
    '    start_response("200 OK", [])',
    '    place = os.environ["SECRET_KEY_FILE"]',
    '    mount = [line.split()[2] for line in open("/proc/self/mounts") if line.split()[1] == "/run/secrets"]',
    '    try: open(place, "w"); written = True',
    '    except OSError: written = False',
    '    status = os.stat(place)',
    '    return [json.dumps([open(place).read(), place, oct(status.st_mode), status.st_uid == os.getuid(), mount, written,',
    '      "SECRET_KEY" in os.environ, os.environ.get("FERNET_KEY_FILE"), "FERNET_KEY" in os.environ]).encode()]',
  ]
  const filed = await makeApp('wsgi', 'filed', {
    files: { 'web.py': `${lines.join('\n')}\n` },
    plan: () => ({ ...app.plan, secretFiles: ['SECRET_KEY'] }),
  })
  const value = await page('/SECRET_KEY')
  await host.release(filed, { env: { TOKEN: 'x' } })
  const place = '/run/secrets/SECRET_KEY'
  expect(JSON.parse(await page('/'))).toEqual([value, place, '0o100400', true, ['tmpfs'], false, false, null, true])
  await host.back()
  expect(await page('/SECRET_KEY')).toBe(value)
})

test('an app that prints one when it fails does not carry it into the error', async () => {
  const value = await page('/SECRET_KEY')
  const bad = await makeApp('wsgi', 'bad', {
    files: { 'web.py': 'import os\nraise RuntimeError("cannot use " + os.environ["SECRET_KEY"])\n' },
    plan: () => app.plan,
  })
  const error = await host.release(bad).then(
    () => expect.fail('was released'),
    (thrown: WherryError) => thrown,
  )
  expect(JSON.stringify(error)).toContain('cannot use [secret]')
  expect(JSON.stringify(error) + JSON.stringify(host.events)).not.toContain(value)
})

function secret(values: Readonly<Record<string, string>>): Record<string, Secret> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new Secret(value)]))
}

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      } catch {
        return '' // It has ended.
      }
    })
}

/** Contents of all files below a directory that are not their owner's alone, and of the logs. */
function readable(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map(name => join(directory, name))
    .filter(file => {
      const status = statSync(file)
      return status.isFile() && ((status.mode & 0o077) !== 0 || file.includes('/logs/') || file.endsWith('.jsonl'))
    })
    .map(file => readFileSync(file, 'latin1'))
}
