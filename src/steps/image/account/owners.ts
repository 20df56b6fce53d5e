import { posix } from 'node:path'
import type { InventoryFile } from './inventory/inventory.ts'
import type { Package } from './package.ts'

/** Which package each file belongs to, by the packages' own records: path → purl. Bytecode belongs to the owner of its source. */
export function findOwners(
  packages: readonly Package[],
  files: ReadonlyMap<string, InventoryFile>,
): ReadonlyMap<string, string> {
  const owners = new Map<string, string>()
  for (const { purl, files: own } of packages) for (const path of own ?? []) if (files.has(path)) owners.set(path, purl)
  for (const path of files.keys()) {
    const source = sourceOf(path)
    const owner = source === null ? undefined : owners.get(source)
    if (owner !== undefined && !owners.has(path)) owners.set(path, owner)
  }
  return owners
}

/** Bytes by owner: purl → sum. */
export function sizesOf(
  owners: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, InventoryFile>,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const [path, owner] of owners) sizes.set(owner, (sizes.get(owner) ?? 0) + (files.get(path)?.size ?? 0))
  return sizes
}

/** `a/__pycache__/b.cpython-313.pyc` is compiled from `a/b.py` (PEP 3147). */
export function sourceOf(path: string): string | null {
  const name = /^(.+)\.[a-z]+-\d+(?:\.opt-\d)?\.pyc$/.exec(posix.basename(path))?.[1]
  const directory = posix.dirname(path)
  if (name === undefined || posix.basename(directory) !== '__pycache__') return null
  return posix.join(posix.dirname(directory), `${name}.py`)
}
