import { join } from 'node:path'
import type { Entry } from '../model/tree.ts'
import type { DebEntry } from './deb.ts'
import { badDeb, conflictingPackages } from './errors.ts'
import type { UnpackedDeb } from './fetch-deb.ts'

const merged = /^(?:bin|sbin|lib|lib32|lib64|libx32)(?=\/|$)/

/**
 * The files of several packages in one tree, as dpkg would lay them under a merged /usr: a directory keeps the mode of whoever
 * brought it first (base-files comes before all), a file belongs to one package.
 */
export function mergeDebs(debs: readonly UnpackedDeb[]): Map<string, Entry> {
  const tree = new Map<string, Entry>()
  const owners = new Map<string, string>()
  const first = (deb: UnpackedDeb): number => (deb.package.name === 'base-files' ? 0 : 1)
  for (const deb of debs.toSorted((a, b) => first(a) - first(b))) {
    for (const entry of deb.entries) {
      const placed = place(entry, deb)
      if (!placed) continue
      const there = tree.get(placed.path)
      if (there && !yields(there, placed)) throw conflict(placed.path, owners.get(placed.path)!, deb.package.name)
      if (there) continue
      tree.set(placed.path, placed)
      owners.set(placed.path, deb.package.name)
    }
  }
  refuseBelowLinks(tree, owners)
  return tree
}

/** The entry where it belongs under a merged /usr; null for what the links there stand for. */
function place(entry: DebEntry, deb: UnpackedDeb): Entry | null {
  if (merged.test(entry.path) && entry.kind === 'link' && !entry.path.includes('/')) return null
  const path = entry.path.replace(merged, name => `usr/${name}`)
  const common = { path, ...(entry.owner === 0 ? {} : { owner: entry.owner }) }
  if (entry.kind === 'link') return { ...common, kind: 'link', target: entry.target }
  if (entry.kind === 'directory') return { ...common, kind: 'directory', mode: entry.mode }
  const bytes = { file: join(deb.folder, String(entry.content)) }
  return { ...common, kind: 'file', mode: entry.mode, size: entry.size, bytes }
}

/** True when what is there may stay in place of another: both directories, or links to the same place. */
function yields(there: Entry, other: Entry): boolean {
  if (there.kind === 'directory' && other.kind === 'directory') return true
  return there.kind === 'link' && other.kind === 'link' && there.target === other.target
}

/** Layers must not hold a path below a link of theirs: extractors disagree on where it goes, or refuse. */
function refuseBelowLinks(tree: ReadonlyMap<string, Entry>, owners: ReadonlyMap<string, string>): void {
  for (const path of tree.keys()) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = tree.get(path.slice(0, end))
      if (parent === undefined || parent.kind === 'directory') continue
      throw badDeb({
        what: `The package ${owners.get(path)} holds ${path}, which lies below a ${parent.kind}.`,
        why: `${parent.path} is a ${parent.kind} of the package ${owners.get(parent.path)}`,
        next: 'Take one of the two packages out.',
      })
    }
  }
}

function conflict(path: string, one: string, other: string): Error {
  return conflictingPackages({
    what: `The packages ${one} and ${other} both hold ${path}.`,
    next: 'Take one of the two out.',
  })
}
