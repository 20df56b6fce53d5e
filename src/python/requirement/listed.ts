import type { Marker } from '../marker/marker.ts'
import type { Specifier } from '../version/specifier.ts'

/** A requirement where a project's files ask for it: what is wanted, and the line that says so. */
export interface ListedRequirement {
  /** Normalised; null for a directory or address that does not tell its name. */
  readonly name: string | null
  readonly extras: readonly string[]
  readonly specifier: Specifier
  readonly marker: Marker | null
  /** Where it comes from when not from the index. May hold credentials: redact it when printing. */
  readonly url: string | null
  /** A directory or archive of the repository, relative to its root (`.` for the root). */
  readonly path: string | null
  readonly editable: boolean
  /** `sha256:…`, as a requirements file gives them. */
  readonly hashes: readonly string[]
  /** The dependency group or extra it belongs to; null for what the project always needs. */
  readonly group: string | null
  readonly file: string
  /** 1-based; null where the place is not known. */
  readonly line: number | null
}

/** Where project files are read from: a Checkout, or a map of texts. All paths are relative to the repository, `/` between. */
export interface ProjectFiles {
  text(path: string): string | null
  has(path: string): boolean
  hasDirectory(path: string): boolean
}
