import type { Note, PackagesFact } from '../../../model/project.ts'
import type { Marker } from '../../../python/marker/marker.ts'
import type { Lock } from '../../../python/lock/lock.ts'
import type { Specifier } from '../../../python/version/specifier.ts'

/** What a repository says about the packages it needs, with the lines that say it. */
export interface Packages {
  readonly fact: PackagesFact
  /** Everything the manifest asks for, in file order: groups and extras included, told apart by `group`. */
  readonly requirements: readonly ListedRequirement[]
  /** Distribution (normalised name) → version, of the lock or of an exact pin (`==`) in the requirements. */
  readonly locked: ReadonlyMap<string, string>
  readonly lock: Lock | null
  readonly sources: PackageSources
  readonly notes: readonly Note[]
}

export interface ListedRequirement {
  /** Normalised. */
  readonly name: string
  readonly extras: readonly string[]
  readonly specifier: Specifier
  readonly marker: Marker | null
  /** Where it comes from when the index does not bring it. */
  readonly url: string | null
  /** A directory or archive of the repository, relative to its root. */
  readonly path: string | null
  readonly editable: boolean
  /** `sha256:…`, as a requirements file gives them. */
  readonly hashes: readonly string[]
  /** The dependency group or extra it belongs to; null for what the app needs to run. */
  readonly group: string | null
  readonly file: string
  /** 1-based; null where the format tells no line. */
  readonly line: number | null
}

/** Where the repository says packages come from. Addresses may hold credentials: redact them when printing. */
export interface PackageSources {
  readonly index: string | null
  readonly extraIndexes: readonly string[]
  readonly findLinks: readonly string[]
  /** `-c` files and uv's or pip's constraints, as requirements that only narrow. */
  readonly constraints: readonly ListedRequirement[]
  readonly prereleases: boolean
}
