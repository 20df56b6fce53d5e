import { findInModule } from '../../../python/source/origin.ts'
import { scopeOf } from '../../../python/source/scope.ts'
import { walk, type FunctionStatement } from '../../../python/source/statement.ts'
import { argument, type Value } from '../../../python/source/value.ts'
import { lookUp } from './frameworks/index.ts'
import type { AppThing, ClassThing, Env, Evaluator, Thing } from './thing.ts'

/** What `owner.name` is: a module's name, an app's inner app, an attribute that a class sets on itself, or a library's name. */
export function memberOf(evaluator: Evaluator, owner: Thing, name: string): Thing | null {
  switch (owner.kind) {
    case 'module': {
      const origin = findInModule(evaluator.tree, owner.place, name)
      if (origin?.kind === 'bound') return evaluator.name(origin.file, origin.name)
      if (origin?.kind === 'module') return { kind: 'module', place: origin.place }
      return origin ? { kind: 'external', name: origin.name, made: false } : null
    }
    case 'external':
      return { kind: 'external', name: `${owner.name}.${name}`, made: owner.made }
    case 'app':
      return memberOfApp(evaluator, owner, name)
    case 'instance':
      return memberOfClass(evaluator, owner.of, name, owner, owner.call, owner.env)
    case 'class':
      return memberOfClass(evaluator, owner, name, owner, null, owner.env)
    default:
      return null
  }
}

function memberOfApp(evaluator: Evaluator, app: AppThing, name: string): Thing | null {
  const member = app.framework?.members
  if (member && Object.hasOwn(member, name)) {
    const made = member[name]
    if (made) return { ...app, interface: made.interface, member: null }
  }
  const declared = app.of ? memberOfClass(evaluator, app.of, name, app, app.call, app.env) : null
  if (declared) return declared
  const external = app.external ?? app.inner.find(inner => inner.external !== null)?.external
  return external ? { kind: 'external', name: `${external}.${name}`, made: true } : null
}

/** A class's own name, or what its methods set on `self`; then its bases'. */
function memberOfClass(
  evaluator: Evaluator,
  of: ClassThing,
  name: string,
  self: Thing,
  call: Value | null,
  at: Env,
  depth = 0,
): Thing | null {
  const bindings = scopeOf(of.statement.body).names.get(name) ?? []
  const binding = bindings.at(-1)
  if (binding?.kind === 'function') return methodThing(evaluator, of, binding.statement, self)
  if (binding?.kind === 'value') return evaluator.value(binding.value, of.env)
  for (const { statement } of walk(of.statement.body)) {
    if (statement.kind !== 'function') continue
    const set = findSelfValue(statement, name)
    if (!set) continue
    const parameters = bindConstructor(evaluator, statement, self, call, at)
    const thing = evaluator.value(set.value, {
      file: of.file,
      bodies: [statement.body, ...of.env.bodies],
      parameters,
      before: set.line,
    })
    if (thing) return thing
  }
  for (const base of depth > 8 ? [] : of.statement.bases) {
    const thing = evaluator.value(base, of.env)
    if (thing?.kind === 'class') {
      const found = memberOfClass(evaluator, thing, name, self, call, at, depth + 1)
      if (found) return found
    } else if (thing?.kind === 'external') return { kind: 'external', name: `${thing.name}.${name}`, made: true }
  }
  return null
}

/** A property stands for what it returns. */
function methodThing(evaluator: Evaluator, of: ClassThing, statement: FunctionStatement, self: Thing): Thing | null {
  const method: Thing = { kind: 'function', file: of.file, statement, env: of.env, self }
  const isProperty = statement.decorators.some(d => d.kind === 'name' && /^(?:cached_)?property$/.test(d.name))
  if (!isProperty) return method
  const call: Value = {
    kind: 'call',
    callee: { kind: 'unknown', line: 0 },
    args: [],
    keywords: new Map(),
    line: statement.line,
  }
  return evaluator.call(method, call, of.env)
}

function findSelfValue(method: FunctionStatement, name: string): { value: Value; line: number } | null {
  const self = method.parameters[0]?.name
  for (const { statement } of [...walk(method.body)].toReversed()) {
    if (statement.kind !== 'assign' || !statement.value) continue
    for (const target of statement.targets) {
      if (target.kind === 'attribute' && target.name === name && target.of.kind === 'name' && target.of.name === self) {
        return { value: statement.value, line: statement.line }
      }
    }
  }
  return null
}

function bindConstructor(
  evaluator: Evaluator,
  method: FunctionStatement,
  self: Thing,
  call: Value | null,
  at: Env,
): Map<string, () => Thing | null> {
  const parameters = new Map<string, () => Thing | null>()
  for (const [i, { name }] of method.parameters.entries()) {
    const given = i > 0 && method.name === '__init__' && call?.kind === 'call' ? argument(call, i - 1, name) : null
    parameters.set(name, () => (i === 0 ? self : given ? evaluator.value(given, at) : null))
  }
  return parameters
}

/** The member of a framework's app that must be taken to serve it. */
export function servedMember(external: string, app: Pick<AppThing, 'framework'>): string | null {
  const members = app.framework?.members ?? {}
  const made = lookUp(app.framework?.makes, external)
  if (!made) return null
  return Object.keys(members).find(name => members[name]?.preferred) ?? null
}
