import type { Binding } from '../../../python/source/scope.ts'
import type { Env, Thing } from './thing.ts'

/**
 * What has been followed already, and the limits of following. An answer found while something was cut short (a cycle, a limit) is
 * not final: it is kept only where asking again would cost too much, and no longer than the question lasts.
 */
export interface Memory {
  readonly names: Map<string, Thing | null>
  readonly settled: Map<Binding, Thing | null>
  readonly passing: Map<Binding, Thing | null>
  readonly perCall: WeakMap<Env['parameters'], Map<Binding, Thing | null>>
  readonly results: Map<object, Thing | null>
  readonly active: Set<Binding>
  readonly entered: Map<object, number>
  depth: number
  spent: number
  /** How often following was given up. */
  cut: number
}

const deepest = 60
/** `wrap(wrap(app))` enters a function twice at once; what goes deeper recurses over data. */
const deepestRecursion = 2
/** Values looked at for one repository, so that a crafted one cannot keep us busy. */
const budget = 2_000_000

export function createMemory(): Memory {
  return {
    names: new Map(),
    settled: new Map(),
    passing: new Map(),
    perCall: new WeakMap(),
    results: new Map(),
    active: new Set(),
    entered: new Map(),
    depth: 0,
    spent: 0,
    cut: 0,
  }
}

/** Looks at one value, unless that leads too deep or has cost too much. */
export function followValue(memory: Memory, follow: () => Thing | null): Thing | null {
  if (memory.depth > deepest || memory.spent > budget) return giveUp(memory)
  memory.depth += 1
  memory.spent += 1
  try {
    return follow()
  } finally {
    memory.depth -= 1
  }
}

export function followName(memory: Memory, key: string, follow: () => Thing | null): Thing | null {
  const known = memory.names.get(key)
  if (known !== undefined) return known
  const before = memory.cut
  const thing = follow()
  if (memory.cut === before || memory.active.size === 0) memory.names.set(key, thing)
  return thing
}

/** Chains of `x = x.f()` would double the work with every link: each binding is followed once a call, or once a question. */
export function followBinding(memory: Memory, binding: Binding, env: Env, follow: () => Thing | null): Thing | null {
  const { active, passing } = memory
  if (active.has(binding)) return giveUp(memory)
  const inside = env.bodies.length > 0
  const kept = inside ? callMemory(memory, env) : memory.settled
  if (kept.has(binding)) return kept.get(binding) ?? null
  if (!inside && passing.has(binding)) return passing.get(binding) ?? null
  const before = memory.cut
  active.add(binding)
  const thing = follow()
  active.delete(binding)
  if (active.size === 0) passing.clear()
  else if (memory.cut !== before) passing.set(binding, thing)
  if (memory.cut === before || inside) kept.set(binding, thing)
  return thing
}

export function followBody(memory: Memory, body: object, follow: () => Thing | null): Thing | null {
  const running = memory.entered.get(body) ?? 0
  if (running >= deepestRecursion) return giveUp(memory)
  memory.entered.set(body, running + 1)
  const thing = follow()
  memory.entered.set(body, running)
  return thing
}

export function followOnce(memory: Memory, key: object, follow: () => Thing | null): Thing | null {
  const known = memory.results.get(key)
  if (known !== undefined) return known
  const before = memory.cut
  const thing = follow()
  if (memory.cut === before) memory.results.set(key, thing)
  return thing
}

function callMemory({ perCall }: Memory, env: Env): Map<Binding, Thing | null> {
  const known = perCall.get(env.parameters) ?? new Map<Binding, Thing | null>()
  perCall.set(env.parameters, known)
  return known
}

function giveUp(memory: Memory): null {
  memory.cut += 1
  return null
}
