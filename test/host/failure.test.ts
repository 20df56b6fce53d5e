import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WherryError } from '../../src/kit/error.ts'
import type { Plan } from '../../src/model/plan.ts'
import { makeApp, type App } from '../support/host-app.ts'
import { closeTestHosts, openTestHost, type TestHost } from '../support/host-place.ts'

/** Releases that must fail: the old one serves on, the exit code says so, and the app's own words say why. */
let host: TestHost
let good: App

beforeAll(async () => {
  good = await makeApp('wsgi', 'good')
  host = await openTestHost()
  await host.release(good)
})
afterAll(closeTestHosts)

async function failing(source: string, plan: (plan: Plan) => Plan = given => given): Promise<WherryError> {
  const app = await makeApp('wsgi', 'bad', {
    files: { 'web.py': source },
    plan: given => plan({ ...given, release: { ...given.release, startTimeout: 4 } }),
  })
  const before = await host.status()
  const error = await host.release(app).then(
    () => expect.fail('was released'),
    (thrown: WherryError) => thrown,
  )
  const after = await host.status()
  expect(after.current).toEqual(before.current)
  expect(after.processes.map(({ pid }) => pid)).toEqual(before.processes.map(({ pid }) => pid))
  expect(after.releases.map(({ number }) => number)).toEqual(before.releases.map(({ number }) => number))
  expect(after.lock.owner).toBeNull()
  expect(readdirSync(join(host.home, 'public')).sort()).toEqual(['1', 'current'])
  expect(await host.version()).toBe('good')
  return error
}

function evidence(error: WherryError): string {
  return error.evidence.map(({ text }) => text).join('\n')
}

test('an app that fails at import', async () => {
  const error = await failing('import settings_that_are_missing\n')
  expect(error).toMatchObject({ code: 'rolled-back', exit: 10, what: expect.stringContaining('Release 1 serves on.') })
  expect(error.why).toMatch(/^app-exited: .*No module named 'settings_that_are_missing'/)
  expect(evidence(error)).toContain("ModuleNotFoundError: No module named 'settings_that_are_missing'")
})

test('an app that never listens', async () => {
  const error = await failing('import time\nprint("waiting for the database", flush=True)\ntime.sleep(1000)\n')
  expect(error).toMatchObject({ code: 'rolled-back', exit: 10 })
  expect(error.why).toMatch(/^app-never-listened/)
  expect(evidence(error)).toContain('waiting for the database')
})

test('an app that listens on a port of its own', async () => {
  const error = await failing(
    'import socket, time\ns = socket.create_server(("127.0.0.1", 0))\nprint("port", s.getsockname()[1], flush=True)\ntime.sleep(1000)\n',
  )
  const [, port] = /port (\d+)/.exec(evidence(error)) ?? []
  expect(error.why).toMatch(new RegExp(`It listens on TCP port .*\\b${port}\\b.* of its own`))
})

test('an app that ends without an error', async () => {
  const source =
    'import os, signal, time\nprint("all done", flush=True)\nos.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(0.5)\ndef app(environ, start_response): ...\n'
  const error = await failing(source)
  expect(error.why).toMatch(/^app-finished/)
  expect(evidence(error)).toContain('all done')
})

test('an app that answers with errors', async () => {
  const error = await failing('def app(environ, start_response):\n    raise RuntimeError("no such table: shop")\n')
  expect(error).toMatchObject({ code: 'rolled-back', exit: 10, what: expect.stringContaining('/ with 500') })
  expect(error.why).toMatch(/^app-unhealthy: .*no such table: shop/)
  expect(evidence(error)).toContain('RuntimeError: no such table: shop')
})

test('a process that is killed for its memory', async () => {
  const before = await host.status()
  const app = await makeApp('wsgi', 'big', {
    files: { 'web.py': 'x = bytearray(1 << 30)\nfor i in range(0, len(x), 4096): x[i] = 1\n' },
  })
  const error = await host.release(app, { limits: { memory: 128 << 20 } }).then(
    () => null,
    (thrown: WherryError) => thrown,
  )
  // Where no cgroup can be made the limit cannot hold, and the app just fails: it is no callable.
  expect(error?.code).toBe('rolled-back')
  expect((await host.status()).current).toEqual(before.current)
})

test('a release process that fails', async () => {
  const error = await failing('def app(environ, start_response): ...\n', plan => ({
    ...plan,
    release: { ...plan.release, command: ['python', '-c', 'print("migrating"); raise SystemExit("duplicate column")'] },
  }))
  expect(error).toMatchObject({ code: 'rolled-back', exit: 10 })
  expect(error.why).toMatch(/^release-process-failed/)
  expect(evidence(error)).toMatch(/migrating\nduplicate column/)
})

test('a configuration that nginx refuses', async () => {
  const plan = { ...good.plan, edge: { ...good.plan.edge, maxBody: 'much' } }
  await expect(host.release({ ...good, plan })).rejects.toMatchObject({ code: 'invalid-edge', exit: 1 })
  expect(await host.version()).toBe('good')
})

test('extra directives that nginx refuses, or that would leave their block, before anything is staged', async () => {
  const extra = (text: string) => ({ ...good, plan: { ...good.plan, edge: { ...good.plan.edge, extra: text } } })
  await expect(host.release(extra('no_such_directive on;'))).rejects.toMatchObject({
    code: 'rolled-back',
    why: expect.stringContaining('edge-refused'),
    evidence: expect.arrayContaining([{ text: expect.stringContaining('no_such_directive') }]),
  })
  await expect(host.release(extra('gzip on; } server {'))).rejects.toMatchObject({ code: 'invalid-edge' })
  expect(await host.version()).toBe('good')
  expect((await host.status()).releases.map(({ number }) => number)).toEqual([1])
})

test('a cancelled release', async () => {
  const cancel = new AbortController()
  const app = await makeApp('wsgi', 'slow', { files: { 'web.py': 'import time\ntime.sleep(1000)\n' } })
  const released = host.release(app, { signal: cancel.signal })
  setTimeout(() => cancel.abort(), 1500)
  await expect(released).rejects.toMatchObject({ code: 'rolled-back', why: 'cancelled' })
  expect(await host.version()).toBe('good')
  expect((await host.status()).processes.map(({ group }) => group).sort()).toEqual(['edge', 'release-1'])
})

test('a first release that fails leaves nothing that runs or listens', async () => {
  const empty = await openTestHost()
  const app = await makeApp('wsgi', 'bad', { files: { 'web.py': 'raise SystemExit("no")\n' } })
  await expect(empty.release(app)).rejects.toMatchObject({ code: 'app-exited', exit: 1 })
  expect(await empty.status()).toMatchObject({ current: null, releases: [], processes: [] })
  await expect(empty.page()).rejects.toThrow('ECONNREFUSED')
  expect(existsSync(join(empty.home, 'edge/conf/nginx.conf'))).toBe(false)
  expect(JSON.parse(readFileSync(join(empty.home, 'lock.json'), 'utf8'))).toMatchObject({ owner: null })
  await empty.release(good)
  expect(await empty.version()).toBe('good')
})
