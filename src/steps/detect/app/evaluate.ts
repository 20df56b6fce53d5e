import { findOrigin, followBinding, type Origin } from '../../../python/source/origin.ts'
import { scopeOf, type Binding } from '../../../python/source/scope.ts'
import type { SourceTree } from '../../../python/source/tree.ts'
import { dotted, type Value } from '../../../python/source/value.ts'
import { callThing } from './call.ts'
import { frameworkOf, lookUp } from './frameworks/index.ts'
import { memberOf } from './member.ts'
import { fileEnv, type AppThing, type Env, type Evaluator, type Thing } from './thing.ts'

const deepest = 60
/** `wrap(wrap(app))` enters a function twice at once; what goes deeper recurses over data. */
const deepestRecursion = 2
/** Values looked at for one repository, so that a crafted one cannot keep us busy. */
const budget = 2_000_000

/** Follows values to the app they are, through names, imports, calls, factories, classes and wrappers. Nothing is run. */
export function createEvaluator(tree: SourceTree, major: (distribution: string) => number | null): Evaluator {
  const names = new Map<string, Thing | null>()
  const active = new Set<Binding>()
  const settled = new Map<Binding, Thing | null>()
  const passing = new Map<Binding, Thing | null>()
  const calls = new WeakMap<Env['parameters'], Map<Binding, Thing | null>>()
  let depth = 0
  let spent = 0
  const entered = new Map<object, number>()
  const results = new Map<object, Thing | null>()
  /** How often following was given up, in a cycle or at a limit: an answer found meanwhile is not final and not kept. */
  let cut = 0

  const evaluator: Evaluator = {
    tree,
    major,
    name(file, name) {
      const key = `${file}:${name}`
      const known = names.get(key)
      if (known !== undefined) return known
      const before = cut
      const thing = lookUpModule(file, name)
      if (cut === before || active.size === 0) names.set(key, thing)
      return thing
    },
    value(value, env, before = env.before) {
      if (spent === budget) console.error('BUDGET')
      if (depth > deepest || spent > budget) {
        cut += 1
        return null
      }
      depth += 1
      spent += 1
      try {
        return evaluate(value, env, before)
      } finally {
        depth -= 1
      }
    },
    enter(statement, make) {
      const running = entered.get(statement) ?? 0
      if (running >= deepestRecursion) {
        cut += 1
        return null
      }
      entered.set(statement, running + 1)
      const thing = make()
      entered.set(statement, running)
      return thing
    },
    once(statement, make) {
      const known = results.get(statement)
      if (known !== undefined) return known
      const before = cut
      const thing = make()
      if (cut === before) results.set(statement, thing)
      return thing
    },
    call: (callee, call, env) => callThing(evaluator, callee, call, env),
    member: (owner, name) => memberOf(evaluator, owner, name),
  }
  return evaluator

  function evaluate(value: Value, env: Env, before: number): Thing | null {
    switch (value.kind) {
      case 'name':
        return lookUpName(value.name, env, before)
      case 'attribute': {
        const owner = evaluator.value(value.of, env, before)
        return owner ? evaluator.member(owner, value.name) : unknownMember(value.name, env)
      }
      case 'call':
        return evaluateCall(value, env, before)
      case 'await':
        return evaluator.value(value.of, env, before)
      case 'either':
        return first(value.options.map(option => () => evaluator.value(option, env, before)))
      case 'sequence':
        return { kind: 'sequence', items: value.items, env }
      case 'lambda':
        return evaluateLambda(value, env)
      default:
        return null
    }
  }

  function evaluateCall(value: Extract<Value, { kind: 'call' }>, env: Env, before: number): Thing | null {
    if (dotted(value.callee) === 'getattr') {
      const [of, name] = value.args
      const owner = of ? evaluator.value(of, env, before) : null
      return owner && name?.kind === 'string' ? evaluator.member(owner, name.text) : null
    }
    const callee = evaluator.value(value.callee, env, before)
    // Arguments are seen from before the call: `app = wrap(app)`.
    return callee ? evaluator.call(callee, value, { ...env, before }) : null
  }

  function lookUpName(name: string, env: Env, before: number): Thing | null {
    for (const [i, body] of env.bodies.entries()) {
      const bindings = scopeOf(body).names.get(name)
      const found = bindings ? evaluateBindings(name, bindings, env, i === 0 ? before : Number.POSITIVE_INFINITY) : null
      if (found) return found
      if (bindings && !env.parameters.has(name)) return null
    }
    const parameter = env.parameters.get(name)
    if (parameter) return parameter()
    if (env.bodies.length > 0 || before === Number.POSITIVE_INFINITY) return evaluator.name(env.file, name)
    const bindings = scopeOf(tree.module(env.file).body).names.get(name) ?? []
    return evaluateBindings(name, bindings, fileEnv(env.file), before) ?? lookUpModule(env.file, name)
  }

  function lookUpModule(file: string, name: string): Thing | null {
    const bindings = scopeOf(tree.module(file).body).names.get(name) ?? []
    const found = evaluateBindings(name, bindings, fileEnv(file), Number.POSITIVE_INFINITY)
    if (found) return found
    const origin = findOrigin(tree, file, name)
    return origin && (origin.kind !== 'bound' || origin.file !== file || origin.name !== name) ? thingOf(origin) : null
  }

  /** The latest binding before a line that means something, fallbacks last. */
  function evaluateBindings(name: string, all: readonly Binding[], env: Env, before: number): Thing | null {
    const live = all.filter(binding => binding.placed.guard === null)
    const earlier = live.filter(binding => binding.line < before)
    const ordered = (earlier.length > 0 ? earlier : live).toReversed()
    const firm = ordered.filter(binding => !binding.placed.fallback)
    return first(
      [...firm, ...ordered.filter(binding => binding.placed.fallback)].map(b => () => evaluateBinding(name, b, env)),
    )
  }

  function evaluateBinding(name: string, binding: Binding, env: Env): Thing | null {
    if (active.has(binding)) {
      cut += 1
      return null
    }
    // Chains of `x = x.f()` would double the work with every link. What was cut short is kept only until the question is answered.
    const kept = env.bodies.length > 0 ? perCall(env) : settled
    if (kept.has(binding)) return kept.get(binding) ?? null
    if (env.bodies.length === 0 && passing.has(binding)) return passing.get(binding) ?? null
    const before = cut
    active.add(binding)
    const thing = followValue(name, binding, env)
    active.delete(binding)
    if (active.size === 0) passing.clear()
    else if (cut !== before) passing.set(binding, thing)
    if (cut === before || env.bodies.length > 0) kept.set(binding, thing)
    return thing
  }

  function perCall(env: Env): Map<Binding, Thing | null> {
    const known = calls.get(env.parameters) ?? new Map<Binding, Thing | null>()
    calls.set(env.parameters, known)
    return known
  }

  function followValue(name: string, binding: Binding, env: Env): Thing | null {
    if (binding.kind === 'function')
      return { kind: 'function', file: env.file, statement: binding.statement, env, self: null }
    if (binding.kind === 'class') return { kind: 'class', file: env.file, statement: binding.statement, env }
    if (binding.kind === 'value') return binding.by === 'for' ? null : evaluateAssigned(name, binding, env)
    const origin = followBinding(tree, env.file, name, binding)
    return origin ? thingOf(origin) : null
  }

  function evaluateAssigned(name: string, binding: Extract<Binding, { kind: 'value' }>, env: Env): Thing | null {
    const { value, line } = binding
    let thing = evaluator.value(value, env, line)
    for (const index of binding.path) thing = itemOf(thing, index)
    if (thing && isApp(thing)) return thing
    const annotation = binding.placed.statement.kind === 'assign' ? binding.placed.statement.annotation : null
    const typed = annotation && value.kind === 'call' ? fromType(annotation, env, line) : null
    return typed ?? passedThrough(name, value, env, line) ?? thing
  }

  /** `app = anything(app)`: the name still is that app. */
  function passedThrough(name: string, value: Value, env: Env, line: number): AppThing | null {
    if (value.kind !== 'call' || !value.args.some(arg => arg.kind === 'name' && arg.name === name)) return null
    const inner = lookUpName(name, env, line)
    return inner && isApp(inner) ? { ...inner, inner: [inner], file: env.file, line } : null
  }

  function itemOf(thing: Thing | null, index: number): Thing | null {
    if (thing?.kind === 'sequence') {
      const item = thing.items[index]
      return item ? evaluator.value(item, thing.env) : null
    }
    if (thing?.kind !== 'app' || thing.external === null) return null
    const made = lookUp(thing.framework?.makes, thing.external)
    return made?.item === index ? thing : null
  }

  /** An annotation that names a framework's class tells the type where the value does not. */
  function fromType(annotation: Value, env: Env, line: number): AppThing | null {
    const type = evaluator.value(annotation, env, line)
    if (type?.kind !== 'external' || !frameworkOf(type.name)) return null
    const made = evaluator.call(type, { kind: 'call', callee: annotation, args: [], keywords: new Map(), line }, env)
    return made?.kind === 'app' ? made : null
  }

  function evaluateLambda(value: Extract<Value, { kind: 'lambda' }>, env: Env): Thing {
    const { line } = value
    return {
      kind: 'function',
      file: env.file,
      env,
      self: null,
      statement: {
        kind: 'function',
        name: '<lambda>',
        async: false,
        parameters: value.parameters,
        returns: null,
        decorators: [],
        body: [{ kind: 'return', value: value.body, line }],
        line,
      },
    }
  }

  /** Pyramid's `config.make_wsgi_app()` on a parameter nobody can tell the type of. */
  function unknownMember(name: string, env: Env): Thing | null {
    const telling = name === 'make_wsgi_app' && /\bpyramid\b/.test(tree.text(env.file))
    return telling ? { kind: 'external', name: `pyramid.config.Configurator.${name}`, made: true } : null
  }

  function thingOf(origin: Origin): Thing | null {
    if (origin.kind === 'bound') return evaluator.name(origin.file, origin.name)
    if (origin.kind === 'module') return { kind: 'module', place: origin.place }
    return externalThing(origin.name)
  }
}

/** The first that is an app; without one the first that is anything. */
export function first(attempts: readonly (() => Thing | null)[]): Thing | null {
  let any: Thing | null = null
  for (const attempt of attempts) {
    const thing = attempt()
    if (thing && isApp(thing)) return thing
    any ??= thing
  }
  return any
}

function isApp(thing: Thing): thing is AppThing {
  return thing.kind === 'app'
}

/** A library's name: a ready app, or something to call. */
export function externalThing(name: string): Thing {
  const framework = frameworkOf(name)
  const ready = lookUp(framework?.apps, name)
  if (!framework || !ready) return { kind: 'external', name, made: false }
  const nothing = { file: name, line: 0, inner: [], of: null, member: null, call: null, env: fileEnv('') }
  return { kind: 'app', framework, interface: ready.interface, external: name, ...nothing }
}
