import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** An entry of the content cache as it lies on the disk. */
export interface CacheEntry {
  readonly kind: string
  readonly path: string
  /** Bytes on the disk that removing it frees: of files that several entries share, each is counted with the first. */
  readonly bytes: number
  /** Milliseconds since the epoch of the last sign of life: made, or read where the file system notes that. */
  readonly usedAt: number
}

/** Every entry, in the order of kinds and names. `foreign` are directories in it that other programs manage. */
export async function surveyCache(root: string, foreign: ReadonlySet<string> = new Set()): Promise<CacheEntry[]> {
  const seen = new Set<string>()
  const entries: CacheEntry[] = []
  for (const kind of await list(root)) {
    if (!kind.isDirectory() || foreign.has(kind.name) || kind.name === 'tmp') continue
    for (const { name } of await list(join(root, kind.name))) {
      const path = join(root, kind.name, name)
      const status = await lstat(path).catch(() => null)
      if (status)
        entries.push({ kind: kind.name, path, bytes: await measure(path, status, seen), usedAt: lastSign(status) })
    }
  }
  return entries
}

/** Times that a layer's files have say nothing: they are fixed. When its inode changed last does. */
function lastSign({ atimeMs, ctimeMs }: Stats): number {
  return Math.max(atimeMs, ctimeMs)
}

async function measure(path: string, status: Stats, seen: Set<string>): Promise<number> {
  const inode = `${status.dev} ${status.ino}`
  const known = status.nlink > 1 && !status.isDirectory() && seen.has(inode)
  seen.add(inode)
  let bytes = known ? 0 : status.blocks * 512
  if (!status.isDirectory()) return bytes
  for (const { name } of await list(path)) {
    const inner = join(path, name)
    const innerStatus = await lstat(inner).catch(() => null)
    if (innerStatus) bytes += await measure(inner, innerStatus, seen)
  }
  return bytes
}

/** Another process may remove what is listed; what is gone is nothing. */
async function list(directory: string): Promise<Dirent[]> {
  const found = await readdir(directory, { withFileTypes: true }).catch((): Dirent[] => [])
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}
