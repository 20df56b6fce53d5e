import type { Reason } from '../../../model/because.ts'
import { walk } from '../../../python/source/statement.ts'
import type { Candidate } from './candidate.ts'
import { findImporters, findSeeds, namesOf } from './hot.ts'
import { packageThatHides } from './shadow.ts'
import { interfaceOfSignature } from './signature.ts'
import { coreOf, keyOf, layersOf, type AppThing, type Evaluator, type FunctionThing, type Thing } from './thing.ts'

/** A function that gives an app but cannot be called without arguments. */
export interface NeedyFactory {
  readonly file: string
  readonly name: string
  readonly line: number
  readonly app: AppThing
  /** True for `main(global_config, **settings)`, which PasteDeploy calls with what an ini file says. */
  readonly paste: boolean
}

export interface Found {
  readonly candidates: readonly Candidate[]
  readonly needy: readonly NeedyFactory[]
  /** Objects of modules that a package of the same name hides: no server can import them. */
  readonly hidden: readonly Candidate[]
  /** Files that make or import an app. */
  readonly files: ReadonlySet<string>
}

const served = /(?:^|\/)(?:wsgi|asgi)\.py$/

/** Every app object and every factory that the source binds at module level. */
export function findObjects(evaluator: Evaluator): Found {
  const { tree } = evaluator
  const candidates: Candidate[] = []
  const needy: NeedyFactory[] = []
  const hot = new Set<string>()
  const inspect = (file: string): void => {
    const names = namesOf(tree, file)
    for (const name of names.own) {
      const thing = evaluator.name(file, name)
      const found = thing && readName(evaluator, file, name, thing)
      if (found === 'class') hot.add(file)
      if (!found || found === 'class') continue
      hot.add(file)
      if ('paste' in found) needy.push(found)
      else candidates.push(found)
    }
    for (const name of names.imported) {
      const thing = evaluator.name(file, name)
      if (thing?.kind === 'app' && thing.line > 0) candidates.push(toCandidate(evaluator, file, name, thing, true))
      // Only wsgi.py and asgi.py import a factory to hand it on.
      const factory = thing?.kind === 'function' && served.test(file) ? readFactory(evaluator, file, name, thing) : null
      if (factory && !('paste' in factory)) candidates.push({ ...factory, reexport: true })
      if (thing?.kind === 'app' || thing?.kind === 'function') hot.add(file)
    }
  }
  for (const file of findSeeds(tree)) inspect(file)
  // Files that make an app inside a class or a nested function still are what others import.
  for (const file of findSeeds(tree)) hot.add(file)
  const importers = findImporters(tree, hot)
  for (const file of importers) inspect(file)
  const isHidden = ({ file }: { readonly file: string }): boolean => packageThatHides(tree, file) !== null
  return {
    candidates: candidates.filter(one => !isHidden(one)),
    hidden: candidates.filter(isHidden),
    needy: needy.filter(one => !isHidden(one)),
    files: new Set([...hot, ...importers]),
  }
}

function readName(
  evaluator: Evaluator,
  file: string,
  name: string,
  thing: Thing,
): Candidate | NeedyFactory | 'class' | null {
  if (thing.kind === 'class') return 'class'
  if (thing.kind === 'app') return toCandidate(evaluator, file, name, thing, false)
  if (thing.kind !== 'function' || thing.file !== file) return null
  const signature = interfaceOfSignature(thing.statement)
  if (signature !== null) return plainCandidate(evaluator, file, name, thing, signature)
  return readFactory(evaluator, file, name, thing)
}

function toCandidate(evaluator: Evaluator, file: string, name: string, app: AppThing, reexport: boolean): Candidate {
  const line = lineOf(evaluator, file, name) ?? app.line
  return {
    key: keyOf(coreOf(app)),
    layers: layersOf(app).map(keyOf),
    file,
    attribute: app.member === null ? name : `${name}.${app.member}`,
    factory: false,
    interface: app.interface,
    framework: app.framework?.name ?? null,
    strength: 'object',
    reexport,
    because: reasons(evaluator, file, line, app),
    directory: null,
    path: null,
  }
}

function plainCandidate(
  evaluator: Evaluator,
  file: string,
  name: string,
  { statement }: FunctionThing,
  signature: 'wsgi' | 'asgi',
): Candidate {
  const key = `${file}:${statement.line}`
  const because = [reasonAt(evaluator, file, statement.line)]
  const rest = { reexport: false, because, directory: null, path: null }
  return {
    key,
    layers: [key],
    file,
    attribute: name,
    factory: false,
    interface: signature,
    framework: null,
    strength: 'object',
    ...rest,
  }
}

function readFactory(
  evaluator: Evaluator,
  file: string,
  name: string,
  thing: FunctionThing,
): Candidate | NeedyFactory | null {
  const { statement } = thing
  if (!returnsSomething(thing)) return null
  const call = {
    kind: 'call',
    callee: { kind: 'unknown', line: 0 },
    args: [],
    keywords: new Map(),
    line: statement.line,
  } as const
  const app = evaluator.call(thing, call, thing.env)
  if (app?.kind !== 'app') return null
  const required = statement.parameters.filter(parameter => parameter.star === '' && parameter.value === null)
  if (required.length > 0) {
    const paste = required.length === 1 && statement.parameters.some(parameter => parameter.star === '**')
    return { file, name, line: statement.line, app, paste }
  }
  if (statement.async) return null
  const because = reasons(evaluator, file, statement.line, app)
  return { ...toCandidate(evaluator, file, name, app, false), factory: true, strength: 'factory', because }
}

function returnsSomething({ statement }: FunctionThing): boolean {
  if (statement.decorators.some(decorator => decorator.kind === 'attribute' || decorator.kind === 'call')) {
    // A route or a fixture returns things to its framework, not an app to a server. Caches are fine.
    const names = statement.decorators.map(d => (d.kind === 'call' ? d.callee : d))
    if (!names.every(d => /cache/.test(d.kind === 'attribute' ? d.name : d.kind === 'name' ? d.name : ''))) return false
  }
  for (const { statement: inner } of walk(statement.body)) if (inner.kind === 'return' && inner.value) return true
  return false
}

function lineOf(evaluator: Evaluator, file: string, name: string): number | null {
  for (const { statement } of [...walk(evaluator.tree.module(file).body)].toReversed()) {
    if (statement.kind === 'assign' && statement.targets.some(target => hasName(target, name))) return statement.line
    if (
      (statement.kind === 'from' || statement.kind === 'import') &&
      statement.names.some(n => n.as === name || ('name' in n && n.name === name))
    ) {
      return statement.line
    }
  }
  return null
}

function hasName(
  target: { kind: string; name?: string; items?: readonly { kind: string; name?: string }[] },
  name: string,
): boolean {
  if (target.kind === 'name') return target.name === name
  return target.items?.some(item => hasName(item, name)) ?? false
}

function reasons(evaluator: Evaluator, file: string, line: number, app: AppThing): Reason[] {
  const here = reasonAt(evaluator, file, line)
  const core = coreOf(app)
  return core.line === 0 || (core.file === file && core.line === line)
    ? [here]
    : [here, reasonAt(evaluator, core.file, core.line)]
}

/** A line of the source as evidence. */
export function reasonAt(evaluator: Pick<Evaluator, 'tree'>, file: string, line: number): Reason {
  const text = (evaluator.tree.text(file).split('\n')[line - 1] ?? '').trim().slice(0, 160)
  return { file, line, text }
}
