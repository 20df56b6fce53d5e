import { findBelow, findImported, type ModulePlace } from './resolve.ts'
import { finalBinding, scopeOf, type Binding } from './scope.ts'
import type { SourceTree } from './tree.ts'

/** What a name of a module means once every import has been followed. */
export type Origin =
  /** Bound in a file of the repository by something other than an import. */
  | { readonly kind: 'bound'; readonly file: string; readonly name: string; readonly binding: Binding }
  | { readonly kind: 'module'; readonly place: ModulePlace; readonly name: string }
  /** From a library: `flask.Flask`, as written in the import. */
  | { readonly kind: 'external'; readonly name: string }

/** Places one search looks at, at most. */
const most = 1000

/**
 * Follows a module's name through imports, re-exports and stars to where it is made. Null when nothing binds it. `seen` are the places
 * this search has been at: whatever way leads to one again, it was in vain, for what is found ends the search.
 */
export function findOrigin(tree: SourceTree, file: string, name: string, seen: Set<string> = new Set()): Origin | null {
  const key = `${file}:${name}`
  if (seen.has(key) || seen.size >= most) return null
  seen.add(key)
  const scope = scopeOf(tree.module(file).body)
  const binding = finalBinding(scope, name)
  if (binding) {
    const origin = followBinding(tree, file, name, binding, seen)
    if (origin) return origin
  }
  return findInStars(tree, file, name, seen)
}

/** A binding of `file` followed to its origin: imports are followed, everything else is its own origin. */
export function followBinding(
  tree: SourceTree,
  file: string,
  name: string,
  binding: Binding,
  seen: Set<string> = new Set(),
): Origin | null {
  if (binding.kind === 'module') {
    const place = findImported(tree, file, 0, binding.module)
    return place && !isHollow(tree, place, binding.module)
      ? { kind: 'module', place, name: binding.module }
      : { kind: 'external', name: binding.module }
  }
  if (binding.kind !== 'imported') return { kind: 'bound', file, name, binding }
  const place = findImported(tree, file, binding.level, binding.module)
  const inner = place ? findInModule(tree, place, binding.name, seen) : null
  if (place && (inner || !isHollow(tree, place, binding.module))) return inner
  // A library's file in the package itself, left out of the tree, is that library.
  return binding.level > 0 && !tree.isLibrary(binding.module)
    ? null
    : { kind: 'external', name: `${binding.module}.${binding.name}` }
}

/** A directory that is no package and has a library's name: an installed package is taken before it. @see PEP 420 */
function isHollow(tree: SourceTree, place: ModulePlace, module: string): boolean {
  return place.file === null && !module.includes('.') && tree.isLibrary(module)
}

/** A name of a module: what the module binds, else a submodule. */
export function findInModule(
  tree: SourceTree,
  place: ModulePlace,
  name: string,
  seen: Set<string> = new Set(),
): Origin | null {
  const bound = place.file === null ? null : findOrigin(tree, place.file, name, seen)
  if (bound) return bound
  if (place.directory === null) return null
  const inner = findBelow(tree, place.directory, name)
  return inner ? { kind: 'module', place: inner, name } : null
}

function findInStars(tree: SourceTree, file: string, name: string, seen: Set<string>): Origin | null {
  const { stars } = scopeOf(tree.module(file).body)
  for (const { module, level } of stars.toReversed()) {
    const place = findImported(tree, file, level, module)
    const origin = place ? findInModule(tree, place, name, seen) : null
    if (origin) return origin
    // Constants are a settings module's own more often than a library's: they may be in another star.
    if (!place && /^[A-Z]\w*[a-z]|^(?:run|route|fast_app|serve)$/.test(name)) {
      const library = copiedLibrary(tree, file, level, module) ?? (level === 0 ? module : null)
      if (library !== null) return { kind: 'external', name: `${library}.${name}` }
    }
  }
  return null
}

/** A library's file inside a package of the repository, left out of the tree, is that library. */
function copiedLibrary(tree: SourceTree, file: string, level: number, module: string): string | null {
  const dot = module.lastIndexOf('.')
  const last = module.slice(dot + 1)
  if (!tree.isLibrary(last) || (dot === -1 && level === 0)) return null
  return dot === -1 || findImported(tree, file, level, module.slice(0, dot))?.file ? last : null
}
