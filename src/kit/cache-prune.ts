import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isAlive } from './alive.ts'
import type { CacheEntry } from './cache-survey.ts'

/** Takes away from the content cache what nobody needs. An entry vanishes by one rename, as it appeared: nobody sees half of one. */

export interface PruneLimits {
  /** Entries without a sign of life since then go; milliseconds since the epoch. */
  readonly before: number
  /** Bytes that may stay, the entries used last first; null for no limit. */
  readonly most: number | null
  /** Paths, of entries or within them, that stay whatever their age. */
  readonly keep: ReadonlySet<string>
  /** Entries used since then stay, whatever the size: somebody may be at work with them. */
  readonly recent: number
}

/** Which entries to remove, the one used longest ago first. */
export function choosePruned(
  entries: readonly CacheEntry[],
  { before, most, keep, recent }: PruneLimits,
): CacheEntry[] {
  let left = entries.reduce((sum, { bytes }) => sum + bytes, 0)
  const isKept = (path: string): boolean => keep.has(path) || [...keep].some(each => each.startsWith(`${path}/`))
  const removable = entries
    .filter(({ path, usedAt }) => usedAt < recent && !isKept(path))
    .toSorted((a, b) => a.usedAt - b.usedAt || (a.path < b.path ? -1 : 1))
  return removable.filter(({ usedAt, bytes }) => {
    const goes = usedAt < before || (most !== null && left > most)
    if (goes) left -= bytes
    return goes
  })
}

/** Removes entries of the cache at `root`. */
export async function removeEntries(root: string, entries: readonly CacheEntry[]): Promise<void> {
  if (entries.length === 0) return
  await mkdir(join(root, 'tmp'), { recursive: true })
  const grave = await mkdtemp(join(root, 'tmp', `${process.pid}-`))
  try {
    for (const [i, { path }] of entries.entries()) {
      // One that another process removed first is gone as well.
      await rename(path, join(grave, `${i}`)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
      await rm(join(grave, `${i}`), { recursive: true, force: true })
    }
  } finally {
    await rm(grave, { recursive: true, force: true })
  }
}

/** What unfinished work lies in the cache: of processes that are gone, and those still at it. */
export async function unfinishedWork(root: string): Promise<{ readonly dead: string[]; readonly alive: number[] }> {
  const directory = join(root, 'tmp')
  const names = await readdir(directory).catch((): string[] => [])
  const pidOf = (path: string): number => Number(/^(\d{1,10})-/.exec(basename(path))?.[1] ?? 0)
  const own = names.filter(name => pidOf(name) > 0).map(name => join(directory, name))
  const dead = own.filter(path => !isAlive(pidOf(path)))
  const alive = own.filter(path => !dead.includes(path)).map(pidOf)
  return { dead, alive: [...new Set(alive)].filter(pid => pid !== process.pid) }
}
