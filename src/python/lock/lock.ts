import type { Marker } from '../marker/marker.ts'

/** Every lock format in one form: what was locked, from where, with which files; what to install of it is chosen by `selectPackages`. */
export interface Lock {
  readonly format: 'uv' | 'poetry' | 'pdm' | 'pipenv' | 'pylock'
  readonly file: string
  /** As the lock states it; null when it does not. */
  readonly requiresPython: string | null
  readonly packages: readonly LockedPackage[]
  /** A hash over the manifest, as the tool computed it. */
  readonly contentHash: string | null
  /** What the project itself asked for when the lock was made (uv only); null where the format does not record it. */
  readonly roots: readonly LockedRoot[] | null
}

export interface LockedPackage {
  /** Normalised. */
  readonly name: string
  /** Null for a source tree without a version. */
  readonly version: string | null
  /** Holds in the environments the package is for; null for all. */
  readonly marker: Marker | null
  readonly source: LockedSource
  readonly files: readonly LockedFile[]
  readonly dependencies: readonly LockedDependency[]
  /** Dependencies that an extra of the package adds, by extra. */
  readonly extras: ReadonlyMap<string, readonly LockedDependency[]>
  /** The groups the lock says it is in, `default` for the app's own; null when the format leaves that to the dependencies. */
  readonly groups: readonly string[] | null
  readonly requiresPython: string | null
}

export type LockedSource =
  | { readonly kind: 'registry'; readonly url: string | null }
  | { readonly kind: 'git'; readonly url: string; readonly commit: string | null; readonly subdirectory: string | null }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'path'; readonly path: string; readonly editable: boolean }

export interface LockedFile {
  /** The file's name: a wheel's tells what it fits. Null where the lock holds hashes alone (Pipenv). */
  readonly name: string | null
  readonly url: string | null
  /** Lower-case hex, or null when the lock has another algorithm or none. */
  readonly sha256: string | null
  /** Bytes. */
  readonly size: number | null
}

export interface LockedDependency {
  /** Normalised. */
  readonly name: string
  /** Set where several versions of the name are locked and this one is meant. */
  readonly version: string | null
  readonly extras: readonly string[]
  readonly marker: Marker | null
}

/** Where a manifest and its lock can be compared: what was declared when the lock was made. */
export interface DeclaredThen {
  readonly name: string
  readonly specifier: string
  /** An extra or a dependency group; null for what is always needed. */
  readonly group: string | null
}

/** A member of the project: its own directory in the repository and what it declares. */
export interface LockedRoot {
  readonly name: string
  /** Relative to the lock; `.` for the directory the lock lies in. */
  readonly directory: string
  /** Null where the lock does not record it. */
  readonly declared: readonly DeclaredThen[] | null
  readonly dependencies: readonly LockedDependency[]
  readonly extras: ReadonlyMap<string, readonly LockedDependency[]>
  readonly groups: ReadonlyMap<string, readonly LockedDependency[]>
}
