import type { ListedRequirement } from '../requirement/listed.ts'
import type { Constraint } from '../version/constraint.ts'

/** What a project's own description says it needs, whichever of the formats it is written in. */
export interface Manifest {
  readonly file: string
  /** As written; null when the file does not say, or a program computes it. */
  readonly name: string | null
  readonly requirements: readonly ListedRequirement[]
  /** Requirements that only narrow what others ask for. */
  readonly constraints: readonly ListedRequirement[]
  /** Requirements files the manifest takes its dependencies from, relative to the repository. */
  readonly includes: readonly string[]
  /** The place where dependencies are computed by a program, so that `requirements` is not the whole of it. */
  readonly computed: Place | null
  readonly python: PythonLimit | null
  /** Minors named by the trove classifiers, in file order: a hint, no rule. */
  readonly classifiers: readonly string[]
  /** Addresses of indexes, the main one first when the file replaces it. May hold credentials. */
  readonly index: string | null
  readonly extraIndexes: readonly string[]
}

export interface Place {
  readonly line: number | null
  readonly text: string
}

export interface PythonLimit extends Place {
  readonly constraint: Constraint
}

/** The minors named by `Programming Language :: Python :: 3.12`. */
export function readClassifiers(classifiers: readonly string[]): readonly string[] {
  return classifiers
    .map(text => /^Programming Language\s*::\s*Python\s*::\s*(\d\.\d{1,2})$/.exec(text.trim())?.[1])
    .filter(minor => minor !== undefined)
}
