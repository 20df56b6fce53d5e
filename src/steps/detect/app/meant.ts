import { importsOf } from '../../../python/source/imports.ts'
import { parentOf } from '../../../python/source/resolve.ts'
import type { Candidate } from './candidate.ts'
import { directoriesOf } from './directories.ts'
import type { Entry } from './entry.ts'
import { frameworkOf } from './frameworks/index.ts'
import { reasonAt } from './objects.ts'
import { rankAttribute } from './places.ts'
import { ownCandidates, readProgram } from './programs.ts'
import type { Search } from './search.ts'
import { interfaceOfSignature } from './signature.ts'
import { findTarget, isBound, thingAt, type Target } from './target.ts'
import { coreOf, keyOf, layersOf, type AppThing } from './thing.ts'

/** What a target means to the program that is given it: the object, the factory, or the program itself. */

export interface How {
  readonly program: string
  readonly factory: boolean
  readonly worker: string | null
  readonly module: boolean
  /** `manage.py runserver`: what is served is the project's object. */
  readonly runserver?: boolean
}

/** The candidate a target means to the program that is given it. */
export function choose(search: Search, target: Target, how: How): Candidate | null {
  const { program } = how
  if (how.runserver) return programFor(search, target.file, 'django')
  if (program === 'python') return byRunning(search, target.file)
  if (
    program === 'streamlit' ||
    program === 'chainlit' ||
    program === 'panel' ||
    program === 'solara' ||
    program === 'gradio'
  ) {
    return programFor(search, target.file, program === 'gradio' ? 'gradio' : program)
  }
  const named = target.attribute === null ? (defaults[program] ?? []) : [target.attribute]
  for (const attribute of named) {
    const candidate = attributeCandidate(search, target, attribute, how)
    if (candidate) return candidate
  }
  return target.attribute === null ? discover(search, target.file) : null
}

const defaults: Readonly<Record<string, readonly string[]>> = {
  gunicorn: ['application', 'app'],
  uwsgi: ['application', 'app'],
  'mod_wsgi-express': ['application'],
  uvicorn: ['app'],
  hypercorn: ['app', 'application'],
  daphne: ['application'],
  granian: ['app', 'application'],
  sanic: ['app', 'create_app'],
}

function programFor(search: Search, file: string, framework: string): Candidate {
  const key = `${file}:script`
  const rest = {
    reexport: false,
    because: [{ file, line: null, text: `program for ${framework}` }],
    directory: null,
    path: null,
  }
  return {
    key,
    layers: [key],
    file,
    attribute: null,
    factory: false,
    interface: 'own',
    framework,
    strength: 'script',
    ...rest,
  }
}

/** What `flask --app module` and `fastapi run file` find by themselves. */
export function discover(search: Search, file: string): Candidate | null {
  const here = search.objects.filter(one => one.file === file)
  const objects = here.filter(one => !one.factory && one.interface !== 'own')
  const factories = here.filter(one => one.factory)
  const best = [...objects].sort((a, b) => rankAttribute(a.attribute ?? '') - rankAttribute(b.attribute ?? ''))[0]
  return (
    best ??
    [...factories].sort((a, b) => rankAttribute(a.attribute ?? '') - rankAttribute(b.attribute ?? ''))[0] ??
    null
  )
}

export function attributeCandidate(search: Search, target: Target, attribute: string, how: How): Candidate | null {
  const { evaluator } = search
  const thing = thingAt(evaluator, target.file, attribute)
  const called = target.called || how.factory
  if (thing?.kind === 'app') return fromApp(search, target.file, attribute, thing, false)
  if (thing?.kind === 'function') {
    const signature = interfaceOfSignature(thing.statement)
    const known = search.objects.find(one => one.file === target.file && one.attribute === attribute)
    if (signature !== null && !called)
      return known ?? plain(search, target.file, attribute, signature, thing.statement.line)
    const call = {
      kind: 'call',
      callee: { kind: 'unknown', line: 0 },
      args: [],
      keywords: new Map(),
      line: thing.statement.line,
    } as const
    const app = evaluator.call(thing, call, thing.env)
    if (app?.kind === 'app') return fromApp(search, target.file, attribute, app, true)
  }
  if (!isBound(evaluator.tree, target.file, attribute)) return null
  // Bound, but by something that reading cannot follow: the server that is named tells the interface.
  return {
    ...plain(search, target.file, attribute, interfaceOfServer(how), 1),
    factory: called,
    framework: importedFramework(search, target.file),
  }
}

export function fromApp(search: Search, file: string, attribute: string, app: AppThing, factory: boolean): Candidate {
  const known = search.objects.find(one => one.file === file && one.attribute === attribute && one.factory === factory)
  if (known) return known
  return {
    key: keyOf(coreOf(app)),
    layers: layersOf(app).map(keyOf),
    file,
    attribute: app.member === null ? attribute : `${attribute}.${app.member}`,
    factory,
    interface: app.interface,
    framework: app.framework?.name ?? null,
    strength: 'object',
    reexport: false,
    because: app.line > 0 ? [reasonAt(search.evaluator, app.file, app.line)] : [],
    directory: null,
    path: null,
  }
}

function plain(search: Search, file: string, attribute: string, kind: 'wsgi' | 'asgi', line: number): Candidate {
  const key = `${file}:${attribute}`
  const because = [reasonAt(search.evaluator, file, line)]
  const rest = { reexport: false, because, directory: null, path: null, strength: 'object' as const }
  return { key, layers: [key], file, attribute, factory: false, interface: kind, framework: null, ...rest }
}

function interfaceOfServer({ program, worker }: How): 'wsgi' | 'asgi' {
  if (/uvicorn|hypercorn|daphne|asgi/i.test(`${program} ${worker ?? ''}`)) return 'asgi'
  return program === 'granian' && worker !== 'wsgi' ? 'asgi' : 'wsgi'
}

function importedFramework(search: Search, file: string): string | null {
  for (const one of importsOf(search.evaluator.tree, file)) {
    const framework = one.file === null && one.level === 0 ? frameworkOf(one.module) : null
    if (framework) return framework.name
  }
  return null
}

/** What `python file.py` serves: the object it starts a server on, or itself. */
function byRunning(search: Search, file: string): Candidate | null {
  const program = readProgram(search.evaluator, file)
  const own = ownCandidates(search.evaluator, [program], search.objects)[0]
  return fromEntries(search, program.entries, parentOf(file), file) ?? own ?? null
}

/** The module's object that a program starts a server on. */
export function fromEntries(
  search: Search,
  entries: readonly Entry[],
  directory: string,
  file: string,
): Candidate | null {
  for (const entry of entries) {
    if (entry.kind === 'own') return null
    if (entry.kind === 'target') {
      const target = findTarget(search.evaluator.tree, entry.text, [...directoriesOf(search, '', null), directory])
      const candidate = target?.attribute
        ? attributeCandidate(search, target, target.attribute, {
            program: 'uvicorn',
            factory: target.called,
            worker: null,
            module: false,
          })
        : null
      if (candidate) return candidate
    }
    if (entry.kind !== 'app') continue
    const same = search.objects.filter(one => one.layers[0] === keyOf(entry.app) && one.interface !== 'own')
    const here =
      same.find(one => one.file === file && !one.factory) ?? same.find(one => one.file === entry.file && !one.factory)
    const found = here ?? same.find(one => !one.factory && !one.reexport) ?? same[0]
    if (found) return found
  }
  return null
}
