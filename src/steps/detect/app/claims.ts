import type { Reason } from '../../../model/because.ts'
import { joinPath, parentOf } from '../../../python/source/resolve.ts'
import type { Candidate } from './candidate.ts'
import type { WrittenCommand } from './commands.ts'
import type { Naming } from './named.ts'
import { reasonAt } from './objects.ts'
import { ownCandidates, readProgram } from './programs.ts'
import { rankAttribute } from './places.ts'
import { reachFrom } from './scripts.ts'
import { readEntries, type Entry } from './entry.ts'
import type { Search } from './search.ts'
import { interfaceOfSignature } from './signature.ts'
import { findTarget, isBound, thingAt, type Target } from './target.ts'
import { coreOf, keyOf, layersOf, type AppThing } from './thing.ts'
import { frameworkOf } from './frameworks/index.ts'
import { importsOf } from '../../../python/source/imports.ts'

/** What a command or a file claims the app is, checked against the code. */
export interface Claim {
  /** Null when what is named is not there. */
  readonly candidate: Candidate | null
  readonly reason: Reason
  readonly firm: boolean
  /** The module named, as written. */
  readonly written: string
  readonly development: boolean
  /** True when a production server is started on it. */
  readonly serious: boolean
  /** `create_app(…)` with arguments: no server of ours passes them. */
  readonly args: string
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

/** A start command as claims: one for what it names. */
export function claimOf(search: Search, written: WrittenCommand): Claim[] {
  const { command, directory, file, line, text } = written
  const reason = { file, line, text }
  const bases = written.firm ? directoriesOf(search, directory, command.path) : directoriesOfHint(search, written)
  const serious = !command.development && !/^(?:python|flask|quart|fastapi|litestar)/.test(command.program)
  const base = { reason, firm: written.firm, development: command.development, serious }
  const flask = command.environment.get('FLASK_APP')
  const targets =
    command.program === 'flask' || command.program === 'quart'
      ? flask === undefined
        ? command.targets
        : [flask, ...command.targets]
      : command.targets
  for (const text of targets) {
    const target = findTarget(search.evaluator.tree, text, bases)
    if (!target) continue
    const chosen = choose(search, target, {
      program: command.program,
      factory: command.factory,
      worker: command.worker,
      module: command.module,
    })
    if (!chosen) continue
    const start = written.firm && directory !== '' && bases[0] === directory ? directory : null
    const candidate = {
      ...chosen,
      strength: 'named' as const,
      because: [reason, ...chosen.because],
      directory: start,
      path: chosen.attribute === null ? null : target.path,
    }
    return [
      {
        ...base,
        candidate,
        written: text,
        args: target.args,
        development: base.development || isDevelopment(search, command.program, target),
      },
    ]
  }
  const named = targets.find(text => text.includes(':') || text.endsWith('.py'))
  return named === undefined ? [] : [{ ...base, candidate: null, written: named, args: '' }]
}

function isDevelopment(search: Search, program: string, target: Target): boolean {
  if (program !== 'python' || target.file.endsWith('manage.py')) return false
  return readProgram(search.evaluator, target.file).entries.some(entry => entry.kind === 'app' && entry.development)
}

/** Where a command's modules may lie: where it starts, its PYTHONPATH, then wherever packages are declared. */
export function directoriesOf(search: Search, directory: string, path: string | null): string[] {
  const start = search.evaluator.tree.hasDirectory(directory) ? directory : ''
  const added = (path ?? '')
    .split(':')
    .map(one => joinPath(start, one.replace(/^\.?\/?|\/$/g, '')))
    .filter(one => one !== '' && search.evaluator.tree.hasDirectory(one))
  const src = [joinPath(start, 'src')].filter(one => search.evaluator.tree.hasDirectory(one))
  return [...new Set([start, ...added, ...src, ...(start === '' ? search.manifests : [''])])]
}

/** A file's command starts in its own directory or at the root; elsewhere only when one directory alone has what it names. */
function directoriesOfHint(search: Search, { file, directory, command }: WrittenCommand): string[] {
  const { tree } = search.evaluator
  const own = parentOf(file)
  const near = [joinPath(own, directory).replace(/\/$/, ''), directory, own].filter(one => tree.hasDirectory(one))
  const bases = [...new Set(near.flatMap(one => [one, joinPath(one, 'src')]))].filter(one => tree.hasDirectory(one))
  const others = [...search.manifests].filter(
    one => !bases.includes(one) && command.targets.some(target => findTarget(tree, target, [one])),
  )
  return others.length === 1 ? [...bases, ...others] : bases
}

interface How {
  readonly program: string
  readonly factory: boolean
  readonly worker: string | null
  readonly module: boolean
}

/** The candidate a target means to the program that is given it. */
function choose(search: Search, target: Target, how: How): Candidate | null {
  const { program } = how
  if (program === 'python') return byRunning(search, target.file)
  if (
    program === 'streamlit' ||
    program === 'chainlit' ||
    program === 'panel' ||
    program === 'solara' ||
    program === 'gradio'
  ) {
    return runnerCandidate(search, target.file, program === 'gradio' ? 'gradio' : program)
  }
  const named = target.attribute === null ? (defaults[program] ?? []) : [target.attribute]
  for (const attribute of named) {
    const candidate = attributeCandidate(search, target, attribute, how)
    if (candidate) return candidate
  }
  return target.attribute === null ? discover(search, target.file) : null
}

function runnerCandidate(search: Search, file: string, framework: string): Candidate {
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

function attributeCandidate(search: Search, target: Target, attribute: string, how: How): Candidate | null {
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

function fromApp(search: Search, file: string, attribute: string, app: AppThing, factory: boolean): Candidate {
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

/** A naming as a claim. Entry points count when the function they name starts a server. */
export function claimOfNaming(search: Search, naming: Naming): Claim[] {
  const { evaluator } = search
  const reason = { file: naming.file, line: naming.line, text: naming.text }
  const base = { reason, firm: true, development: false, serious: naming.by === 'server', written: naming.target }
  const target = findTarget(evaluator.tree, naming.target, directoriesOf(search, naming.directory, null))
  if (!target) return naming.by === 'fastapi' || naming.by === 'server' ? [{ ...base, candidate: null, args: '' }] : []
  const candidate = naming.by === 'script' ? byEntryPoint(search, target) : byNaming(search, naming, target)
  if (!candidate) return []
  const strength = naming.by === 'script' ? ('named in source' as const) : ('named' as const)
  return [
    { ...base, candidate: { ...candidate, strength, because: [reason, ...candidate.because] }, args: target.args },
  ]
}

function byNaming(search: Search, naming: Naming, target: Target): Candidate | null {
  if (naming.by === 'paste') {
    const needy = search.needy.find(one => one.file === target.file && one.name === (target.attribute ?? 'main'))
    if (needy) return { ...fromApp(search, needy.file, needy.name, needy.app, true) }
  }
  const program = naming.by === 'server' ? 'gunicorn' : naming.by
  return choose(search, target, { program, factory: naming.by === 'paste', worker: null, module: false })
}

function byEntryPoint(search: Search, target: Target): Candidate | null {
  const { evaluator } = search
  const thing = target.attribute === null ? null : thingAt(evaluator, target.file, target.attribute)
  if (thing?.kind !== 'function') return null
  const entries = readEntries(evaluator, reachFrom(evaluator, thing))
  return fromEntries(search, entries, parentOf(target.file), target.file)
}
