import { nginxPackages, basePackages } from '../../../debian/index.ts'
import type { Lock } from '../../../model/lock.ts'
import type { Plan } from '../../../model/plan.ts'
import type { SystemLibraryFact } from '../../../model/project.ts'
import type { Wanted } from '../resolve/wanted.ts'
import type { Inventory } from './inventory/inventory.ts'
import { findNeeds } from './needs.ts'
import { findOrigins, isOwn, originOf } from './origins.ts'
import { findOwners, sizesOf } from './owners.ts'
import type { Package } from './package.ts'

/** Why an image is what it is: its layers, every package with the reason it is there, and what takes the room. */
export interface Explanation {
  readonly name: string
  readonly digest: string
  /** Bytes, compressed. */
  readonly size: number
  readonly unpackedSize: number
  readonly layers: readonly { what: string; digest: string; size: number; unpackedSize: number; packages: number }[]
  readonly packages: readonly ExplainedPackage[]
  /** The largest files, the largest first. */
  readonly largest: readonly { path: string; size: number; layer: number; package: string | null }[]
}

export interface ExplainedPackage {
  readonly ecosystem: Package['ecosystem']
  readonly name: string
  readonly version: string
  readonly layer: number
  /** Bytes in the image, bytecode included; null where it cannot be told. */
  readonly size: number | null
  readonly why: readonly Why[]
}

export type Why =
  /** The repository asks for it, here. */
  | { readonly kind: 'asked'; readonly file: string; readonly line: number | null }
  /** Packages of the image need it. */
  | { readonly kind: 'needed'; readonly by: readonly string[] }
  /** A shared object of a wheel is linked with a library it holds. */
  | { readonly kind: 'library'; readonly soname: string; readonly by: string }
  /** It is the server that Wherry adds where the app brings none. */
  | { readonly kind: 'server' }
  /** It belongs to every image of this base, or serves in front of the app. */
  | { readonly kind: 'base' }
  | { readonly kind: 'nginx' }
  /** `image.packages` in the config. */
  | { readonly kind: 'config' }
  /** The app calls it by name while it runs: a program, or a library that is opened. */
  | { readonly kind: 'called'; readonly names: readonly string[] }
  /** The app itself, or another project of the repository. */
  | { readonly kind: 'own' }
  /** The base image or another distribution holds a copy of it. */
  | { readonly kind: 'brought' }
  /** Installed code imports it without declaring it. */
  | { readonly kind: 'imported' }

export interface ExplainRequest {
  readonly inventory: Inventory
  readonly plan: Plan
  readonly lock: Lock
  readonly wanted: Wanted
  /** What detection found the app to call by name. */
  readonly libraries: readonly SystemLibraryFact[]
  readonly extras: ReadonlyMap<string, readonly string[]>
}

const mostFiles = 20

export function explain(request: ExplainRequest): Explanation {
  const { inventory, plan, lock, extras } = request
  const { image, packages, files } = inventory
  const needs = findNeeds(packages, { python: lock.python, architecture: image.config.architecture, extras })
  const neededBy = reverse(needs, packages)
  const owners = findOwners(packages, files)
  const sizes = sizesOf(owners, files)
  const explained = packages.map(each => ({
    ecosystem: each.ecosystem,
    name: each.name,
    version: each.version,
    layer: each.layer,
    size: each.files === null ? null : (sizes.get(each.purl) ?? 0),
    why: whyOf(each, neededBy.get(each.purl) ?? [], request),
  }))
  const largest = [...files.values()].sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1)).slice(0, mostFiles)
  const names = new Map(packages.map(({ purl, name }) => [purl, name]))
  return {
    name: plan.name,
    digest: image.digest,
    size: image.layers.reduce((sum, { size }) => sum + size, 0),
    unpackedSize: image.layers.reduce((sum, { unpackedSize }) => sum + unpackedSize, 0),
    layers: image.layers.map(({ what, digest, size, unpackedSize }, i) => ({
      what,
      digest,
      size,
      unpackedSize,
      packages: packages.filter(({ layer }) => layer === i).length,
    })),
    packages: explained,
    largest: largest.map(({ path, size, layer }) => ({
      path,
      size,
      layer,
      package: names.get(owners.get(path) ?? '') ?? null,
    })),
  }
}

function reverse(needs: ReadonlyMap<string, readonly string[]>, packages: readonly Package[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { purl, name } of packages)
    for (const other of needs.get(purl) ?? []) found.set(other, [...(found.get(other) ?? []), name])
  return found
}

function whyOf(each: Package, by: readonly string[], request: ExplainRequest): Why[] {
  const needed: Why[] = by.length > 0 ? [{ kind: 'needed', by: [...new Set(by)] }] : []
  const own = each.ecosystem === 'debian' ? debianReasons(each, request) : pythonReasons(each, request)
  const all = [...own, ...needed]
  if (all.length > 0) return all
  if (each.ecosystem === 'debian') return [{ kind: 'base' }]
  if (isOwn(each, request.inventory.image)) return [{ kind: 'own' }]
  if (originOf(each, findOrigins(request.lock)) !== null) return [{ kind: 'imported' }]
  return [{ kind: 'brought' }]
}

function pythonReasons({ name }: Package, { wanted, lock }: ExplainRequest): Why[] {
  const asked = wanted.requirements.filter(each => each.name === name)
  // What a development group asks for, too, is there for another reason.
  const always = asked.some(({ group }) => group === null) ? asked.filter(({ group }) => group === null) : asked
  return [
    ...always.slice(0, 1).map(({ file, line }): Why => ({ kind: 'asked', file, line })),
    ...(lock.server?.name === name && asked.length === 0 ? [{ kind: 'server' } as const] : []),
  ]
}

function debianReasons({ name }: Package, { lock, plan, libraries }: ExplainRequest): Why[] {
  const { suite, libraries: added } = lock.base
  const reasons: Why[] = []
  if (basePackages(suite).includes(name)) reasons.push({ kind: 'base' })
  if (nginxPackages.includes(name)) reasons.push({ kind: 'nginx' })
  for (const { soname, package: holder, neededBy } of lock.systemLibraries)
    if (holder === name) reasons.push({ kind: 'library', soname, by: neededBy })
  if (plan.image.debianPackages.includes(name)) reasons.push({ kind: 'config' })
  const called = reasons.length === 0 && added.some(each => each.name === name)
  if (called && libraries.length > 0) reasons.push({ kind: 'called', names: libraries.map(fact => fact.name) })
  return reasons
}
