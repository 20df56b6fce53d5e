import { scopeOf } from '../../../python/source/scope.ts'
import { walk, type FunctionStatement, type Statement } from '../../../python/source/statement.ts'
import { dotted, values, type CallValue, type Value } from '../../../python/source/value.ts'
import { fileEnv, type Env, type Evaluator, type FunctionThing, type Thing } from './thing.ts'

/** A call that running a file as a program can reach. */
export interface ReachedCall {
  /** Dotted library name; `.name` for a method of something unknown. */
  readonly name: string
  readonly call: CallValue
  readonly env: Env
  readonly file: string
  /** True when importing the file, too, makes the call. */
  readonly onImport: boolean
}

const deepest = 6
const most = 4000

interface Reach {
  readonly evaluator: Evaluator
  readonly found: ReachedCall[]
  readonly visited: Map<FunctionStatement, Visit>
}

/** A call of a function, and the scope of the call. */
export interface Visit {
  readonly call: CallValue
  readonly env: Env
}

/** How a statement is reached: how many functions deep, and whether an import reaches it. */
interface Way {
  readonly depth: number
  readonly onImport: boolean
}

/** Every call that `python file` reaches, functions of the repository followed. */
export function reachCalls(evaluator: Evaluator, file: string): ReachedCall[] {
  const reach: Reach = { evaluator, found: [], visited: new Map() }
  visit(reach, evaluator.tree.module(file).body, fileEnv(file), { depth: 0, onImport: true })
  return reach.found
}

/** The repository's functions that `python file` calls, each with the first call. */
export function functionsReached(evaluator: Evaluator, file: string): ReadonlyMap<FunctionStatement, Visit> {
  const reach: Reach = { evaluator, found: [], visited: new Map() }
  visit(reach, evaluator.tree.module(file).body, fileEnv(file), { depth: 0, onImport: true })
  return reach.visited
}

/** What one function reaches when a console script calls it. */
export function reachFrom(evaluator: Evaluator, thing: FunctionThing): ReachedCall[] {
  const reach: Reach = { evaluator, found: [], visited: new Map() }
  enter(reach, thing, callOf(thing.statement), thing.env, { depth: 0, onImport: false })
  return reach.found
}

function visit(reach: Reach, statements: readonly Statement[], env: Env, way: Way): void {
  const main = guarded(statements, env)
  for (const { statement, guard } of walk(statements)) {
    if (reach.found.length > most) return
    if (guard === 'typing') continue
    const at = { ...(guard === 'main' ? main : env), before: statement.line }
    for (const value of valuesOf(statement))
      visitValue(reach, value, at, { ...way, onImport: way.onImport && guard === null })
  }
}

function visitValue(reach: Reach, value: Value, env: Env, way: Way): void {
  for (const call of values(value)) {
    if (call.kind !== 'call') continue
    const thing = reach.evaluator.value(call.callee, env)
    const name = nameOf(thing, call)
    if (name !== null) reach.found.push({ name, call, env, file: env.file, onImport: way.onImport })
    if (way.depth < deepest) follow(reach, thing, call, env, way)
  }
}

function follow(reach: Reach, thing: Thing | null, call: CallValue, env: Env, way: Way): void {
  if (thing?.kind === 'function') enter(reach, thing, call, env, way)
  if (thing?.kind === 'class') {
    const method = scopeOf(thing.statement.body).names.get('__init__')?.at(-1)
    const self = reach.evaluator.call(thing, call, env)
    const { file } = thing
    if (method?.kind === 'function') {
      enter(reach, { kind: 'function', file, statement: method.statement, env: thing.env, self }, call, env, way)
    }
  }
  // Thread(target=serve), and commands registered on a click group or Typer.
  const target = call.keywords.get('target')
  const started = target ? reach.evaluator.value(target, env) : null
  if (started?.kind === 'function') enter(reach, started, call, env, way)
  if (thing && isCommands(thing)) enterCommands(reach, env, way)
}

function enter(reach: Reach, thing: FunctionThing, call: CallValue, env: Env, way: Way): void {
  const { statement, file, self } = thing
  if (reach.visited.has(statement)) return
  reach.visited.set(statement, { call, env })
  const parameters = new Map<string, () => Thing | null>()
  const shift = self ? 1 : 0
  for (const [i, parameter] of statement.parameters.entries()) {
    const given = call.keywords.get(parameter.name) ?? call.args[i - shift]
    const value = (): Thing | null => (given ? reach.evaluator.value(given, env) : null)
    parameters.set(parameter.name, shift === 1 && i === 0 ? () => self : value)
  }
  const bodies = [statement.body, ...thing.env.bodies]
  const inner = { file, bodies, parameters, before: Number.POSITIVE_INFINITY }
  visit(reach, statement.body, inner, { ...way, depth: way.depth + 1 })
}

function enterCommands(reach: Reach, { file }: Env, way: Way): void {
  for (const { statement } of walk(reach.evaluator.tree.module(file).body)) {
    if (statement.kind !== 'function' || statement.decorators.length === 0) continue
    const env = fileEnv(file)
    enter(reach, { kind: 'function', file, statement, env, self: null }, callOf(statement), env, way)
  }
}

/** A click group or a Typer: calling it calls one of the file's commands. */
function isCommands(thing: Thing): boolean {
  if (thing.kind === 'external') return /^(?:typer|click|fire|cyclopts)\b/.test(thing.name)
  if (thing.kind !== 'function') return false
  const names = thing.statement.decorators.map(one => dotted(one.kind === 'call' ? one.callee : one) ?? '')
  return names.some(name => /(?:^|\.)(?:group|command)$/.test(name))
}

function callOf({ line }: FunctionStatement): CallValue {
  return { kind: 'call', callee: { kind: 'unknown', line }, args: [], keywords: new Map(), line }
}

/** Names bound under the main guard are visible there. */
function guarded(statements: readonly Statement[], env: Env): Env {
  const blocks = statements.flatMap(one => (one.kind === 'block' ? one.branches : []))
  const bodies = blocks.filter(branch => branch.guard === 'main').map(branch => branch.body)
  return { ...env, bodies: [...bodies, ...env.bodies] }
}

function nameOf(thing: Thing | null, call: CallValue): string | null {
  if (thing?.kind === 'external') return thing.name
  if (thing === null && call.callee.kind === 'attribute') return `.${call.callee.name}`
  return null
}

function valuesOf(statement: Statement): readonly Value[] {
  switch (statement.kind) {
    case 'expression':
    case 'augment':
      return [statement.value]
    case 'assign':
    case 'return':
    case 'raise':
      return statement.value ? [statement.value] : []
    case 'block':
      return statement.branches.flatMap(branch => (branch.test ? [branch.test] : []))
    default:
      return []
  }
}
