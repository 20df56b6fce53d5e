import { scopeOf } from '../../../python/source/scope.ts'
import { walk, type FunctionStatement } from '../../../python/source/statement.ts'
import { argument, type CallValue, type Value } from '../../../python/source/value.ts'
import type { Made } from './frameworks/framework.ts'
import { frameworkOf, lookUp } from './frameworks/index.ts'
import { wrapperNames, wrappers } from './frameworks/wrappers.ts'
import { servedMember } from './member.ts'
import { interfaceOfSignature } from './signature.ts'
import {
  coreOf,
  type AppThing,
  type ClassThing,
  type Env,
  type Evaluator,
  type FunctionThing,
  type Thing,
} from './thing.ts'

/** What calling a thing gives: an app, what a function returns, an object of a class. */
export function callThing(evaluator: Evaluator, callee: Thing, call: Value, env: Env): Thing | null {
  switch (callee.kind) {
    case 'external':
      return callExternal(evaluator, callee.name, call, env)
    case 'function':
      return callFunction(evaluator, callee, call, env)
    case 'class':
      return instantiate(evaluator, callee, call, env)
    case 'app':
      // `app.wsgifunc()`: the member already stood for what it gives.
      return callee
    case 'instance': {
      const method = evaluator.member(callee, '__call__')
      return method?.kind === 'function' ? callFunction(evaluator, method, call, env) : null
    }
    default:
      return null
  }
}

/** Library functions that hand on what they are given: the position of it. */
const passing: Readonly<Record<string, number>> = {
  'asyncio.run': 0,
  'typing.cast': 1,
  'functools.partial': 0,
  'anyio.run': 0,
}

function callExternal(evaluator: Evaluator, name: string, call: Value, env: Env): Thing | null {
  if (call.kind !== 'call') return null
  const passed = Object.hasOwn(passing, name) ? passing[name] : name.endsWith('.run_until_complete') ? 0 : undefined
  if (passed !== undefined) {
    const given = call.args[passed]
    return given ? evaluator.value(given, env) : null
  }
  return wrap(evaluator, name, call, env) ?? make(evaluator, name, call, env) ?? { kind: 'external', name, made: true }
}

/** An app put around another: by a callable that is known for it, or by one whose name says so. */
function wrap(evaluator: Evaluator, name: string, call: CallValue, env: Env): AppThing | null {
  const wrapper = lookUp(wrappers, name)
  const telling = wrapperNames.test(name.split('.').at(-1) ?? '') && !lookUp(frameworkOf(name)?.makes, name)
  if (!wrapper && !telling) return null
  const where = wrapper?.wraps ?? [0, 'app', 'application', 'wsgi_app']
  const inner = givenApp(evaluator, where, call, env) ?? (wrapper ? mountedApp(evaluator, call, env) : null)
  const served = wrapper?.interface ?? inner?.interface
  if (served === undefined) return null
  const framework = inner ? coreOf(inner).framework : null
  return {
    kind: 'app',
    framework,
    interface: served,
    inner: inner ? [inner] : [],
    member: null,
    ...madeAt(name, call, env),
  }
}

function make(evaluator: Evaluator, name: string, call: CallValue, env: Env): AppThing | null {
  const framework = frameworkOf(name)
  const made = lookUp(framework?.makes, name) ?? methodMade(framework?.methods, name)
  if (!made || !framework) return null
  const inner = made.wraps ? givenApp(evaluator, made.wraps, call, env) : servedInside(evaluator, call, env)
  return {
    kind: 'app',
    framework: made.wraps && inner ? coreOf(inner).framework : framework,
    interface: interfaceOf(evaluator, made, framework.packages[0] ?? framework.name),
    inner: inner ? [inner] : [],
    member: servedMember(name, { framework }),
    ...madeAt(name, call, env),
  }
}

function madeAt(
  external: string,
  call: CallValue,
  env: Env,
): Pick<AppThing, 'file' | 'line' | 'of' | 'call' | 'env' | 'external'> {
  return { file: env.file, line: call.line, of: null, call, env, external }
}

function methodMade(methods: Readonly<Record<string, Made>> | undefined, name: string): Made | null {
  const last = name.split('.').at(-1) ?? ''
  return methods && Object.hasOwn(methods, last) ? (methods[last] ?? null) : null
}

function interfaceOf(evaluator: Evaluator, made: Made, distribution: string): AppThing['interface'] {
  const major = made.before ? evaluator.major(distribution) : null
  return made.before && major !== null && major < made.before.major ? made.before.interface : made.interface
}

/** `Dash(server=flask_app)`: the app given is served inside this one. */
function servedInside(evaluator: Evaluator, call: Value, env: Env): AppThing | null {
  const given = call.kind === 'call' ? call.keywords.get('server') : undefined
  const thing = given ? evaluator.value(given, env) : null
  return thing?.kind === 'app' ? thing : null
}

function givenApp(evaluator: Evaluator, where: readonly (number | string)[], call: Value, env: Env): AppThing | null {
  if (call.kind !== 'call') return null
  for (const place of where) {
    const given = typeof place === 'number' ? argument(call, place) : call.keywords.get(place)
    const thing = given ? evaluator.value(given, env) : null
    if (thing?.kind === 'app') return thing
  }
  return null
}

