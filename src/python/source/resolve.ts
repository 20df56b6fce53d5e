import type { SourceTree } from './tree.ts'

/** Module names to files and back, over the directories that may be on sys.path. Directories are relative, '' for the root. */

export interface ModulePlace {
  /** The file that runs on import; null for a namespace package. */
  readonly file: string | null
  /** The directory whose modules are its submodules; null for a plain module. */
  readonly directory: string | null
}

export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

/** The directory a file or directory lies in. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** The module `name` below a directory that is on sys.path; a package wins over a module of its name, as in Python. */
export function findBelow(tree: SourceTree, root: string, name: string): ModulePlace | null {
  if (name === '') return { file: fileIf(tree, joinPath(root, '__init__.py')), directory: root }
  const base = joinPath(root, name.replaceAll('.', '/'))
  const init = `${base}/__init__.py`
  if (tree.has(init)) return { file: init, directory: base }
  if (tree.has(`${base}.py`)) return { file: `${base}.py`, directory: null }
  return tree.hasDirectory(base) ? { file: null, directory: base } : null
}

function fileIf(tree: SourceTree, file: string): string | null {
  return tree.has(file) ? file : null
}

/** The directory above the topmost package that holds a file: where Python's own rules put sys.path. */
export function packageRoot(tree: SourceTree, file: string): string {
  let directory = parentOf(file)
  while (directory !== '' && tree.has(`${directory}/__init__.py`)) directory = parentOf(directory)
  return directory
}

/**
 * The directories an absolute import in `file` may start from, likeliest first: above its packages, each directory further up with
 * its `src`, then its own directory and those between, as when it runs as a script.
 */
export function searchRoots(tree: SourceTree, file: string): string[] {
  const base = packageRoot(tree, file)
  const roots: string[] = []
  for (let at = base; ; at = parentOf(at)) {
    roots.push(at)
    for (const name of ['src', 'lib']) if (tree.hasDirectory(joinPath(at, name))) roots.push(joinPath(at, name))
    if (at === '') break
  }
  for (let at = parentOf(file); at !== base && at !== ''; at = parentOf(at)) roots.push(at)
  return [...new Set(roots)]
}

/** The module an import in `file` means, when it is one of the repository. */
export function findImported(tree: SourceTree, file: string, level: number, module: string): ModulePlace | null {
  if (level > 0) {
    let directory = parentOf(file)
    for (let up = 1; up < level; up += 1) {
      if (directory === '') return null
      directory = parentOf(directory)
    }
    return findBelow(tree, directory, module)
  }
  const top = module.split('.')[0] ?? module
  let best: ModulePlace | null = null
  const base = packageRoot(tree, file)
  for (const root of searchRoots(tree, file)) {
    // `pkg/fastapi/` hides the library only from scripts beside it, and nobody means that.
    if (tree.isLibrary(top) && root.length > base.length && root.startsWith(base)) continue
    const found = findBelow(tree, root, module)
    if (found?.file) return isSelf(found.file, file, module) ? best : found
    // A namespace is the weakest claim: any directory of that name makes one, and an installed package hides it (PEP 420).
    if (found && !tree.isLibrary(top))
      best ??= findBelow(tree, root, top)?.file || hasModules(tree, found) ? found : null
  }
  return best
}

/** `import redis` inside a script redis.py means the library, not itself; a package may well import itself. */
function isSelf(found: string, file: string, module: string): boolean {
  return found === file && !module.includes('.') && !file.endsWith('__init__.py')
}

function hasModules(tree: SourceTree, place: ModulePlace): boolean {
  return place.directory !== null && tree.hasDirectory(place.directory)
}

/** The dotted name of a file as seen from a directory on sys.path; null when no import statement can say it. */
export function moduleName(file: string, root: string): string | null {
  if (root !== '' && !file.startsWith(`${root}/`)) return null
  const inner = root === '' ? file : file.slice(root.length + 1)
  const name = inner.replace(/(?:(?:^|\/)__init__)?\.py$/, '').replaceAll('/', '.')
  return name !== '' && name.split('.').every(part => /^[^\W\d]\w*$/u.test(part)) ? name : null
}
