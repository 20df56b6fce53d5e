import { closureOf } from '../../../python/source/imports.ts'
import type { CallValue } from '../../../python/source/value.ts'
import { frameworkOf, frameworks, lookUp } from './frameworks/index.ts'
import type { Framework } from './frameworks/framework.ts'
import type { ReachedCall } from './scripts.ts'
import type { AppThing, Evaluator } from './thing.ts'

/** What a program does when it runs, as far as serving goes. */
export type Entry = { readonly file: string; readonly line: number; readonly onImport: boolean } &
  /** `uvicorn.run("pkg.main:app")`. */
  (
    | { readonly kind: 'target'; readonly text: string; readonly development: boolean; readonly name: string }
    /** A server is started on an app. */
    | {
        readonly kind: 'app'
        readonly app: AppThing
        readonly development: boolean
        readonly server: string
        readonly name: string
      }
    /** The framework's own server is started. */
    | {
        readonly kind: 'own'
        readonly framework: Framework | null
        readonly app: AppThing | null
        readonly name: string
      }
  )

/** Servers that a program can start on an app: where the app is among the arguments. */
const servers: Readonly<Record<string, { readonly at: number; readonly development?: true }>> = {
  'uvicorn.run': { at: 0 },
  'uvicorn.Config': { at: 0 },
  'hypercorn.asyncio.serve': { at: 0 },
  'hypercorn.trio.serve': { at: 0 },
  'waitress.serve': { at: 0 },
  'gevent.pywsgi.WSGIServer': { at: 1 },
  'gevent.wsgi.WSGIServer': { at: 1 },
  'cheroot.wsgi.Server': { at: 1 },
  'cheroot.wsgi.WSGIServer': { at: 1 },
  'eventlet.wsgi.server': { at: 1 },
  'bjoern.run': { at: 0 },
  'meinheld.server.run': { at: 0 },
  'granian.Granian': { at: 0 },
  'paste.httpserver.serve': { at: 0 },
  'tornado.wsgi.WSGIContainer': { at: 0 },
  'flask_socketio.SocketIO.run': { at: 0, development: true },
  'wsgiref.simple_server.make_server': { at: 2, development: true },
  'werkzeug.serving.run_simple': { at: 2, development: true },
}

/** Calls that start a server and give nothing back, so that the launcher can leave them out while it imports the app. */
const omissible = new Set([
  'bottle.Bottle.run',
  'bottle.run',
  'flask.Flask.run',
  'flask_socketio.SocketIO.run',
  'paste.httpserver.serve',
  'quart.Quart.run',
  'uvicorn.run',
  'waitress.serve',
  'werkzeug.serving.run_simple',
])

/** The call by which importing the module would start a server, when it can be left out. */
export function omittedCall(entry: Entry): string | null {
  return entry.onImport && 'name' in entry && omissible.has(entry.name) ? entry.name : null
}

/** True when importing the module calls what does not return and cannot be left out. */
export function neverReturns(entry: Entry): boolean {
  if (!entry.onImport || entry.kind !== 'app' || omittedCall(entry) !== null) return false
  const library = entry.name.split('.')[0] ?? ''
  return entry.development ? library === 'bottle' : /\.(?:run|serve|server)$/.test(entry.name)
}

const plainServers = new Set([
  'http.server.HTTPServer',
  'http.server.ThreadingHTTPServer',
  'socketserver.TCPServer',
  'socketserver.ThreadingTCPServer',
  'BaseHTTPServer.HTTPServer',
])

/** The servers among the calls a program reaches. */
export function readEntries(evaluator: Evaluator, calls: readonly ReachedCall[]): Entry[] {
  const forever = calls.some(call => call.name.endsWith('.serve_forever'))
  return calls.flatMap(reached => {
    const entry = readServer(evaluator, reached) ?? readOwn(evaluator, reached)
    if (entry) return [entry]
    if (!forever || !plainServers.has(reached.name)) return []
    return [{ kind: 'own' as const, framework: null, app: null, name: reached.name, ...place(reached) }]
  })
}

function place({ call, file, onImport }: ReachedCall): Pick<Entry, 'file' | 'line' | 'onImport'> {
  return { file, line: call.line, onImport }
}

function readServer(evaluator: Evaluator, reached: ReachedCall): Entry | null {
  const { name, call, env } = reached
  const server = lookUp(servers, name)
  if (server) {
    const given = argumentAt(call, server.at)
    if (given?.kind === 'string')
      return { kind: 'target', text: given.text, development: isReload(call), name, ...place(reached) }
    const app = given ? evaluator.value(given, env) : null
    if (app?.kind !== 'app') return null
    return {
      kind: 'app',
      app,
      development: server.development === true,
      server: name.split('.')[0] ?? name,
      name,
      ...place(reached),
    }
  }
  if (!frameworks.some(framework => framework.develops?.some(one => isSame(one, name)))) return null
  const app = receiver(evaluator, reached)
  return app ? { kind: 'app', app, development: true, server: name, name, ...place(reached) } : null
}

function argumentAt(call: CallValue, position: number): CallValue['args'][number] | null {
  return call.keywords.get('app') ?? call.keywords.get('application') ?? call.args[position] ?? null
}

function isReload(call: CallValue): boolean {
  const reload = call.keywords.get('reload')
  return reload?.kind === 'constant' && reload.value === true
}

function readOwn(evaluator: Evaluator, reached: ReachedCall): Entry | null {
  const { name, call, env } = reached
  const isMethod = name.startsWith('.') || frameworkOf(name)?.name === 'gradio'
  const framework = isMethod ? byMethod(evaluator, reached) : frameworkOf(name)
  if (!framework?.runs?.some(one => isSame(one, name))) return null
  const first = argumentAt(call, 0)
  const given = first ? evaluator.value(first, env) : null
  const app = given?.kind === 'app' ? given : receiver(evaluator, reached)
  return { kind: 'own', framework, app, name, ...place(reached) }
}

/** `demo.launch()` on anything, in a program that imports the framework whose method that is. */
function byMethod(evaluator: Evaluator, { name, file }: ReachedCall): Framework | null {
  const method = `.${name.split('.').at(-1)}`
  const framework = frameworks.find(one => one.runs?.includes(method))
  if (!framework) return null
  const imported = new RegExp(`\\b(?:import|from)\\s+(?:${framework.imports.join('|')})\\b`)
  return [...closureOf(evaluator.tree, file, 200)].some(one => imported.test(evaluator.tree.text(one)))
    ? framework
    : null
}

function receiver(evaluator: Evaluator, { call, env }: ReachedCall): AppThing | null {
  const thing = call.callee.kind === 'attribute' ? evaluator.value(call.callee.of, env) : null
  return thing?.kind === 'app' ? thing : null
}

/** The same dotted name, the modules in between left out; `.launch` is any object's. */
function isSame(pattern: string, name: string): boolean {
  if (pattern.startsWith('.')) return name.endsWith(pattern)
  if (pattern === name) return true
  const wanted = pattern.split('.')
  const parts = name.split('.')
  return (
    parts[0] === wanted[0] && parts.at(-1) === wanted.at(-1) && (wanted.length < 3 || parts.at(-2) === wanted.at(-2))
  )
}
