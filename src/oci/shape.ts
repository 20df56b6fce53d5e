import type { Entry, Tree } from '../model/tree.ts'
import type { Attributes, Below } from './below.ts'
import { duplicatePath, pathThroughLink } from './errors.ts'
import { checkPath, checkTarget } from './path.ts'

/** A tree without its files: all that decides whether it may lie on other layers, and what parents it needs. */
export interface Shape {
  readonly links: readonly string[]
  /** Directories that are entries of the tree. */
  readonly directories: readonly (Attributes & { readonly path: string })[]
  /** Parents that are not: they take the attributes of the same directory below. */
  readonly parents: readonly string[]
}

/** Checks a tree by itself. Throws `duplicate-path`, `unsafe-path`, `whiteout-name` or `path-through-link`. */
export function shapeOf(tree: Tree): Shape {
  const kinds = new Map<string, Entry['kind']>()
  for (const entry of tree) {
    checkPath(entry.path)
    if (entry.kind === 'link') checkTarget(entry.path, entry.target)
    if (kinds.has(entry.path)) throw twice(entry.path)
    kinds.set(entry.path, entry.kind)
  }
  const parents = new Set<string>()
  for (const path of kinds.keys())
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at)
      const kind = kinds.get(parent)
      if (kind === 'file' || kind === 'link') throw through(path, parent, `a ${kind} of the same layer`)
      if (kind === 'directory' || parents.has(parent)) break
      parents.add(parent)
    }
  return {
    links: tree.filter(entry => entry.kind === 'link').map(entry => entry.path),
    directories: tree
      .filter(entry => entry.kind === 'directory')
      .map(({ path, mode, owner = 0 }) => ({ path, mode: directoryMode(mode), owner })),
    parents: [...parents].sort(),
  }
}

/** Checks that a shape hides no link of the layers below. Throws `path-through-link`. */
export function checkShape(shape: Shape, below: Below): void {
  if (below.links.size === 0) return
  for (const path of [...shape.parents, ...shape.directories.map(directory => directory.path)])
    if (below.links.has(path)) throw through(`${path}/`, path, 'a link in the layers below')
}

/** What the next layer finds below it. */
export function layShape(shape: Shape, below: Below): Below {
  const directories = new Map(below.directories)
  for (const { path, mode, owner } of shape.directories) directories.set(path, { mode, owner })
  for (const path of shape.parents) directories.set(path, parentAttributes(path, below))
  return { links: new Set([...below.links, ...shape.links]), directories }
}

export function parentAttributes(path: string, below: Below): Attributes {
  return below.directories.get(path) ?? { mode: 0o755, owner: 0 }
}

/** Set-user-ID and set-group-ID never enter an image; the sticky bit of /tmp does. */
export function directoryMode(mode: number): number {
  return mode & 0o1777
}

function twice(path: string): Error {
  return duplicatePath({ what: `Two entries want to be /${path}.`, next: 'Leave one of them out of the image.' })
}

function through(path: string, obstacle: string, what: string): Error {
  return pathThroughLink({
    what: `/${path} cannot be put into the image.`,
    why: `/${obstacle} is ${what}: engines would replace it by a directory and hide what is behind it`,
    next: `Put it at the real place, the one /${obstacle} leads to.`,
  })
}
