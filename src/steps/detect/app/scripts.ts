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

/** Every call that `python file` reaches, functions of the repository followed. */
export function reachCalls(evaluator: Evaluator, file: string): ReachedCall[] {
  const found: ReachedCall[] = []
  const visited = new Set<FunctionStatement>()

  const visit = (statements: readonly Statement[], env: Env, depth: number, onImport: boolean): void => {
    for (const { statement, guard } of walk(statements)) {
      if (found.length > most || guard === 'typing') continue
      const at = guard === 'main' ? guarded(statements, env) : env
      for (const value of valuesOf(statement))
        visitValue(value, { ...at, before: statement.line }, depth, onImport && guard === null)
    }
  }
  const visitValue = (value: Value, env: Env, depth: number, onImport: boolean): void => {
    for (const inner of values(value)) {
      if (inner.kind !== 'call') continue
      const thing = evaluator.value(inner.callee, env)
      const name = nameOf(thing, inner)
      if (name !== null) found.push({ name, call: inner, env, file: env.file, onImport })
      if (depth < deepest) follow(thing, inner, env, depth, onImport)
    }
  }
  const follow = (thing: Thing | null, call: CallValue, env: Env, depth: number, onImport: boolean): void => {
    if (thing?.kind === 'function') enter(thing, call, env, depth, onImport)
    if (thing?.kind === 'class') {
      const method = scopeOf(thing.statement.body).names.get('__init__')?.at(-1)
      if (method?.kind === 'function') {
        const self = evaluator.call(thing, call, env)
        enter(
          { kind: 'function', file: thing.file, statement: method.statement, env: thing.env, self },
          call,
          env,
          depth,
          onImport,
        )
      }
    }
    // Thread(target=serve), and commands registered on a click group or Typer.
    const target = call.keywords.get('target')
    const run = target ? evaluator.value(target, env) : null
    if (run?.kind === 'function') enter(run, call, env, depth, onImport)
    if (thing && isCommands(thing)) enterCommands(env, depth, onImport)
  }
  const enter = (thing: FunctionThing, call: CallValue, env: Env, depth: number, onImport: boolean): void => {
    if (visited.has(thing.statement)) return
    visited.add(thing.statement)
    const parameters = new Map<string, () => Thing | null>()
    const shift = thing.self ? 1 : 0
    for (const [i, parameter] of thing.statement.parameters.entries()) {
      const given = call.keywords.get(parameter.name) ?? call.args[i - shift]
      parameters.set(parameter.name, () =>
        shift === 1 && i === 0 ? thing.self : given ? evaluator.value(given, env) : null,
      )
    }
    const inner = {
      file: thing.file,
      bodies: [thing.statement.body, ...thing.env.bodies],
      parameters,
      before: Number.POSITIVE_INFINITY,
    }
    visit(thing.statement.body, inner, depth + 1, onImport)
  }
  const enterCommands = (env: Env, depth: number, onImport: boolean): void => {
    for (const { statement } of walk(evaluator.tree.module(env.file).body)) {
      if (statement.kind !== 'function' || statement.decorators.length === 0) continue
      const thing: FunctionThing = { kind: 'function', file: env.file, statement, env: fileEnv(env.file), self: null }
      const nothing: CallValue = {
        kind: 'call',
        callee: { kind: 'unknown', line: 0 },
        args: [],
        keywords: new Map(),
        line: statement.line,
      }
      enter(thing, nothing, env, depth, onImport)
    }
  }

  visit(evaluator.tree.module(file).body, fileEnv(file), 0, true)
  return found
}

/** A click group or a Typer: calling it calls one of the file's commands. */
function isCommands(thing: Thing): boolean {
  if (thing.kind === 'external') return /^(?:typer|click|fire|cyclopts)\b/.test(thing.name)
  if (thing.kind !== 'function') return false
  return thing.statement.decorators.some(one =>
    /(?:^|\.)(?:group|command)$/.test(dotted(one.kind === 'call' ? one.callee : one) ?? ''),
  )
}

/** What one function reaches when a console script calls it. */
export function reachFrom(evaluator: Evaluator, thing: FunctionThing): ReachedCall[] {
  const found: ReachedCall[] = []
  const env: Env = {
    file: thing.file,
    bodies: [thing.statement.body],
    parameters: new Map(),
    before: Number.POSITIVE_INFINITY,
  }
  const visit = (statements: readonly Statement[], at: Env, depth: number): void => {
    for (const { statement } of walk(statements)) {
      for (const value of valuesOf(statement)) {
        for (const inner of values(value)) {
          if (inner.kind !== 'call' || found.length > most) continue
          const callee = evaluator.value(inner.callee, { ...at, before: statement.line })
          const name = nameOf(callee, inner)
          if (name !== null)
            found.push({ name, call: inner, env: { ...at, before: statement.line }, file: at.file, onImport: false })
          if (callee?.kind !== 'function' || depth >= deepest) continue
          visit(
            callee.statement.body,
            { ...at, file: callee.file, bodies: [callee.statement.body], parameters: new Map() },
            depth + 1,
          )
        }
      }
    }
  }
  visit(thing.statement.body, env, 0)
  return found
}

/** Names bound under the main guard are visible there. */
function guarded(statements: readonly Statement[], env: Env): Env {
  const bodies = statements.flatMap(statement =>
    statement.kind === 'block'
      ? statement.branches.filter(branch => branch.guard === 'main').map(branch => branch.body)
      : [],
  )
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
      return [statement.value]
    case 'assign':
    case 'return':
    case 'raise':
      return statement.value ? [statement.value] : []
    case 'augment':
      return [statement.value]
    case 'block':
      return statement.branches.flatMap(branch => (branch.test ? [branch.test] : []))
    default:
      return []
  }
}
