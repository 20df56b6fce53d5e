import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, expect } from 'vitest'
import { ask, folder, python, scratch, startLauncher, untilAnswering } from './launcher.ts'
import type { LaunchOptions, Launched } from './launcher.ts'

/** Serves small apps through the launcher with servers as published, in an environment made here. Imported by tests only. */

const venv = join(scratch(), 'venv')
export const inVenv = join(venv, 'bin/python')

export const wsgi = `
import json, os, time
def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(3)
    keys = "REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST", "SERVER_PORT"
    body = json.dumps({**{key: environ.get(key) for key in keys}, "pid": os.getpid(), "cwd": os.getcwd()}).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`
export const asgi = `
import asyncio, json, os
started = False
async def app(scope, receive, send):
    global started
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            started = True
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["path"] == "/slow":
        await asyncio.sleep(3)
    body = json.dumps({"client": scope["client"][0], "scheme": scope["scheme"], "started": started, "pid": os.getpid()}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body[:9], "more_body": True})
    await send({"type": "http.response.body", "body": body[9:]})
`
export const wsgiApp = { interface: 'wsgi', module: 'shop', attribute: 'application' }
export const asgiApp = { interface: 'asgi', module: 'shop', attribute: 'app' }
export const behind = { 'x-forwarded-for': '6.6.6.6, 192.0.2.7', 'x-forwarded-proto': 'https', host: 'shop.example' }

export const running: Launched[] = []

/** To be called at the top of a test file. */
export function bring(...packages: readonly string[]): void {
  beforeAll(() => {
    execFileSync(python, ['-m', 'venv', venv], { stdio: 'pipe' })
    execFileSync(inVenv, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages], { stdio: 'pipe' })
  })
  afterEach(async () => {
    for (const one of running.splice(0)) {
      for (const pid of family(one.child.pid ?? 0)) kill(pid, 'SIGKILL')
      await one.ended
    }
  })
}

export interface Served extends Launched {
  readonly where: string | number
}

export async function serve(
  files: Record<string, string>,
  launch: object,
  options: Partial<LaunchOptions> & { readonly port?: number } = {},
): Promise<Served> {
  const directory = folder(files)
  const where = options.port ?? join(directory, 's.sock')
  const address: Record<string, string> = typeof where === 'string' ? { WHERRY_SOCKET: where } : { PORT: String(where) }
  const launched = startLauncher({
    ...options,
    launch: { python: inVenv, directory, path: ['.'], ...launch },
    cwd: directory,
    env: { WEB_CONCURRENCY: '2', ...address, ...options.env },
  })
  running.push(launched)
  await untilAnswering(launched, where)
  return { ...launched, where }
}

export async function answer(
  served: Served,
  path = '/',
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const { status, body } = await ask(served.where, path, headers)
  expect(status, body).toBe(200)
  return JSON.parse(body) as Record<string, unknown>
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise(done => server.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Children of a process, from /proc. */
export function children(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}

/** It and all below it. Workers outlive a killed parent, and the output is open as long as one of them lives. */
function family(pid: number): number[] {
  if (pid === 0 || !existsSync(`/proc/${pid}`)) return []
  return [pid, ...children(pid).flatMap(family)]
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(50)
}
