import { mkdirSync, mkdtempSync, renameSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { cacheHome } from './user-places.ts'

/**
 * The content cache: what is kept so that nothing is downloaded, unpacked, compiled or compressed twice. An entry is a file or a
 * directory named by a key that says everything it depends on; it appears whole, by one rename, or not at all, and never changes.
 */
export interface Cache {
  readonly root: string
  /**
   * The path of the entry `key` of a kind, made by `produce` when absent. `produce` gets a path that does not exist yet and leaves
   * a file or a directory there; when it throws, nothing is left behind. Two callers at once share one production.
   */
  entry(kind: string, key: string, produce: (path: string) => Promise<void>): Promise<string>
  /** The path of an entry that exists already, or null. */
  find(kind: string, key: string): Promise<string | null>
  /** A new empty directory on the cache's file system; whoever asks removes it. */
  scratch(): Promise<string>
}

/** True for what lies in an entry, which never changes; other files are their owners' to change. */
export function isEntry(path: string, { root }: Pick<Cache, 'root'>): boolean {
  return path.startsWith(root + sep) && !path.startsWith(join(root, 'tmp') + sep)
}

export function openCache(root: string = cacheHome()): Cache {
  const producing = new Map<string, Promise<string>>()

  const pathOf = (kind: string, key: string): string => {
    // A key becomes a file name: an attacker's version or file name must not become a path.
    if (!/^[a-z0-9-]+$/.test(kind)) throw new Error(`cache: not a kind: ${kind}`)
    if (!/^[A-Za-z0-9][A-Za-z0-9._+=@~-]{0,200}$/.test(key)) throw new Error(`cache: not a key: ${key}`)
    return join(root, kind, key)
  }

  const find = async (kind: string, key: string): Promise<string | null> => {
    const path = pathOf(kind, key)
    return exists(path) ? path : null
  }

  const scratch = async (): Promise<string> => {
    mkdirSync(join(root, 'tmp'), { recursive: true })
    return mkdtempSync(join(root, 'tmp', `${process.pid}-`))
  }

  const make = async (path: string, kind: string, produce: (path: string) => Promise<void>): Promise<string> => {
    if (exists(path)) return path
    const temporary = await scratch()
    try {
      const made = join(temporary, 'entry')
      await produce(made)
      mkdirSync(join(root, kind), { recursive: true })
      place(made, path)
      return path
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  }

  return {
    root,
    find,
    scratch,
    async entry(kind, key, produce) {
      const path = pathOf(kind, key)
      const running = producing.get(path)
      if (running) return running
      const promise = make(path, kind, produce).finally(() => producing.delete(path))
      producing.set(path, promise)
      return promise
    },
  }
}

/** Another process may be first: its entry is as good as ours. */
function place(made: string, path: string): void {
  try {
    renameSync(made, path)
  } catch (error) {
    if (!exists(path)) throw error
  }
}

/** Synchronous, as all that is done to names here: an image asks hundreds of times, and the thread pool's way costs ten times the answer. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}
