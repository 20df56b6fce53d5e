import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ask, folder, startLauncher } from '../support/launcher.ts'
import {
  answer,
  asgi,
  asgiApp,
  behind,
  bring,
  children,
  eventually,
  freePort,
  inVenv,
  running,
  serve,
  wsgi,
  wsgiApp,
} from '../support/serving.ts'

/** The launcher with each server as published. */

bring('gunicorn', 'uvicorn', 'uvicorn-worker', 'hypercorn', 'granian', 'waitress', 'daphne')

const servers: [string, string, object, string][] = [
  ['gunicorn', 'wsgi', wsgiApp, wsgi],
  ['gunicorn', 'asgi', asgiApp, asgi],
  ['uvicorn', 'asgi', asgiApp, asgi],
  ['hypercorn', 'wsgi', wsgiApp, wsgi],
  ['hypercorn', 'asgi', asgiApp, asgi],
  ['granian', 'wsgi', wsgiApp, wsgi],
  ['granian', 'asgi', asgiApp, asgi],
  ['waitress', 'wsgi', wsgiApp, wsgi],
  ['daphne', 'asgi', asgiApp, asgi],
]

describe.each(servers)('%s serving %s', (name, kind, app, source) => {
  const files = { 'shop.py': source }
  const launch = { app, server: { name } }

  test('tells the app who asks, over a socket that another user may open', async () => {
    const served = await serve(files, launch)
    const mode = execFileSync('stat', ['-c', '%a', String(served.where)], { encoding: 'utf8' }).trim()
    expect(['666', '777']).toContain(mode)
    const seen = await answer(served, '/', behind)
    if (kind === 'wsgi')
      expect(seen).toMatchObject({ REMOTE_ADDR: '192.0.2.7', 'wsgi.url_scheme': 'https', SERVER_PORT: '443' })
    else expect(seen).toMatchObject({ client: '192.0.2.7', scheme: 'https' })
  })

  test('believes no headers on a port of its own', async () => {
    const served = await serve(files, launch, { port: await freePort() })
    const seen = await answer(served, '/', behind)
    if (kind === 'wsgi') expect(seen).toMatchObject({ REMOTE_ADDR: '127.0.0.1', 'wsgi.url_scheme': 'http' })
    else expect(seen).toMatchObject({ client: '127.0.0.1', scheme: 'http' })
  })

  // Daphne cancels what is in flight, whatever it is told.
  if (name === 'daphne') return

  test('answers what is in flight when it is stopped, and ends with 0', async () => {
    const served = await serve(files, launch)
    const slow = ask(served.where, '/slow')
    await sleep(800)
    served.child.kill('SIGTERM')
    expect((await slow).status).toBe(200)
    expect(await served.ended, served.output()).toBe(0)
  })
})

describe('uvicorn', () => {
  const launch = { app: asgiApp, server: { name: 'uvicorn' } }

  test.each(['1', '2'])('runs lifespan and answers on IPv6 with %s workers', async WEB_CONCURRENCY => {
    const port = await freePort()
    const served = await serve({ 'shop.py': asgi }, launch, { port, env: { WEB_CONCURRENCY } })
    expect(await answer(served)).toMatchObject({ started: true })
    if (existsSync('/proc/net/if_inet6')) {
      const seen = (await (await fetch(`http://[::1]:${port}/`)).json()) as object
      expect(seen).toMatchObject({ client: '::1' })
    }
  })

  test('with several workers on a port answers as quickly as with one', async () => {
    const median = async (WEB_CONCURRENCY: string): Promise<number> => {
      const port = await freePort()
      await serve({ 'shop.py': asgi }, launch, { port, env: { WEB_CONCURRENCY } })
      const times: number[] = []
      for (let i = 0; i < 40; i++) {
        const start = performance.now()
        await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x' })).text()
        times.push(performance.now() - start)
      }
      return times.sort((a, b) => a - b)[20] ?? Number.NaN
    }
    const one = await median('1')
    // Without TCP_NODELAY each answer waits for the client's delayed acknowledgement: 40 ms, some hundred times as long.
    expect(await median('2')).toBeLessThan(one * 10)
  })

  test.each(['1', '2'])('ends with 3 when the app cannot be imported, with its own traceback (%s workers)', async n => {
    const directory = folder({ 'shop.py': 'import no_such_module' })
    const env = { WEB_CONCURRENCY: n, WHERRY_SOCKET: join(directory, 's.sock') }
    const launched = startLauncher({ launch: { python: inVenv, directory, path: ['.'], ...launch }, env })
    running.push(launched)
    const code = await launched.ended
    expect(launched.output()).toContain("ModuleNotFoundError: No module named 'no_such_module'")
    expect(code).toBe(3)
  })
})

describe('gunicorn', () => {
  const launch = { app: wsgiApp, server: { name: 'gunicorn' } }

  test('keeps the harmless settings of a gunicorn.conf.py and says which it cannot keep', async () => {
    const conf = `
import shop_settings
bind = "127.0.0.1:1"
daemon = True
reload = True
pidfile = "gunicorn.pid"
user = "no-such-user"
errorlog = "/nonexistent/error.log"
workers = 129
timeout = 77
proc_name = shop_settings.NAME
def on_starting(server):
    server.log.info("their hook, timeout %s, bind %s", server.cfg.timeout, server.cfg.bind)
`
    const files = { 'shop.py': wsgi, 'gunicorn.conf.py': conf, 'shop_settings.py': 'NAME = "theirs"' }
    const served = await serve(files, launch, { env: { GUNICORN_CMD_ARGS: '--daemon --threads 3' } })
    await answer(served)
    expect(served.output()).toMatch(/their hook, timeout 77, bind \['unix:/)
    for (const name of ['bind', 'daemon', 'reload', 'pidfile', 'user', 'errorlog', 'workers']) {
      expect(served.output()).toContain(`gunicorn setting ${name} =`)
    }
    await eventually(() => children(served.child.pid ?? 0).length >= 2)
    await sleep(500)
    expect(children(served.child.pid ?? 0)).toHaveLength(2)
    expect(existsSync(join(String(served.where), '../gunicorn.pid'))).toBe(false)
  })

  test('reloads at SIGHUP and takes another worker at SIGTTIN', async () => {
    const served = await serve({ 'shop.py': wsgi }, launch)
    const pid = served.child.pid ?? 0
    const before = children(pid)
    served.child.kill('SIGHUP')
    await eventually(() => children(pid).length === 2 && children(pid).every(child => !before.includes(child)))
    served.child.kill('SIGTTIN')
    await eventually(() => children(pid).length === 3)
    await answer(served)
  })

  test('ends with 3 when the app cannot be imported', async () => {
    const directory = folder({ 'shop.py': 'import no_such_module' })
    const env = { WHERRY_SOCKET: join(directory, 's.sock') }
    const launched = startLauncher({ launch: { python: inVenv, directory, path: ['.'], ...launch }, env })
    running.push(launched)
    expect(await launched.ended).toBe(3)
    expect(launched.output()).toContain("No module named 'no_such_module'")
  })
})
