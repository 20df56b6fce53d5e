import { closureOf } from '../../../python/source/imports.ts'
import { walk, type Statement } from '../../../python/source/statement.ts'
import { values, type Value } from '../../../python/source/value.ts'
import { lastName, placeOf, rankName } from './places.ts'
import { coreOf, fileEnv, keyOf, type AppThing, type Env, type Evaluator } from './thing.ts'

/** Which files add routes, extensions or settings to which app: the module to serve is one that imports them all. */
export interface Contributions {
  /** How many of the files that add to this app are run by importing `file`. */
  completeness(key: string, file: string): number
  /** True for a file that makes an app only to work in its context: a job, not a server. */
  isJob(file: string): boolean
  /** Apps that are mounted into another one. */
  readonly mounted: ReadonlySet<string>
}

/** Calls that use an app without making it more. */
const uses =
  /^(?:run|run_server|app_context|test_client|test_request_context|test_cli_runner|shell_context_processor|command|cli|logger|debug|info|launch|serve|listen|print|Manager|Migrate|Celery|Mangum|TestClient|Server|WSGIServer|run_simple|run_app|handle|make_server|WSGIContainer|HTTPServer|server|Config|main|exit|len|str|isinstance|wsgifunc|Freezer)$/

const mounts =
  /^(?:mount|mount_app|host|merge|nest|add_route|sub_app|add_subapp|register_app|Mount|Host|Route|DispatcherMiddleware|URLMap|path|include|ProtocolTypeRouter|WSGIMiddleware|add_sub_application)$/

export function findContributions(evaluator: Evaluator, files: Iterable<string>): Contributions {
  const byKey = new Map<string, Set<string>>()
  const mounted = new Set<string>()
  for (const file of files) {
    const counts = placeOf(file) === 'app' && rankName(file) <= lastName
    for (const { statement, guard, conditional } of walk(evaluator.tree.module(file).body)) {
      if (guard !== null || conditional) continue
      for (const app of touched(evaluator, statement, file)) {
        if (!counts) continue
        const key = keyOf(coreOf(app))
        byKey.set(key, (byKey.get(key) ?? new Set()).add(file))
      }
    }
    for (const { statement, env } of everywhere(evaluator.tree.module(file).body, fileEnv(file))) {
      for (const key of mountedBy(evaluator, statement, env)) mounted.add(key)
    }
  }
  const closures = new Map<string, ReadonlySet<string>>()
  return {
    mounted,
    isJob: file => isJob(evaluator.tree.text(file), file),
    completeness(key, file) {
      const wanted = byKey.get(key)
      if (!wanted) return 0
      const closure = closures.get(file) ?? closureOf(evaluator.tree, file)
      closures.set(file, closure)
      return [...wanted].filter(one => closure.has(one)).length
    },
  }
}

function isJob(text: string, file: string): boolean {
  return rankName(file) === lastName && /\.app_context\(/.test(text) && !/\.run\(|@\w+\.cli\b|shell_context/.test(text)
}

/** The apps a statement adds to: `@app.get(…)`, `app.include_router(…)`, `db.init_app(app)`, `app.layout = …`. */
function* touched(evaluator: Evaluator, statement: Statement, file: string): Generator<AppThing> {
  const env = fileEnv(file)
  const app = (value: Value): AppThing | null => {
    const base = baseName(value)
    const thing = base === null ? null : evaluator.value(base, env)
    return thing?.kind === 'app' && thing.line > 0 ? thing : null
  }
  if (statement.kind === 'function' || statement.kind === 'class') {
    for (const decorator of statement.decorators) {
      const callee = decorator.kind === 'call' ? decorator.callee : decorator
      const found = callee.kind === 'attribute' && !uses.test(callee.name) ? app(callee.of) : null
      if (found) yield found
    }
  }
  if (statement.kind === 'assign') {
    for (const target of statement.targets) {
      const found = target.kind === 'attribute' || target.kind === 'subscript' ? app(target.of) : null
      if (found) yield found
    }
  }
  const value = statement.kind === 'expression' || statement.kind === 'assign' ? statement.value : null
  if (value?.kind !== 'call') return
  const { callee } = value
  const name = callee.kind === 'attribute' || callee.kind === 'name' ? callee.name : ''
  if (uses.test(name)) return
  const receiver = callee.kind === 'attribute' ? app(callee.of) : null
  if (receiver) yield receiver
  for (const given of value.args) {
    const found = given.kind === 'name' ? app(given) : null
    if (found) yield found
  }
}

function baseName(value: Value): Value | null {
  if (value.kind === 'name') return value
  return value.kind === 'attribute' || value.kind === 'subscript' ? baseName(value.of) : null
}

/** Statements of the module and of its functions, each with the scope it stands in. */
function* everywhere(
  body: readonly Statement[],
  env: Env,
): Generator<{ readonly statement: Statement; readonly env: Env }> {
  for (const { statement } of walk(body)) {
    yield { statement, env }
    if (statement.kind !== 'function') continue
    yield* everywhere(statement.body, { ...env, bodies: [statement.body, ...env.bodies], parameters: new Map() })
  }
}

/** Apps given to another app's `mount` or to a `Mount`: parts, not the whole. */
function* mountedBy(evaluator: Evaluator, statement: Statement, env: Env): Generator<string> {
  const value = statement.kind === 'expression' || statement.kind === 'assign' ? statement.value : null
  if (!value) return
  for (const inner of values(value)) {
    if (inner.kind !== 'call') continue
    const { callee } = inner
    const name = callee.kind === 'attribute' || callee.kind === 'name' ? callee.name : ''
    if (!mounts.test(name)) continue
    // The first argument of a middleware is the app that goes on; what follows is mounted beside it.
    const given = name.endsWith('Middleware') ? inner.args.slice(1) : [...inner.args, ...inner.keywords.values()]
    for (const part of given.values().flatMap(values)) {
      if (part.kind !== 'name' && part.kind !== 'attribute' && part.kind !== 'call') continue
      const thing = evaluator.value(part, { ...env, before: statement.line })
      if (thing?.kind === 'app' && thing.line > 0) yield keyOf(coreOf(thing))
    }
  }
}
