import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry, Tree } from '../../model/tree.ts'

/**
 * What a program left in a directory of ours, as trees. The program was the app's own code, so nothing it wrote is trusted: a path is
 * followed through real directories only, for a link in it would lead to the files of this machine.
 */

/** The directory at an absolute path of the image, below `upper`; null where there is none, or a link stands in the way. */
export function findWritten(upper: string, path: string): string | null {
  let here = upper
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') return null
    here = join(here, part)
    if (lstatSync(here, { throwIfNoEntry: false })?.isDirectory() !== true) return null
  }
  return here
}

/** Files, links and directories of a directory as a tree below `path`. Devices, which overlayfs uses for deletions, are none. */
export function readDirectory(directory: string, path: string): Tree {
  const entries: Entry[] = [{ kind: 'directory', path, mode: 0o755 }]
  for (const name of readdirSync(directory).sort()) {
    const inner = join(directory, name)
    const to = `${path}/${name}`
    const status = lstatSync(inner, { throwIfNoEntry: false })
    // Absent: its name is not UTF-8, and an image could not hold it.
    if (status === undefined) continue
    if (status.isDirectory()) entries.push(...readDirectory(inner, to))
    else if (status.isSymbolicLink()) entries.push({ kind: 'link', path: to, target: readlinkSync(inner) })
    else if (status.isFile()) {
      const mode = status.mode & 0o100 ? 0o755 : 0o644
      entries.push({ kind: 'file', path: to, mode, size: status.size, bytes: { file: inner } })
    }
  }
  return entries
}
