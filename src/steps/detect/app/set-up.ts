import { scopeOf } from '../../../python/source/scope.ts'
import { walk, type FunctionStatement, type Statement } from '../../../python/source/statement.ts'
import type { Value } from '../../../python/source/value.ts'
import type { Candidate } from './candidate.ts'
import type { Entry } from './entry.ts'
import { toCandidate, type Program } from './programs.ts'
import { functionsReached, type Visit } from './scripts.ts'
import type { FullSearch } from './search.ts'
import { coreOf, fileEnv, keyOf, type AppThing, type Env, type Evaluator } from './thing.ts'

/** What gives an app something to answer. */
const routing =
  /^(?:route|get|post|put|delete|patch|websocket|add_url_rule|register_blueprint|include_router|add_api_route|add_route|add_resource|mount|blueprint|add_routes|callback|clientside_callback)$/

/**
 * Programs that give a bare object its routes by calling a function with arguments: a server that imports the object alone would
 * answer 404 to everything.
 */
export function setUpByPrograms({ evaluator, files }: FullSearch, programs: readonly Program[]): Candidate[] {
  return programs.flatMap(program => {
    const entry = program.entries.find(one => one.kind === 'app' && coreOf(one.app).line > 0)
    if (entry?.kind !== 'app') return []
    const core = coreOf(entry.app)
    // What a factory makes is complete when it is returned.
    if (core.env.bodies.length > 0) return []
    if (!isSetUp(evaluator, program.file, core) || hasOwnRoutes(evaluator, files, core)) return []
    return [asProgram(evaluator, program.file, entry, core)]
  })
}

function asProgram(evaluator: Evaluator, file: string, entry: Entry, core: AppThing): Candidate {
  return toCandidate(evaluator, file, entry, core.framework?.name ?? null, keyOf(core))
}

/** True when the program calls, with arguments, a function beside the module's object that adds routes to it, or one that is given it. */
function isSetUp(evaluator: Evaluator, program: string, core: AppThing): boolean {
  for (const [statement, visit] of functionsReached(evaluator, program)) {
    const { call } = visit
    if (statement.parameters.length === 0 || call.args.length + call.keywords.size === 0) continue
    if (routesWhatItIsGiven(evaluator, statement, visit, core)) return true
    const own = scopeOf(evaluator.tree.module(core.file).body).names.get(statement.name)?.at(-1)
    if (own?.kind !== 'function' || own.statement !== statement) continue
    if (addsRoutes(evaluator, statement, core)) return true
  }
  return false
}

/** `register(app)` with `@app.callback(…)` in it. */
function routesWhatItIsGiven(
  evaluator: Evaluator,
  { parameters, body }: FunctionStatement,
  { call, env }: Visit,
  core: AppThing,
): boolean {
  const given = parameters.filter(({ name }, i) => {
    const value = call.keywords.get(name) ?? call.args[i]
    return value !== undefined && isApp(evaluator, value, env, core)
  })
  const names = new Set(given.map(({ name }) => name))
  return names.size > 0 && [...walk(body)].some(({ statement }) => calleesOf(statement).some(one => routes(one, names)))
}

function routes(callee: Value, names: ReadonlySet<string>): boolean {
  return (
    callee.kind === 'attribute' && routing.test(callee.name) && callee.of.kind === 'name' && names.has(callee.of.name)
  )
}

function addsRoutes(evaluator: Evaluator, { body }: FunctionStatement, core: AppThing): boolean {
  const env = { ...fileEnv(core.file), bodies: [body] }
  return [...walk(body)].some(({ statement }) => isRoute(evaluator, statement, env, core))
}

/** True when some module adds a route as it is imported, or hands the object to code that may. */
function hasOwnRoutes(evaluator: Evaluator, files: ReadonlySet<string>, core: AppThing): boolean {
  for (const file of files) {
    const env = fileEnv(file)
    for (const { statement, guard } of walk(evaluator.tree.module(file).body)) {
      if (guard !== null) continue
      if (isRoute(evaluator, statement, env, core) || isHandedOn(evaluator, statement, env, core)) return true
    }
  }
  return false
}

function isRoute(evaluator: Evaluator, statement: Statement, env: Env, core: AppThing): boolean {
  return calleesOf(statement).some(
    callee => callee.kind === 'attribute' && routing.test(callee.name) && isApp(evaluator, callee.of, env, core),
  )
}

/** What a statement decorates with or calls. */
function calleesOf(statement: Statement): Value[] {
  const decorators = statement.kind === 'function' || statement.kind === 'class' ? statement.decorators : []
  const calls = [...decorators, ...(statement.kind === 'expression' ? [statement.value] : [])]
  return calls.map(one => (one.kind === 'call' ? one.callee : one))
}

/** `init_routes(app)`, `Api(app)`: a library's extensions add none, but for those that are made of routes. */
function isHandedOn(evaluator: Evaluator, statement: Statement, env: Env, core: AppThing): boolean {
  const value = statement.kind === 'expression' || statement.kind === 'assign' ? statement.value : null
  if (
    value?.kind !== 'call' ||
    ![...value.args, ...value.keywords.values()].some(one => isApp(evaluator, one, env, core))
  )
    return false
  const callee = evaluator.value(value.callee, env)
  if (callee?.kind !== 'external') return callee !== null
  return /(?:^|\.)\w*(?:Api|API|Admin|AppBuilder)$/.test(callee.name) && isUsedAtTop(evaluator, statement, env.file)
}

/** `api = Api(app)` adds nothing until something at the top level is added to `api`. */
function isUsedAtTop({ tree }: Evaluator, statement: Statement, file: string): boolean {
  const [target] = statement.kind === 'assign' ? statement.targets : []
  if (target?.kind !== 'name' || !/^\w+$/.test(target.name)) return true
  return new RegExp(`^@?${target.name}\\.`, 'm').test(tree.text(file))
}

function isApp(evaluator: Evaluator, value: Value, env: Env, core: AppThing): boolean {
  if (value.kind !== 'name' && value.kind !== 'attribute') return false
  const thing = evaluator.value(value, env)
  return thing?.kind === 'app' && keyOf(coreOf(thing)) === keyOf(core)
}
