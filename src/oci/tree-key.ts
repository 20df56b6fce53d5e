import { createHash } from 'node:crypto'
import type { Entry, Tree } from '../model/tree.ts'
import { sha256OfFile } from './read-bytes.ts'

/** What a tree is, as 64 hex digits: paths, modes, owners, link targets and the files' bytes, in whatever order they are given. */
export function treeKey(tree: Tree): string {
  const hash = createHash('sha256')
  for (const line of tree.map(describe).sort()) hash.update(line)
  return hash.digest('hex')
}

function describe(entry: Entry): string {
  const { path, kind, owner = 0 } = entry
  if (entry.kind === 'link') return `${JSON.stringify([path, kind, owner, entry.target])}\n`
  if (entry.kind === 'directory') return `${JSON.stringify([path, kind, owner, entry.mode])}\n`
  return `${JSON.stringify([path, kind, owner, entry.mode, entry.size, sha256OfFile(entry)])}\n`
}
