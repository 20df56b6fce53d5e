import { findBelow, findImported } from './resolve.ts'
import { walk, type Placed, type Statement } from './statement.ts'
import type { SourceTree } from './tree.ts'

/** One module a file asks for, by `import` or `from`. */
export interface Import {
  /** As written, without dots; a `from` of a submodule includes it: `from a import b` is `a.b` when b is a module. */
  readonly module: string
  readonly level: number
  /** The repository's file it means; null for a library, a namespace, or what is missing. */
  readonly file: string | null
  readonly line: number
  readonly placed: Placed
  /** True inside a function or class method: runs only when that is called. */
  readonly nested: boolean
}

const known = new WeakMap<SourceTree, Map<string, readonly Import[]>>()

/** Every import statement of a file, functions included, each with the file it means. */
export function importsOf(tree: SourceTree, file: string): readonly Import[] {
  const cache = known.get(tree) ?? new Map<string, readonly Import[]>()
  known.set(tree, cache)
  let imports = cache.get(file)
  if (imports === undefined) {
    imports = [...readImports(tree, file, tree.module(file).body, false)]
    cache.set(file, imports)
  }
  return imports
}

function* readImports(tree: SourceTree, file: string, body: readonly Statement[], nested: boolean): Generator<Import> {
  for (const placed of walk(body)) {
    const { statement } = placed
    if (statement.kind === 'function' || statement.kind === 'class') {
      yield* readImports(tree, file, statement.body, nested || statement.kind === 'function')
    } else if (statement.kind === 'import') {
      for (const { module } of statement.names) {
        yield* packagesAbove(tree, file, module, { line: statement.line, placed, nested })
        yield find(tree, file, module, 0, { line: statement.line, placed, nested })
      }
    } else if (statement.kind === 'from') {
      const at = { line: statement.line, placed, nested }
      if (statement.level === 0) yield* packagesAbove(tree, file, statement.module, at)
      yield find(tree, file, statement.module, statement.level, at)
      yield* submodules(tree, file, statement, at)
    }
  }
}

type At = Pick<Import, 'line' | 'placed' | 'nested'>

function find(tree: SourceTree, file: string, module: string, level: number, at: At): Import {
  return { module, level, file: findImported(tree, file, level, module)?.file ?? null, ...at }
}

/** Importing a.b.c runs a/__init__.py and a/b/__init__.py first. */
function* packagesAbove(tree: SourceTree, file: string, module: string, at: At): Generator<Import> {
  for (let dot = module.indexOf('.'); dot !== -1; dot = module.indexOf('.', dot + 1)) {
    const found = find(tree, file, module.slice(0, dot), 0, at)
    if (found.file) yield found
  }
}

/** `from package import a, b`: those of the names that are modules. */
function* submodules(
  tree: SourceTree,
  file: string,
  statement: Extract<Statement, { kind: 'from' }>,
  at: At,
): Generator<Import> {
  const place = findImported(tree, file, statement.level, statement.module)
  if (place?.directory === null || place?.directory === undefined) return
  for (const { name } of statement.names) {
    if (name === '*') continue
    const found = findBelow(tree, place.directory, name)
    const module = statement.module === '' ? name : `${statement.module}.${name}`
    if (found?.file) yield { module, level: statement.level, file: found.file, ...at }
  }
}

/** The files that importing `file` (and calling what it defines) can run, itself first. */
export function closureOf(tree: SourceTree, file: string, limit = 3000): ReadonlySet<string> {
  const seen = new Set([file])
  for (const next of seen) {
    if (seen.size > limit) break
    for (const found of importsOf(tree, next)) {
      if (found.file !== null && found.placed.guard === null) seen.add(found.file)
    }
  }
  return seen
}
