import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Moves what lies in one directory over another of the same file system: directories are joined, everything else is replaced. */
export function mergeInto(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    const there = lstatSync(target, { throwIfNoEntry: false })
    if (entry.isDirectory() && there?.isDirectory()) {
      mergeInto(source, target)
      continue
    }
    if (there) rmSync(target, { recursive: true })
    renameSync(source, target)
  }
}
