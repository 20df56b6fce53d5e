import { lstatSync, readdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ImageConfig } from '../../model/image.ts'
import type { Lock } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import { findWritten } from './directory.ts'
import type { Inside } from './inside.ts'
import { workingDirectory } from './launch.ts'
import { throwAwayEnvironment } from './statics/collect.ts'
import { withScratch, type Tools } from './tools.ts'

/** Milliseconds the app may take to listen; one that needs a database that is not there will not. */
const patience = 30_000

/**
 * Starts the app once on a writable copy of the image and sees where it writes: data that lies beside the code must outlive every
 * release. An app that does not start without its services is no error here: its settings have said what they know.
 */
export async function findWrites(plan: Plan, config: ImageConfig, inside: Inside, tools: Tools): Promise<Lock['data']> {
  return withScratch(tools, async upper => {
    // The path of a Unix socket ends at 107 bytes (unix(7)), and a cache may lie deep.
    const sockets = await mkdtemp(join(tmpdir(), 'wherry-'))
    try {
      await chmod(sockets, 0o777)
      await mkdir(join(upper, 'root'))
      await startOnce(plan, config, inside, { root: join(upper, 'root'), sockets })
      const written = findWritten(join(upper, 'root'), workingDirectory(plan))
      const below = inside.layers
        .map(layer => findWritten(layer, workingDirectory(plan)))
        .filter(found => found !== null)
      return written === null ? [] : listWrites({ directory: written, below, path: '' })
    } finally {
      await rm(sockets, { recursive: true, force: true })
    }
  })
}

/** Until it answers one request, ends, or was waited for long enough. */
async function startOnce(
  plan: Plan,
  { entrypoint, env }: ImageConfig,
  inside: Inside,
  { root, sockets }: { readonly root: string; readonly sockets: string },
): Promise<void> {
  const stop = new AbortController()
  const [program = '', ...words] = entrypoint
  const app = inside
    .run({
      argv: [program, ...words, 'web'],
      env: { ...env, ...throwAwayEnvironment(plan), WHERRY_SOCKET: '/smoke/app.sock', WEB_CONCURRENCY: '1' },
      user: { uid: 10001, gid: 10001 },
      cwd: workingDirectory(plan),
      root: { upper: root },
      mounts: [{ from: sockets, to: '/smoke', readonly: false }],
      timeout: patience,
      signal: stop.signal,
    })
    .catch(() => null)
  const ended = app.then(() => true)
  const deadline = performance.now() + patience
  const socket = join(sockets, 'app.sock')
  while (performance.now() < deadline && !(await answers(socket)))
    if (await Promise.race([ended, sleep(50, false)])) break
  stop.abort()
  await app
}

/** True once anything answers: the first request is when many apps make their files. */
function answers(socketPath: string): Promise<boolean> {
  if (lstatSync(socketPath, { throwIfNoEntry: false })?.isSocket() !== true) return Promise.resolve(false)
  return new Promise(resolve => {
    const asked = request({ socketPath, path: '/', headers: { host: 'localhost' }, timeout: 10_000 }, answer => {
      answer.resume()
      answer.on('end', () => resolve(true))
      answer.on('error', () => resolve(true))
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
    asked.end()
  })
}

const passing = /\.pyc$|-(?:journal|wal|shm)$|\.(?:pid|sock|lock)$|~$/
const database = /\.(?:sqlite3?|db3?)$/

interface Look {
  /** What was written. */
  readonly directory: string
  /** The same place in the layers that have it. */
  readonly below: readonly string[]
  /** Relative to the app. */
  readonly path: string
}

/**
 * What was written, as places to keep: a directory that the image lacks is one place, unless it holds databases alone; of other
 * directories the files. Bytecode, locks and the like are no data.
 */
export function listWrites({ directory, below, path }: Look): Lock['data'] {
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): Lock['data'] => {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.name === '__pycache__' || passing.test(entry.name)) return []
      if (entry.isFile()) return [{ path: inner, kind: database.test(entry.name) ? 'sqlite' : 'file' }]
      if (!entry.isDirectory()) return []
      const beneath = below.map(one => findWritten(one, entry.name)).filter(found => found !== null)
      const inside = listWrites({ directory: join(directory, entry.name), below: beneath, path: inner })
      const isNew = beneath.length === 0
      return isNew && inside.some(({ kind }) => kind !== 'sqlite') ? [{ path: inner, kind: 'directory' }] : inside
    })
}
