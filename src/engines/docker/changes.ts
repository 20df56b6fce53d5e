import { posix } from 'node:path'
import { z } from 'zod'
import type { Daemon } from './daemon.ts'

/** One line of GET /containers/{id}/changes. */
export interface Change {
  readonly Path: string
  /** 0 modified, 1 added, 2 deleted. */
  readonly Kind: number
}

const isPlain = (path: string): boolean => !path.split('/').includes('..')
const changesSchema = z
  .array(z.object({ Path: z.string().startsWith('/').refine(isPlain), Kind: z.int().min(0).max(2) }))
  .nullable()

/** What a container has changed of its image so far. */
export async function changesOf({ client }: Pick<Daemon, 'client'>, id: string): Promise<readonly Change[]> {
  const { body } = await client.call('GET', `/containers/${id}/changes`)
  return changesSchema.parse(JSON.parse(body.toString('utf8'))) ?? []
}

export interface Wanted {
  /** New files and new directories with all they hold, absolute. */
  readonly added: readonly string[]
  /** Files with other content, absolute; and directories with other attributes, which the list cannot tell from files. */
  readonly modified: readonly string[]
  /** Directories that something was made or deleted in, absolute. */
  readonly directories: readonly string[]
  /** Absolute. */
  readonly deleted: readonly string[]
}

/** What engines put into every container themselves, beside what they mount; podman names the user in passwd and group. */
const enginesOwn = new Set([
  '/.dockerenv',
  '/run/.containerenv',
  ...['group', 'hostname', 'hosts', 'mtab', 'passwd', 'resolv.conf'].map(name => `/etc/${name}`),
])

/**
 * What to bring of a container's changes: each new directory at once, each other file by itself. Places of mounts and what lies in them are no
 * change of the image, and neither are the directories that were made only to hold them.
 */
export function chooseChanges(changes: readonly Change[], mounts: readonly string[]): Wanted {
  const places = mounts.map(to => posix.resolve('/', to))
  const isMount = (path: string): boolean => places.some(place => path === place || path.startsWith(`${place}/`))
  const holdsMount = (path: string): boolean => places.some(place => place.startsWith(`${path}/`))
  const own = changes.filter(({ Path }) => !isMount(Path) && !enginesOwn.has(Path))
  const holding = new Set(own.flatMap(({ Path }) => parentsOf(Path)))
  const added = new Set(own.filter(({ Kind, Path }) => Kind === 1 && !holdsMount(Path)).map(({ Path }) => Path))
  const fetch: Record<'added' | 'modified', string[]> = { added: [], modified: [] }
  const directories: string[] = []
  for (const { Path, Kind } of own) {
    if (Kind === 2 || parentsOf(Path).some(parent => added.has(parent))) continue
    if (holdsMount(Path) || (Kind === 0 && holding.has(Path))) {
      if (holding.has(Path)) directories.push(Path)
    } else fetch[Kind === 1 ? 'added' : 'modified'].push(Path)
  }
  return { ...fetch, directories, deleted: own.filter(({ Kind }) => Kind === 2).map(({ Path }) => Path) }
}

function parentsOf(path: string): string[] {
  const parents: string[] = []
  for (let at = posix.dirname(path); at !== '/' && at !== '.'; at = posix.dirname(at)) parents.push(at)
  return parents
}
