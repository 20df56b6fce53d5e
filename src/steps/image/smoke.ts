import { readdirSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ImageConfig } from '../../model/image.ts'
import { list } from '../../kit/text.ts'
import type { Lock } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import { findWritten } from './directory.ts'
import type { Inside } from './inside.ts'
import { patience, proofEnvironment, proofPlace, readLoaded, type Loaded } from './loading/loaded.ts'
import { workingDirectory } from './launch.ts'
import { throwAwayEnvironment } from './statics/collect.ts'
import { saying, withScratch, type Tools } from './tools.ts'

const script = fileURLToPath(new URL('../../../runtime/smoke.py', import.meta.url))

const stillWaiting = `the app does not answer yet: it may wait for a service, and none is there while an image is made (${patience.most} s at most)`

export interface Smoke {
  readonly config: ImageConfig
  readonly inside: Inside
  /** What the app is started with besides the plan's own. */
  readonly env: Readonly<Record<string, string>>
}

export interface Seen {
  /** Places the app wrote to. */
  readonly data: Lock['data']
  /** How far it could be loaded; null when it did not say. */
  readonly loaded: Loaded | null
}

/**
 * Starts the app once on a writable copy of the image and sees where it writes: data that lies beside the code must outlive every
 * release. An app that does not start without its services is no error here: its settings have said what they know.
 */
export async function startForOnce(plan: Plan, smoke: Smoke, tools: Tools): Promise<Seen> {
  const { inside } = smoke
  return withScratch(tools, async scratch => {
    const [upper, answers] = [join(scratch, 'root'), join(scratch, 'answers')]
    await Promise.all([mkdir(upper), mkdir(answers)])
    await chmod(answers, 0o777)
    await saying(stillWaiting, tools, () => startOnce(plan, smoke, { upper, answers }).catch(() => null))
    // What an interrupted start wrote is not all that the app writes: nothing may be recorded.
    tools.signal?.throwIfAborted()
    const written = findWritten(upper, workingDirectory(plan))
    const below = inside.layers.map(layer => findWritten(layer, workingDirectory(plan))).filter(found => found !== null)
    const data = written === null ? [] : listWrites({ directory: written, below, path: '' })
    return { data, loaded: readLoaded(answers) }
  })
}

/** What was seen, for people. */
export function describeWrites({ data, loaded }: Seen): string {
  if (data.length > 0) return `the app writes ${list(data.map(({ path }) => path))}`
  if (loaded?.ok === false) return 'the app does not start without its environment: what it writes was not seen'
  return 'the app writes nothing beside its code'
}

/** Until it answers one request, ends, or was waited for long enough. */
async function startOnce(
  plan: Plan,
  { config: { entrypoint, env }, inside, env: given }: Smoke,
  { upper, answers }: { readonly upper: string; readonly answers: string },
): Promise<void> {
  await inside.run({
    argv: ['/venv/bin/python', '-I', '-S', '-B', '/smoke.py', String(patience.most), ...entrypoint, 'web'],
    env: { ...env, ...throwAwayEnvironment(plan), ...given, WEB_CONCURRENCY: '1', ...proofEnvironment },
    user: { uid: 10001, gid: 10001 },
    cwd: workingDirectory(plan),
    root: { upper },
    mounts: [
      { from: script, to: '/smoke.py', readonly: true },
      { from: answers, to: dirname(proofPlace), readonly: false },
    ],
    timeout: (patience.most + 30) * 1000,
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
