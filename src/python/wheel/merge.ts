import { readFile } from 'node:fs/promises'
import type { Entry, FileEntry, Tree } from '../../model/tree.ts'
import { wheelsCollide } from './errors.ts'

export interface LaidOutWheel {
  /** The distribution, for notes: `django 5.2`. */
  readonly name: string
  readonly tree: Tree
}

export interface MergedWheels {
  /** The same wheels in the same order, each without the files that a later one replaces: no path is in two of them. */
  readonly wheels: readonly LaidOutWheel[]
  /** Files that differ between two wheels, for people. */
  readonly replaced: readonly Replacement[]
}

export interface Replacement {
  readonly path: string
  readonly loser: string
  readonly winner: string
}

/**
 * Puts wheels into one environment. Of a path in two wheels, the later wheel in the order given counts (callers give the lock's
 * order, by name): pip decides by its installation order, which depends on the graph, and uv by chance. Equal files are no matter;
 * different ones are reported. @throws `wheels-collide` when one needs a directory where another has a file.
 */
export async function mergeWheels(wheels: readonly LaidOutWheel[]): Promise<MergedWheels> {
  const owners = new Map<string, { readonly wheel: LaidOutWheel; readonly entry: Entry }>()
  const replaced: Replacement[] = []
  for (const wheel of wheels) {
    for (const entry of wheel.tree) {
      const earlier = owners.get(entry.path)
      if (earlier && !(await same(earlier.entry, entry)))
        replaced.push({ path: entry.path, loser: earlier.wheel.name, winner: wheel.name })
      owners.set(entry.path, { wheel, entry })
    }
  }
  for (const [path, { wheel }] of owners)
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const above = owners.get(path.slice(0, end))
      if (above && above.entry.kind !== 'directory') throw collision(above.entry.path, above.wheel.name, wheel.name)
    }
  return {
    wheels: wheels.map(wheel => ({
      ...wheel,
      tree: wheel.tree.filter(entry => owners.get(entry.path)?.entry === entry),
    })),
    replaced,
  }
}

async function same(a: Entry, b: Entry): Promise<boolean> {
  if (a.kind === 'directory' || b.kind === 'directory') return a.kind === b.kind
  if (a.kind === 'link' || b.kind === 'link') return a.kind === 'link' && b.kind === 'link' && a.target === b.target
  if (a.size !== b.size || a.mode !== b.mode) return false
  return Buffer.compare(await content(a), await content(b)) === 0
}

async function content({ bytes }: FileEntry): Promise<Uint8Array> {
  return 'data' in bytes ? bytes.data : readFile(bytes.file)
}

function collision(path: string, file: string, directory: string): Error {
  return wheelsCollide({
    what: `${path} is a file of ${file} and a directory of ${directory}.`,
    next: 'Leave one of the two out, or take another version of it.',
  })
}
