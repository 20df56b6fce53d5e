import type { WherryError } from '../../../kit/error.ts'
import type { Candidate } from './candidate.ts'
import type { Group } from './choose.ts'
import { ambiguousApp, appModuleMissing, appOnlyInMain, factoryNeedsArguments } from './errors.ts'
import type { Gathered } from './gather.ts'
import { reasonAt, type NeedyFactory } from './objects.ts'
import { placeOf } from './places.ts'
import type { Program } from './programs.ts'
import { declaresPackage, refuseNoApp } from './refuse.ts'
import type { Search } from './search.ts'
import { packageThatHides } from './shadow.ts'

/** Why nothing can be served, the most useful reason first. */
export function refuseNothing(
  search: Search,
  gathered: Gathered,
  programs: readonly Program[],
  passed: readonly Group[],
): WherryError {
  const started = startedApp(programs)
  return (
    (passed.length === 0 ? refuseClaim(gathered) : null) ??
    (passed.length === 0 ? refuseHidden(search) : null) ??
    refuseFactory(search, started !== null) ??
    (started
      ? refuseScript(search, started)
      : refuseNoApp(
          search,
          passed.map(group => group.best),
        ))
  )
}

/** What a Procfile or a server's configuration names is not there, or cannot be called. */
function refuseClaim({ claims }: Gathered): WherryError | null {
  const missing = claims.find(claim => claim.firm && claim.candidate === null)
  const given = claims.find(claim => claim.firm && claim.args.trim() !== '')
  if (missing) {
    return appModuleMissing({
      what: `${missing.written} is named as the app, but is not in the repository.`,
      why: `${missing.reason.file} says: ${missing.reason.text}`,
      next: `Commit the module, or correct ${missing.reason.file}.`,
      evidence: [missing.reason],
    })
  }
  if (!given) return null
  return factoryNeedsArguments({
    what: `${given.written} is named as the app, a factory with arguments.`,
    why: 'A server calls a factory without arguments.',
    next: 'Add a wsgi.py with `app = create_app(…)`, or give the parameters defaults.',
    evidence: [given.reason],
  })
}

/** Python imports the package, never the module beside it. */
function refuseHidden({ hidden, evaluator }: Search): WherryError | null {
  const [first] = hidden
  const directory = first ? packageThatHides(evaluator.tree, first.file) : null
  if (!first || directory === null) return null
  return appModuleMissing({
    what: `${first.file} is hidden by the package ${directory}/ beside it.`,
    why: `Every import of that name finds ${directory}/__init__.py, so no server can reach ${first.attribute} in ${first.file}.`,
    next: `Rename ${first.file}, to wsgi.py for one.`,
    evidence: first.because,
  })
}

function refuseFactory(search: Search, started: boolean): WherryError | null {
  const deployed = search.needy.find(one => one.paste && placeOf(one.file) === 'app')
  if (deployed) return refusePaste(search, deployed)
  const needy = search.needy.find(one => placeOf(one.file) === 'app')
  if (!needy || (declaresPackage(search.texts) && !started)) return null
  return factoryNeedsArguments({
    what: `${needy.name}() in ${needy.file} makes the app, but needs arguments.`,
    why: 'A server calls a factory without arguments, and no module that could be served calls it at its top level.',
    next: `Give its parameters defaults, or add a wsgi.py with \`app = ${needy.name}(…)\`.`,
    evidence: [reasonAt(search.evaluator, needy.file, needy.line)],
  })
}

/** PasteDeploy calls `factory(global_config, **settings)`. @see its documentation, paste.app_factory */
function refusePaste(search: Search, { file, name, line }: NeedyFactory): WherryError {
  const package_ = file.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.')
  return factoryNeedsArguments({
    what: `${name}() in ${file} is a PasteDeploy factory: it needs the settings of an ini file.`,
    why: 'A server calls a factory without arguments, and no module calls this one at its top level.',
    next: `Add a wsgi.py with \`from ${package_} import ${name}\` and \`application = ${name}({}, **{…})\`, the settings from the environment.`,
    evidence: [reasonAt(search.evaluator, file, line)],
  })
}

function refuseScript(search: Search, { file, line }: { readonly file: string; readonly line: number }): WherryError {
  return appOnlyInMain({
    what: `The app in ${file} exists only while that file runs as a script.`,
    why: 'It is made under the main guard or inside a function, and served by a development server.',
    next: 'Make the app at module level, and keep only the call that runs it under the guard.',
    evidence: [reasonAt(search.evaluator, file, line)],
  })
}

function startedApp(programs: readonly Program[]): { readonly file: string; readonly line: number } | null {
  for (const program of programs) {
    const entry = program.entries.find(one => one.kind === 'app' && one.development)
    if (entry && placeOf(program.file) === 'app') return { file: entry.file, line: entry.line }
  }
  return null
}

/** The part of a wherry.toml that takes each as an app of its own. */
export function appsTable(apps: readonly { readonly root: string; readonly app: string }[]): string {
  const taken = new Set<string>()
  return apps
    .map(({ root, app }) => {
      const words = [root.split('/').at(-1) ?? '', app.split(/[.:/]/)[0] ?? '', app].map(nameFrom)
      const free = words.find(word => word !== '' && !taken.has(word)) ?? `app-${taken.size + 1}`
      taken.add(free)
      return [
        `[apps.${free}]`,
        ...(root === '' ? [] : [`root = ${JSON.stringify(root)}`]),
        `app = ${JSON.stringify(app)}`,
      ]
    })
    .map(lines => lines.join('\n'))
    .join('\n\n')
}

/** As the config wants names: lower-case letters, digits and dashes, 2 to 40. '' where nothing of that is left. */
function nameFrom(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
  return /^[a-z][a-z0-9-]*[a-z0-9]$/.test(name) ? name : ''
}

/** Several apps have an equal claim: all are listed, and how to name one. */
export function refuseAmbiguous(
  search: Search,
  groups: readonly Group[],
  layOut: (one: Candidate) => { root: string; module: string | null; script: string | null },
): WherryError {
  const named = groups.slice(0, 10).map(({ best }) => ({ best, at: layOut(best) }))
  const places = new Set(named.map(({ at }) => at.root))
  const write = ({ best, at }: (typeof named)[number]): string =>
    at.script ?? `${at.module}:${best.attribute}${best.factory ? '()' : ''}`
  const [first] = named
  return ambiguousApp({
    what: `${groups.length} apps have an equal claim: ${named.map(one => (one.at.root === '' ? write(one) : `${one.at.root}/ ${write(one)}`)).join(', ')}.`,
    why: 'Nothing in the code or in a Procfile says which is meant.',
    next: `${
      places.size > 1
        ? `Name the directory in wherry.toml: root = "${first?.at.root}".`
        : `Name one in wherry.toml: app = "${first ? write(first) : ''}".`
    } Or run all of them, each as an app of its own:\n\n${appsTable(named.map(one => ({ root: one.at.root, app: write(one) })))}`,
    evidence: named.map(({ best, at }) => ({
      file: best.file,
      line: best.because[0]?.line ?? null,
      text: `${write({ best, at })} · ${best.framework ?? 'plain'} ${best.interface}`,
    })),
  })
}
