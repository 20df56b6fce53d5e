import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry, Tree } from '../../model/tree.ts'

/** A directory of the cache, written by a program of ours inside the image, as a tree below `path`. */
export function readDirectory(directory: string, path: string): Tree {
  if (!existsSync(directory)) return []
  const entries: Entry[] = [{ kind: 'directory', path, mode: 0o755 }]
  for (const name of readdirSync(directory).sort()) {
    const inner = join(directory, name)
    const status = lstatSync(inner)
    const to = `${path}/${name}`
    if (status.isDirectory()) entries.push(...readDirectory(inner, to))
    else if (status.isSymbolicLink()) entries.push({ kind: 'link', path: to, target: readlinkSync(inner) })
    else if (status.isFile()) {
      entries.push({
        kind: 'file',
        path: to,
        mode: status.mode & 0o100 ? 0o755 : 0o644,
        size: status.size,
        bytes: { file: inner },
      })
    }
  }
  return entries
}
