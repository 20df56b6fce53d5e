import type { Note, PackagesFact } from '../../../model/project.ts'
import type { Lock } from '../../../python/lock/lock.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'

/** What a repository says about the packages it needs, with the lines that say it. */
export interface Packages {
  readonly fact: PackagesFact
  /** The project's own name, as its manifest writes it. */
  readonly name: string | null
  /** Everything the manifest asks for, in file order: groups and extras included, told apart by `group`. */
  readonly requirements: readonly ListedRequirement[]
  /** Distribution (normalised name) → version, of the lock or of an exact pin (`==`) in the requirements. */
  readonly locked: ReadonlyMap<string, string>
  readonly lock: Lock | null
  readonly sources: PackageSources
  readonly notes: readonly Note[]
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
