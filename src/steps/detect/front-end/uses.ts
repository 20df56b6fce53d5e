import { posix } from 'node:path'
import type { Reason } from '../../../model/because.ts'
import type { StaticFact } from '../../../model/project.ts'
import { joinPath, parentOf } from '../../../python/source/resolve.ts'
import { walk, type Statement } from '../../../python/source/statement.ts'
import { values, type Value } from '../../../python/source/value.ts'
import { appFiles, inRepository, reason, type Ground } from '../facts/ground.ts'
import { evaluate } from '../value/evaluate.ts'

/** A place of the repository that the app's Python serves, renders or reads. */
export interface Use {
  readonly path: string
  /** False for text that may mean something else than a path. */
  readonly isPath: boolean
  readonly because: Reason
}

/** What the app uses of some paths: its static directories, and every path its source spells that has a word of theirs in it. */
export function findUses(ground: Ground, statics: readonly StaticFact[], paths: readonly string[]): Use[] {
  const words = new Set(paths.flatMap(path => path.split('/')).filter(word => word.length > 2))
  const served = statics.flatMap(({ directory, because }): Use[] =>
    because[0] ? [{ path: inRepository(ground, directory), isPath: true, because: because[0] }] : [],
  )
  const spelled = appFiles(ground)
    .filter(file => {
      const text = ground.tree.text(file)
      return [...words].some(word => text.includes(word))
    })
    .flatMap(file => pathsIn(ground, file))
  return [...served, ...spelled]
}

/**
 * The line that uses a path, or null. A directory above it counts when it holds nothing but what is served: not one of Python, nor one
 * that the whole front-end (`directory`) lies in.
 */
export function useOf(path: string, directory: string, uses: readonly Use[], ground: Ground): Reason | null {
  const found = uses.find(use => {
    if (use.path === path || isIn(use.path, path)) return true
    const isAbove = use.path === directory || isIn(directory, use.path) || ground.tree.hasDirectory(use.path)
    return use.isPath && !isAbove && isIn(path, use.path)
  })
  return found?.because ?? beside(path, ground)
}

export function isIn(path: string, directory: string): boolean {
  return directory === '' ? path !== '' : path.startsWith(`${directory}/`)
}

/** Django's app directories and Flask's packages: `static` and `templates` beside Python files are found by themselves. */
function beside(path: string, ground: Ground): Reason | null {
  const parts = path.split('/')
  for (const [i, part] of parts.entries()) {
    if (part !== 'static' && part !== 'templates') continue
    const parent = parts.slice(0, i).join('/')
    const file = ground.tree.files.find(one => parentOf(one) === parent && !/(?:^|\/)(?:manage|setup)\.py$/.test(one))
    if (file !== undefined && (parent !== '' || ground.framework?.name !== 'django'))
      return { file, line: null, text: `${part}/ beside it is the app's` }
  }
  return null
}

function pathsIn(ground: Ground, file: string): Use[] {
  const here = parentOf(file)
  const found: Use[] = []
  for (const value of valuesOf(ground.tree.module(file).body)) {
    const { path, text } = evaluate(value, { tree: ground.tree, file })
    const written = path === null && text !== null && /^[\w.-]+(?:\/[\w.-]+)+\/?$/.test(text) ? [text] : []
    const all = path !== null ? [path] : written.flatMap(one => [joinPath(ground.root, one), joinPath(here, one)])
    for (const one of all) {
      const normal = posix.normalize(one).replace(/\/$/, '')
      if (normal === '.' || normal === '' || normal.startsWith('..')) continue
      found.push({ path: normal, isPath: path !== null, because: reason(ground.tree, file, value.line) })
    }
  }
  return found
}

function* valuesOf(body: readonly Statement[]): Generator<Value> {
  for (const { statement } of walk(body)) {
    if (statement.kind === 'function' || statement.kind === 'class') yield* valuesOf(statement.body)
    if (statement.kind !== 'expression' && statement.kind !== 'assign' && statement.kind !== 'return') continue
    if (statement.value) yield* values(statement.value)
  }
}
