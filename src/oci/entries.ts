import { Buffer } from 'node:buffer'
import type { Entry, Tree } from '../model/tree.ts'
import type { Below } from './below.ts'
import { directoryMode, parentAttributes, type Shape } from './shape.ts'

/**
 * The entries of a layer in the one order it is written in: by the bytes of their paths, every parent present and before its
 * content. A missing parent would be made by the engine, with the clock's time.
 */
export function orderEntries(tree: Tree, shape: Shape, below: Below): readonly Entry[] {
  const parents = shape.parents.map(path => ({ kind: 'directory' as const, path, ...parentAttributes(path, below) }))
  return [...tree.map(normalise), ...parents]
    .map(entry => ({ entry, key: Buffer.from(entry.path) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ entry }) => entry)
}

function normalise(entry: Entry): Entry {
  const owner = entry.owner ?? 0
  if (!Number.isSafeInteger(owner) || owner < 0) throw new Error(`oci: ${entry.path}: not an owner: ${owner}`)
  if (entry.kind === 'link') return { ...entry, owner }
  if (!Number.isInteger(entry.mode) || entry.mode < 0) throw new Error(`oci: ${entry.path}: not a mode: ${entry.mode}`)
  return { ...entry, owner, mode: entry.kind === 'directory' ? directoryMode(entry.mode) : entry.mode & 0o777 }
}
