import { findOrigin, followBinding as originOf, type Origin } from '../../../python/source/origin.ts'
import { scopeOf, type Binding } from '../../../python/source/scope.ts'
import type { Value } from '../../../python/source/value.ts'
import { frameworkOf, lookUp } from './frameworks/index.ts'
import { followBinding } from './memory.ts'
import { fileEnv, type AppThing, type Env, type Evaluator, type Thing } from './thing.ts'

/** What a name means where it stands: in the functions around it, among their parameters, in the module, in what that imports. */
export function lookUpName(evaluator: Evaluator, name: string, env: Env): Thing | null {
  for (const [i, body] of env.bodies.entries()) {
    const bindings = scopeOf(body).names.get(name)
    const at = i === 0 ? env : { ...env, before: Number.POSITIVE_INFINITY }
    const found = bindings ? followBindings(evaluator, name, bindings, at) : null
    if (found) return found
    if (bindings && !env.parameters.has(name)) return null
  }
  const parameter = env.parameters.get(name)
  if (parameter) return parameter()
  if (env.bodies.length > 0 || env.before === Number.POSITIVE_INFINITY) return evaluator.name(env.file, name)
  const bindings = scopeOf(evaluator.tree.module(env.file).body).names.get(name) ?? []
  const earlier = { ...fileEnv(env.file), before: env.before }
  return followBindings(evaluator, name, bindings, earlier) ?? lookUpModule(evaluator, env.file, name)
}

/** What a module's name is once the module has been imported. */
export function lookUpModule(evaluator: Evaluator, file: string, name: string): Thing | null {
  const { tree } = evaluator
  const bindings = scopeOf(tree.module(file).body).names.get(name) ?? []
  const found = followBindings(evaluator, name, bindings, fileEnv(file))
  if (found) return found
  const origin = findOrigin(tree, file, name)
  const elsewhere = origin && (origin.kind !== 'bound' || origin.file !== file || origin.name !== name)
  return elsewhere ? thingOf(evaluator, origin) : null
}

/** The first that is an app; without one the first that is anything. */
export function first(attempts: readonly (() => Thing | null)[]): Thing | null {
  let any: Thing | null = null
  for (const attempt of attempts) {
    const thing = attempt()
    if (thing?.kind === 'app') return thing
    any ??= thing
  }
  return any
}

/** The latest binding above the line it is seen from that means something, fallbacks last. */
function followBindings(evaluator: Evaluator, name: string, all: readonly Binding[], env: Env): Thing | null {
  const live = all.filter(binding => binding.placed.guard === null)
  const earlier = live.filter(binding => binding.line < env.before)
  const ordered = (earlier.length > 0 ? earlier : live).toReversed()
  const firm = ordered.filter(binding => !binding.placed.fallback)
  const fallbacks = ordered.filter(binding => binding.placed.fallback)
  const at = { ...env, before: Number.POSITIVE_INFINITY }
  return first(
    [...firm, ...fallbacks].map(
      one => () => followBinding(evaluator.memory, one, at, () => boundTo(evaluator, name, one, at)),
    ),
  )
}

function boundTo(evaluator: Evaluator, name: string, binding: Binding, env: Env): Thing | null {
  switch (binding.kind) {
    case 'function':
      return { kind: 'function', file: env.file, statement: binding.statement, env, self: null }
    case 'class':
      return { kind: 'class', file: env.file, statement: binding.statement, env }
    case 'value':
      return binding.by === 'for' ? null : assigned(evaluator, name, binding, env)
    default: {
      const origin = originOf(evaluator.tree, env.file, name, binding)
      return origin ? thingOf(evaluator, origin) : null
    }
  }
}

function assigned(
  evaluator: Evaluator,
  name: string,
  binding: Extract<Binding, { kind: 'value' }>,
  env: Env,
): Thing | null {
  const { value, line, placed } = binding
  const at = { ...env, before: line }
  let thing = evaluator.value(value, at)
  for (const index of binding.path) thing = itemOf(evaluator, thing, index)
  if (thing?.kind === 'app') return thing
  const annotation = placed.statement.kind === 'assign' ? placed.statement.annotation : null
  const typed = annotation && value.kind === 'call' ? fromType(evaluator, annotation, at) : null
  return typed ?? passedThrough(evaluator, name, value, at) ?? thing
}

/** `app = anything(app)`: the name still is that app. */
function passedThrough(evaluator: Evaluator, name: string, value: Value, env: Env): AppThing | null {
  if (value.kind !== 'call' || !value.args.some(arg => arg.kind === 'name' && arg.name === name)) return null
  const inner = lookUpName(evaluator, name, env)
  return inner?.kind === 'app' ? { ...inner, inner: [inner], file: env.file, line: env.before } : null
}

function itemOf(evaluator: Evaluator, thing: Thing | null, index: number): Thing | null {
  if (thing?.kind === 'sequence') {
    const item = thing.items[index]
    return item ? evaluator.value(item, thing.env) : null
  }
  if (thing?.kind !== 'app' || thing.external === null) return null
  const made = lookUp(thing.framework?.makes, thing.external)
  return made?.item === index ? thing : null
}

/** An annotation that names a framework's class tells the type where the value does not. */
function fromType(evaluator: Evaluator, annotation: Value, env: Env): AppThing | null {
  const type = evaluator.value(annotation, env)
  if (type?.kind !== 'external' || !frameworkOf(type.name)) return null
  const call = { kind: 'call', callee: annotation, args: [], keywords: new Map(), line: env.before } as const
  const made = evaluator.call(type, call, env)
  return made?.kind === 'app' ? made : null
}

function thingOf(evaluator: Evaluator, origin: Origin): Thing | null {
  if (origin.kind === 'bound') return evaluator.name(origin.file, origin.name)
  if (origin.kind === 'module') return { kind: 'module', place: origin.place }
  return externalThing(origin.name)
}

/** A library's name: a ready app, or something to call. */
function externalThing(name: string): Thing {
  const framework = frameworkOf(name)
  const ready = lookUp(framework?.apps, name)
  if (!framework || !ready) return { kind: 'external', name, made: false }
  const nothing = { file: name, line: 0, inner: [], of: null, member: null, call: null, env: fileEnv('') }
  return { kind: 'app', framework, interface: ready.interface, external: name, ...nothing }
}
