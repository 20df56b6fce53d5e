import { closureOf, importsOf } from '../../../python/source/imports.ts'
import { moduleName, packageRoot, parentOf } from '../../../python/source/resolve.ts'
import type { SourceTree } from '../../../python/source/tree.ts'

/** Where an app is run from and how its module is written from there. */
export interface Layout {
  /** The directory it is run from; '' for the repository's root. */
  readonly root: string
  /** The directory on sys.path, relative to `root`. */
  readonly path: string
  readonly module: string
}

const manifest =
  /^(?:requirements[\w.-]*\.(?:txt|in)|pyproject\.toml|setup\.py|setup\.cfg|Pipfile|environment\.ya?ml|uv\.lock|poetry\.lock|pdm\.lock|pylock[\w.]*\.toml|pixi\.toml)$/

/** The directories that declare packages: each may be an app of its own. */
export function manifestDirectories(files: readonly string[]): Set<string> {
  const found = new Set<string>()
  for (const file of files) {
    const directory = parentOf(file)
    if (manifest.test(file.slice(directory === '' ? 0 : directory.length + 1))) found.add(directory)
    if (/(?:^|\/)requirements\/[\w.-]+\.(?:txt|in)$/.test(file)) found.add(parentOf(directory))
  }
  return found
}

/**
 * The directory that must be on sys.path for a file and all it imports: where its own absolute imports start, and those of the
 * `others` that import it, else what a command writes, else the directory above its packages.
 */
export function importRoot(
  tree: SourceTree,
  file: string,
  others: Iterable<string>,
  written: (module: string) => boolean,
): string {
  const options = rootsFor(tree, file)
  const votes = new Map<string, number>()
  for (const one of closureOf(tree, file, 300)) {
    for (const found of importsOf(tree, one)) {
      if (found.level > 0 || found.file === null || found.placed.guard === 'typing') continue
      const root = startOf(found.file, found.module)
      if (root !== null) votes.set(root, (votes.get(root) ?? 0) + (one === file ? 20 : 1))
    }
  }
  for (const other of others) {
    for (const found of other === file ? [] : importsOf(tree, other)) {
      const root = found.level === 0 && found.file === file ? startOf(file, found.module) : null
      if (root !== null) votes.set(root, (votes.get(root) ?? 0) + 5)
    }
  }
  const voted = options
    .filter(root => (votes.get(root) ?? 0) > 0)
    .sort((a, b) => (votes.get(b) ?? 0) - (votes.get(a) ?? 0))
  if (voted[0] !== undefined) return voted[0]
  const said = options.find(root => written(moduleName(file, root) ?? ''))
  if (said !== undefined) return said
  const base = packageRoot(tree, file)
  return options.includes(base) ? base : (options[0] ?? base)
}

/** The directories from which an import statement can name the file, deepest first; relative imports need packages above it. */
function rootsFor(tree: SourceTree, file: string): string[] {
  let up = 0
  for (const found of importsOf(tree, file)) if (found.placed.guard !== 'typing') up = Math.max(up, found.level)
  if (file.endsWith('/__init__.py')) up = Math.max(up, 1)
  let directory = parentOf(file)
  for (; up > 0 && directory !== ''; up -= 1) directory = parentOf(directory)
  const options: string[] = []
  for (let at = directory; ; at = parentOf(at)) {
    if (moduleName(file, at) !== null) options.push(at)
    if (at === '') return options
  }
}

function startOf(file: string, module: string): string | null {
  const tail = module.replaceAll('.', '/')
  for (const ending of [`${tail}/__init__.py`, `${tail}.py`]) {
    if (file === ending) return ''
    if (file.endsWith(`/${ending}`)) return file.slice(0, -ending.length - 1)
  }
  return null
}

/** The nearest directory at or above `from` that declares packages; the root of the repository when none does. */
export function projectRoot(manifests: ReadonlySet<string>, from: string): string {
  for (let at = from; ; at = parentOf(at)) {
    if (manifests.has(at) || at === '') return at
  }
}

/** `to` as seen from `from`; null when it lies elsewhere. */
export function relativeTo(from: string, to: string): string | null {
  if (from === '') return to
  if (to === from) return ''
  return to.startsWith(`${from}/`) ? to.slice(from.length + 1) : null
}
