import type { Interface } from '../../../model/project.ts'
import type { Reason } from '../../../model/because.ts'

/** How good the ground for a candidate is, best last. */
export type Strength = 'script' | 'factory' | 'object' | 'named in source' | 'named' | 'settings'

export const strengths: readonly Strength[] = ['script', 'factory', 'object', 'named in source', 'named', 'settings']

/** One way to serve the repository: an object, a factory, or a program that is its own server. */
export interface Candidate {
  /** What tells one app from another: where its core object is made. */
  readonly key: string
  /** The keys of everything it is put around and of itself. */
  readonly layers: readonly string[]
  readonly file: string
  /** Null for a program. */
  readonly attribute: string | null
  readonly factory: boolean
  readonly interface: Interface
  /** Null for a plain WSGI or ASGI callable. */
  readonly framework: string | null
  readonly strength: Strength
  /** True when the module only imports the object. */
  readonly reexport: boolean
  readonly because: readonly Reason[]
  /** Where a command says it is run from; null when nothing says so. */
  readonly directory: string | null
  /** The directory on sys.path, when a command or the settings say it. */
  readonly path: string | null
}
