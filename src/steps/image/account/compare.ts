import type { Lock } from '../../../model/lock.ts'
import { normalizeName } from '../../../python/name.ts'
import type { Inventory, InventoryFile } from './inventory/inventory.ts'
import type { Package } from './package.ts'

/** What differs between two images, or between two locks, which know packages alone. */
export interface Difference {
  readonly packages: PackageDifference
  /** Null when a side is a lock. */
  readonly files: FileDifference | null
  /** Bytes, compressed; null when a side is a lock. */
  readonly size: { readonly from: number; readonly to: number } | null
  /** Bytes that who has the first image needs not fetch again. */
  readonly shared: number | null
}

export interface PackageDifference {
  readonly added: readonly Named[]
  readonly removed: readonly Named[]
  readonly changed: readonly {
    readonly ecosystem: Ecosystem
    readonly name: string
    readonly from: string
    readonly to: string
  }[]
}

export interface FileDifference {
  readonly added: readonly SizedPath[]
  readonly removed: readonly SizedPath[]
  readonly changed: readonly { readonly path: string; readonly from: number; readonly to: number }[]
}

type Ecosystem = Package['ecosystem']
export type Named = Pick<Package, 'ecosystem' | 'name' | 'version'>
export interface SizedPath {
  readonly path: string
  readonly size: number
}

export function compareInventories(from: Inventory, to: Inventory): Difference {
  const had = new Set(from.image.layers.map(({ digest }) => digest))
  return {
    packages: comparePackages(from.packages, to.packages),
    files: compareFiles(from.files, to.files),
    size: { from: sizeOf(from), to: sizeOf(to) },
    shared: to.image.layers.filter(({ digest }) => had.has(digest)).reduce((sum, { size }) => sum + size, 0),
  }
}

export function compareLocks(from: Lock, to: Lock): Difference {
  return { packages: comparePackages(packagesOf(from), packagesOf(to)), files: null, size: null, shared: null }
}

/** What of the lock reaches the image. */
export function packagesOf({ base, wheels, sdists }: Lock): Named[] {
  const debian = [...base.packages, ...(base.kind === 'image' ? base.held : []), ...base.nginx, ...base.libraries]
  return [
    ...debian.map(({ name, version }) => ({ ecosystem: 'debian', name, version }) as const),
    ...[...wheels, ...sdists].map(
      ({ name, version }) => ({ ecosystem: 'python', name: normalizeName(name), version }) as const,
    ),
  ]
}

/** A name that is there twice (a distribution and a vendored copy) changes when any of its versions does. */
export function comparePackages(from: readonly Named[], to: readonly Named[]): PackageDifference {
  const [before, after] = [byName(from), byName(to)]
  const added: Named[] = []
  const removed: Named[] = []
  const changed: PackageDifference['changed'][number][] = []
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [old, now] = [before.get(key), after.get(key)]
    if (old === undefined && now !== undefined) added.push(...now)
    else if (now === undefined && old !== undefined) removed.push(...old)
    else if (old && now && versions(old) !== versions(now)) {
      const { ecosystem = 'debian', name = '' } = now[0] ?? {}
      changed.push({ ecosystem, name, from: versions(old), to: versions(now) })
    }
  }
  return { added, removed, changed }
}

function byName(packages: readonly Named[]): Map<string, Named[]> {
  const found = new Map<string, Named[]>()
  for (const { ecosystem, name, version } of packages) {
    const key = `${ecosystem} ${name}`
    found.set(key, [...(found.get(key) ?? []), { ecosystem, name, version }])
  }
  return found
}

function versions(packages: readonly Named[]): string {
  return [...new Set(packages.map(({ version }) => version))].sort().join(', ')
}

function compareFiles(
  from: ReadonlyMap<string, InventoryFile>,
  to: ReadonlyMap<string, InventoryFile>,
): FileDifference {
  const added: SizedPath[] = []
  const changed: FileDifference['changed'][number][] = []
  for (const [path, now] of to) {
    const old = from.get(path)
    if (old === undefined) added.push({ path, size: now.size })
    else if (old.kind !== now.kind || old.content !== now.content || old.mode !== now.mode)
      changed.push({ path, from: old.size, to: now.size })
  }
  const removed = [...from.values()].filter(({ path }) => !to.has(path)).map(({ path, size }) => ({ path, size }))
  return { added: added.sort(byPath), removed: removed.sort(byPath), changed: changed.sort(byPath) }
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1
}

function sizeOf({ image }: Inventory): number {
  return image.layers.reduce((sum, { size }) => sum + size, 0)
}
