import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WherryError } from '../../src/kit/error.ts'
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
