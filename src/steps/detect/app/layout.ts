import { moduleName, parentOf } from '../../../python/source/resolve.ts'
import type { Candidate } from './candidate.ts'
import { importRoot, projectRoot, relativeTo } from './roots.ts'
import type { FullSearch } from './search.ts'

export interface Laid {
  /** The directory on sys.path, relative to the repository. */
  readonly start: string
  readonly root: string
  readonly path: string
  readonly module: string | null
  readonly script: string | null
}

export function layOut(search: FullSearch, one: Candidate, written: ReadonlySet<string>): Laid {
  const { tree } = search.evaluator
  if (one.attribute === null) {
    const root =
      one.directory !== null && relativeTo(one.directory, one.file) !== null
        ? one.directory
        : projectRoot(search.manifests, parentOf(one.file))
    const start = importRoot(tree, one.file, search.files, () => false)
    const path = start === parentOf(one.file) ? '' : (relativeTo(root, start) ?? '')
    return { start: root, root, path, module: null, script: relativeTo(root, one.file) }
  }
  const start = one.path ?? importRoot(tree, one.file, search.files, module => written.has(module))
  const root =
    one.directory !== null && relativeTo(one.directory, start) !== null
      ? one.directory
      : projectRoot(search.manifests, start)
  return {
    start,
    root,
    path: relativeTo(root, start) ?? '',
    module: moduleName(one.file, start) ?? plainName(one.file, start),
    script: null,
  }
}

/** importlib takes names that no import statement can write: `my-app`. */
function plainName(file: string, start: string): string | null {
  const name = (relativeTo(start, file) ?? file).replace(/\.py$/, '')
  return name.includes('.') ? null : name.replaceAll('/', '.')
}
