import { existsSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lock } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import type { Inside } from './inside.ts'
import { entrypoint, workingDirectory } from './launch.ts'
import { throwAwayEnvironment } from './statics.ts'
import type { Tools } from './tools.ts'
import { withScratch } from './wheels.ts'

/** Milliseconds the app may take to listen; one that needs a database that is not there will not. */
const patience = 30_000

/**
 * Starts the app once on a writable copy of the image and sees where it writes: data that lies beside the code must outlive every
 * release. An app that does not start without its services is no error here: its settings have said what they know.
 */
export async function findWrites(plan: Plan, inside: Inside, tools: Tools): Promise<Lock['data']> {
  return withScratch(tools, async scratch => {
    const upper = join(scratch, 'upper')
    const run = join(scratch, 'run')
    const { mkdir, chmod } = await import('node:fs/promises')
    await Promise.all([mkdir(upper), mkdir(run)])
    await chmod(run, 0o777)
    const socket = join(run, 'app.sock')
    const stop = new AbortController()
    const app = inside
      .run({
        argv: [entrypoint[0] ?? '', ...entrypoint.slice(1), 'web'],
        env: { ...throwAwayEnvironment(plan), WHERRY_SOCKET: '/smoke/app.sock', WEB_CONCURRENCY: '1' },
        user: { uid: 10001, gid: 10001 },
        cwd: workingDirectory(plan),
        root: { upper },
        mounts: [{ from: run, to: '/smoke', readonly: false }],
        timeout: patience,
        signal: stop.signal,
      })
      .catch(() => null)
    const ended = app.then(() => true)
    const deadline = Date.now() + patience
    while (Date.now() < deadline && !(await answers(socket))) if (await Promise.race([ended, sleep(100, false)])) break
    stop.abort()
    await app
    return places(join(upper, workingDirectory(plan)), '')
  })
}

/** True once anything answers: the first request is when many apps make their files. */
function answers(socketPath: string): Promise<boolean> {
  if (!existsSync(socketPath)) return Promise.resolve(false)
  return new Promise(resolve => {
    const asked = request({ socketPath, path: '/', headers: { host: 'localhost' }, timeout: 10_000 }, answer => {
      answer.resume()
      answer.on('end', () => resolve(true))
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
    asked.end()
  })
}

/** What was written: a directory that the image lacks as a whole, else the files themselves. */
function places(directory: string, path: string): Lock['data'] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true }).flatMap(entry => {
    const inner = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.name === '__pycache__' || /\.pyc$|-(?:journal|wal|shm)$|\.(?:pid|sock)$/.test(entry.name)) return []
    if (entry.isDirectory()) return places(join(directory, entry.name), inner)
    if (!entry.isFile()) return []
    return [{ path: inner, kind: /\.(?:sqlite3?|db3?)$/.test(entry.name) ? ('sqlite' as const) : ('file' as const) }]
  })
}
