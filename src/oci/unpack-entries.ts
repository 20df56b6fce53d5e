import { setImmediate } from 'node:timers/promises'
import { isEntry, type Cache } from '../kit/cache.ts'
import type { Entry, FileEntry } from '../model/tree.ts'
import { finishSite, layDirectory, layFile, layLink, openSite, takeFile, type Site } from './lay-out.ts'

export interface UnpackEntriesOptions {
  readonly cache: Cache
  /** Names what the directory holds; hex. */
  readonly key: string
  /** Whole seconds since 1970. */
  readonly mtime: number
  /** Throws when the files are no longer those the key was made of; asked before the directory appears. */
  readonly recheck: () => Promise<void>
}

/** A tree as a directory in the cache. */
export async function unpackEntries(entries: readonly Entry[], options: UnpackEntriesOptions): Promise<string> {
  return options.cache.entry('layer-tree', options.key, async made => {
    await layOutEntries(entries, made, options)
    await options.recheck()
  })
}

/**
 * Lays a layer out straight from the tree it is made of, in a new directory, which is quicker than reading its tar again and gives the
 * same: parents come first in `entries`, as `orderEntries` leaves them.
 */
export async function layOutEntries(
  entries: readonly Entry[],
  directory: string,
  { cache, mtime }: Pick<UnpackEntriesOptions, 'cache' | 'mtime'>,
): Promise<void> {
  const site = openSite(directory, mtime)
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'directory') layDirectory(site, entry.path, entry.mode)
    else if (entry.kind === 'link') layLink(site, entry.path, entry.target)
    else place(site, entry, cache)
    // Everything here is synchronous; others want to run, too.
    if (index % 200 === 199) await setImmediate()
  }
  finishSite(site)
}

function place(site: Site, entry: FileEntry, cache: Cache): void {
  if ('file' in entry.bytes) {
    const { file } = entry.bytes
    takeFile(site, entry.path, entry.mode, { file, size: entry.size, constant: isEntry(file, cache) })
    return
  }
  const file = layFile(site, entry.path, entry.mode)
  file.write(entry.bytes.data)
  file.close()
}