/** `DispatcherMiddleware(fallback, {prefix: app})`: the app that is mounted. */
function mountedApp(evaluator: Evaluator, call: Value, env: Env): AppThing | null {
  for (const given of call.kind === 'call' ? call.args : []) {
    for (const { value } of given.kind === 'dict' ? given.entries : []) {
      const thing = evaluator.value(value, env)
      if (thing?.kind === 'app') return thing
    }
  }
  return null
}

function callFunction(evaluator: Evaluator, callee: FunctionThing, call: Value, env: Env): Thing | null {
  const { statement } = callee
  const parameters = bindParameters(evaluator, callee, call, env)
  const closed =
    callee.env.bodies.length === 0 && callee.self === null && [...parameters.values()].every(give => give() === null)
  const give = (): Thing | null => evaluator.enter(statement, () => readReturns(evaluator, callee, parameters))
  return closed ? evaluator.once(statement, give) : give()
}

function readReturns(evaluator: Evaluator, callee: FunctionThing, parameters: Env['parameters']): Thing | null {
  const { statement, env, file } = callee
  const inner: Env = { file, bodies: [statement.body, ...env.bodies], parameters, before: Number.POSITIVE_INFINITY }
  let any: Thing | null = null
  for (const { value, line } of returnsOf(statement)) {
    const thing = evaluator.value(value, inner, line)
    if (thing?.kind === 'app') return thing
    any ??= thing
  }
  return fromReturnType(evaluator, callee) ?? any
}

const returned = new WeakMap<FunctionStatement, { readonly value: Value; readonly line: number }[]>()

/** The values a function's own `return` statements give. */
function returnsOf(statement: FunctionStatement): { readonly value: Value; readonly line: number }[] {
  const known = returned.get(statement)
  if (known) return known
  const found: { value: Value; line: number }[] = []
  for (const { statement: inside } of walk(statement.body)) {
    if (inside.kind === 'return' && inside.value) found.push({ value: inside.value, line: inside.line })
  }
  returned.set(statement, found)
  return found
}

/** `-> FastAPI` tells what a function gives whose body cannot be followed. */
function fromReturnType(evaluator: Evaluator, callee: FunctionThing): AppThing | null {
  const { returns, line } = callee.statement
  const type = returns ? evaluator.value(returns, callee.env) : null
  if (!returns || (type?.kind !== 'external' && type?.kind !== 'class')) return null
  const made = evaluator.call(type, { kind: 'call', callee: returns, args: [], keywords: new Map(), line }, callee.env)
  return made?.kind === 'app' ? made : null
}

function bindParameters(
  evaluator: Evaluator,
  callee: FunctionThing,
  call: Value,
  env: Env,
): Map<string, () => Thing | null> {
  const bound = new Map(callee.env.parameters)
  const shift = callee.self && isBound(callee.statement) ? 1 : 0
  for (const [i, { name, star, value }] of callee.statement.parameters.entries()) {
    if (shift === 1 && i === 0) {
      bound.set(name, () => callee.self)
      continue
    }
    const given = star === '' && call.kind === 'call' ? argument(call, i - shift, name) : null
    bound.set(
      name,
      lazy(() => (given ? evaluator.value(given, env) : value ? evaluator.value(value, callee.env) : null)),
    )
  }
  return bound
}

function lazy(make: () => Thing | null): () => Thing | null {
  let made: { readonly thing: Thing | null } | null = null
  return () => (made ??= { thing: make() }).thing
}

function isBound(statement: FunctionStatement): boolean {
  return !statement.decorators.some(decorator => decorator.kind === 'name' && decorator.name === 'staticmethod')
}

function instantiate(evaluator: Evaluator, of: ClassThing, call: Value, env: Env): Thing | null {
  const base = { file: env.file, line: call.line, call, env, of, member: null }
  const parent = baseApp(evaluator, of, call, 0)
  if (parent?.kind === 'app') {
    const inner = parent.inner
    return { ...parent, ...base, external: parent.external, inner, member: parent.member }
  }
  const given = givenApp(evaluator, [0, 1, 'app', 'application', 'wsgi_app', 'asgi_app'], call, env)
  const signature = signatureOfCall(evaluator, of) ?? (given && parent ? given.interface : null)
  if (signature === null) return { kind: 'instance', of, env, call }
  const framework = given ? coreOf(given).framework : null
  return { kind: 'app', ...base, framework, interface: signature, inner: given ? [given] : [], external: null }
}

/** What the nearest library base would make: an app, or (`external`) a wrapper by its name. */
function baseApp(evaluator: Evaluator, of: ClassThing, call: Value, depth: number): Thing | null {
  for (const base of depth > 8 ? [] : of.statement.bases) {
    const thing = evaluator.value(base, of.env)
    if (thing?.kind === 'class') {
      const found = baseApp(evaluator, thing, call, depth + 1)
      if (found) return found
    } else if (thing?.kind === 'external') {
      const made = frameworkOf(thing.name) ? callExternal(evaluator, thing.name, call, of.env) : null
      if (made?.kind === 'app') return made
      if (wrapperNames.test(thing.name)) return thing
    }
  }
  return null
}

function signatureOfCall(evaluator: Evaluator, of: ClassThing, depth = 0): AppThing['interface'] | null {
  const method = scopeOf(of.statement.body).names.get('__call__')?.at(-1)
  if (method?.kind === 'function') return interfaceOfSignature(method.statement, true)
  for (const base of depth > 8 ? [] : of.statement.bases) {
    const thing = evaluator.value(base, of.env)
    const found = thing?.kind === 'class' ? signatureOfCall(evaluator, thing, depth + 1) : null
    if (found) return found
  }
  return null
}
