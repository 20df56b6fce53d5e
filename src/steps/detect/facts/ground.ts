import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Because, Reason } from '../../../model/because.ts'
import type { AppFact, FrameworkFact } from '../../../model/project.ts'
import { findOrigin } from '../../../python/source/origin.ts'
import { joinPath } from '../../../python/source/resolve.ts'
import type { SourceTree } from '../../../python/source/tree.ts'
import type { Value } from '../../../python/source/value.ts'
import { evaluate } from '../value/evaluate.ts'
import { unknown, type Known } from '../value/known.ts'

/** What the smaller facts stand on, once the app and its packages are known. */
export interface Ground {
  readonly checkout: Checkout
  readonly tree: SourceTree
  /** The app's root relative to the repository; '' for the repository itself. */
  readonly root: string
  readonly app: AppFact
  readonly framework: FrameworkFact | null
  /** The file of Django's settings module; null for other frameworks. */
  readonly settingsFile: string | null
  /** True when the app's packages ask for this distribution (normalised name), in any group. */
  requires(name: string): boolean
}

/** Source that belongs to the app: below its root, and no test, example or documentation. */
export function appFiles({ tree, root }: Ground): readonly string[] {
  const beside =
    /(?:^|\/)(?:tests?|testing|examples?|docs?|scripts|benchmarks?|conftest\.py$|test_[^/]*\.py$|[^/]*_test\.py$)(?:\/|$)?/
  return tree.files.filter(
    file =>
      (root === '' || file.startsWith(`${root}/`)) && !beside.test(root === '' ? file : file.slice(root.length + 1)),
  )
}

export interface Setting {
  readonly known: Known
  readonly value: Value
  readonly because: Because
}

/** A name of the settings module, followed through its imports; null when nothing binds it. */
export function setting({ tree, settingsFile }: Ground, name: string): Setting | null {
  if (settingsFile === null) return null
  const origin = findOrigin(tree, settingsFile, name)
  if (origin?.kind !== 'bound' || origin.binding.kind !== 'value') return null
  const { value } = origin.binding
  const known = origin.binding.path.length === 0 ? evaluate(value, { tree, file: origin.file }) : unknown
  return { known, value, because: [reason(tree, origin.file, origin.binding.line)] }
}

/** A line of a source file as evidence. */
export function reason(source: Pick<SourceTree, 'text'>, file: string, line: number): Reason {
  const text = source.text(file).split('\n')[line - 1] ?? ''
  return { file, line, text: text.trim().slice(0, 160) }
}

/** A path of the repository as seen from the app's root; null when it lies outside. */
export function fromRoot({ root }: Ground, path: string): string | null {
  if (root === '') return path
  return path === root ? '' : path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null
}

/** A path written relative to where the app runs, as seen from the repository. */
export function inRepository({ root }: Ground, path: string): string {
  return joinPath(root, path)
}
