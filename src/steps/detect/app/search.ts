import type { Reason } from '../../../model/because.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { optionalText } from '../../../kit/checkout/optional-text.ts'
import type { Candidate } from './candidate.ts'
import type { NeedyFactory } from './objects.ts'
import type { Evaluator } from './thing.ts'

/** The files of a repository as detection reads them. */
export type Texts = Pick<Checkout, 'files' | 'has' | 'text'>

/** What the repository says about the packages it needs: the part that detection of the app looks at. */
export interface AppPackages {
  /** The evidence that a distribution (normalised name) is asked for or locked; null when it is not. */
  requires(distribution: string): Reason | null
  /** The version the lock or an exact pin says. */
  version(distribution: string): string | null
}

/** Everything found so far, handed from one part of the search to the next. */
export interface Search {
  readonly texts: Texts
  readonly evaluator: Evaluator
  readonly packages: AppPackages
  readonly objects: readonly Candidate[]
  readonly hidden: readonly Candidate[]
  readonly needy: readonly NeedyFactory[]
  readonly manifests: ReadonlySet<string>
}

/** With the files that make or import an app. */
export type FullSearch = Search & { readonly files: ReadonlySet<string> }

/** By the directory that declares them. */
export type PackagesByDirectory = ReadonlyMap<string, AppPackages>

/** Text of a file, or null when it is absent or cannot be read as text. */
export function readText(texts: Texts, file: string): string | null {
  return optionalText(texts, file, 1024 ** 2)
}
