import { findBelow, joinPath, parentOf } from '../../../python/source/resolve.ts'
import { scopeOf } from '../../../python/source/scope.ts'
import type { SourceTree } from '../../../python/source/tree.ts'
import type { Evaluator, Thing } from './thing.ts'

/** What `pkg.main:app`, `pkg:create_app()` or `src/run.py` names, when it is in the repository. */
export interface Target {
  readonly file: string
  /** Null when only the module is named. */
  readonly attribute: string | null
  /** True for a call, `create_app()`. */
  readonly called: boolean
  /** Text between the parentheses; '' for none. */
  readonly args: string
  /** The directory the module is seen from. */
  readonly path: string
}

/** Looks for a target below each directory in turn. */
export function findTarget(tree: SourceTree, text: string, directories: readonly string[]): Target | null {
  const [, place = '', attribute, args] = /^([^:]+)(?::([\w.]+)(?:\(([^()]*)\))?)?$/.exec(text.trim()) ?? []
  if (place === '') return null
  const found = { attribute: attribute ?? null, called: args !== undefined, args: args ?? '' }
  for (const directory of directories) {
    const file = place.endsWith('.py') || place.includes('/') ? fileAt(tree, directory, place) : null
    if (file) return { file, path: parentOf(file), ...found }
    const module = findBelow(
      tree,
      directory,
      place
        .replace(/\.py$/, '')
        .replace(/^\.?\//, '')
        .replaceAll('/', '.'),
    )
    if (module?.file) return { file: module.file, path: directory, ...found }
  }
  return null
}

function fileAt(tree: SourceTree, directory: string, place: string): string | null {
  const clean = place.replace(/^\.?\//, '')
  const options = [
    joinPath(directory, clean),
    `${joinPath(directory, clean)}.py`,
    `${joinPath(directory, clean)}/__main__.py`,
  ]
  return options.find(file => tree.has(file)) ?? null
}

/** The thing a target's attribute is: dotted attributes are followed. */
export function thingAt(evaluator: Evaluator, file: string, attribute: string): Thing | null {
  const [name = '', ...rest] = attribute.split('.')
  let thing = evaluator.name(file, name)
  for (const member of rest) thing = thing ? evaluator.member(thing, member) : null
  return thing
}

/** True when the module binds the name at all, or may through a star import nobody can follow. */
export function isBound(tree: SourceTree, file: string, attribute: string): boolean {
  const scope = scopeOf(tree.module(file).body)
  const name = attribute.split('.', 1)[0] ?? attribute
  return (scope.names.get(name) ?? []).some(binding => binding.placed.guard === null) || scope.stars.length > 0
}
