import { walk, type ClassStatement, type FunctionStatement, type Placed, type Statement } from './statement.ts'
import type { Value } from './value.ts'

/** How a name gets its meaning in a scope. */
export type Binding = { readonly line: number; readonly placed: Placed } & (
  | { readonly kind: 'function'; readonly statement: FunctionStatement }
  | { readonly kind: 'class'; readonly statement: ClassStatement }
  /** `path` leads into an unpacked value: `[0]` for a in `a, b = v`. */
  | {
      readonly kind: 'value'
      readonly value: Value
      readonly path: readonly number[]
      readonly by: 'assign' | 'with' | 'for'
    }
  /** `import a.b as c` means a.b; `import a.b` binds a. */
  | { readonly kind: 'module'; readonly module: string }
  | { readonly kind: 'imported'; readonly module: string; readonly level: number; readonly name: string }
)

export interface Scope {
  /** Every binding of each name, in order. */
  readonly names: ReadonlyMap<string, readonly Binding[]>
  /** `from x import *`, in order. */
  readonly stars: readonly { readonly module: string; readonly level: number; readonly line: number }[]
}

const scopes = new WeakMap<readonly Statement[], Scope>()

/** The names a module's or function's own statements bind. */
export function scopeOf(body: readonly Statement[]): Scope {
  let scope = scopes.get(body)
  if (scope === undefined) {
    scope = readScope(body)
    scopes.set(body, scope)
  }
  return scope
}

function readScope(body: readonly Statement[]): Scope {
  const names = new Map<string, Binding[]>()
  const stars: { module: string; level: number; line: number }[] = []
  const bind = (name: string, binding: Binding): void => {
    const known = names.get(name)
    if (known) known.push(binding)
    else names.set(name, [binding])
  }
  for (const placed of walk(body)) {
    const { statement } = placed
    const { line } = statement
    if (statement.kind === 'function') bind(statement.name, { kind: 'function', statement, line, placed })
    else if (statement.kind === 'class') bind(statement.name, { kind: 'class', statement, line, placed })
    else if (statement.kind === 'import') {
      for (const { module, as } of statement.names) {
        const bound = as ?? module.split('.')[0] ?? module
        bind(bound, { kind: 'module', module: as === null ? bound : module, line, placed })
      }
    } else if (statement.kind === 'from') {
      const { module, level } = statement
      for (const { name, as } of statement.names) {
        if (name === '*') stars.push({ module, level, line })
        else bind(as ?? name, { kind: 'imported', module, level, name, line, placed })
      }
    } else if (statement.kind === 'assign' && statement.value) {
      for (const target of statement.targets)
        bindTarget(target, statement.value, [], { by: statement.by, placed }, bind)
    }
  }
  return { names, stars }
}

function bindTarget(
  target: Value,
  value: Value,
  path: readonly number[],
  at: { readonly by: 'assign' | 'with' | 'for'; readonly placed: Placed },
  bind: (name: string, binding: Binding) => void,
): void {
  if (target.kind === 'name') bind(target.name, { kind: 'value', value, path, line: target.line, ...at })
  if (target.kind !== 'sequence' || path.length > 3) return
  for (const [i, item] of target.items.entries()) bindTarget(item, value, [...path, i], at, bind)
}

/**
 * The binding that counts once the module has been imported: the last one that is neither a script's own nor for type checkers, and not the
 * fallback of an earlier one. Null when the name is not bound that way.
 */
export function finalBinding(scope: Scope, name: string): Binding | null {
  const live = (scope.names.get(name) ?? []).filter(binding => binding.placed.guard === null)
  const firm = live.filter(binding => !binding.placed.fallback)
  return firm.at(-1) ?? live.at(-1) ?? null
}
