import type { AppFact, FrameworkFact, Note, ServerFact } from '../../../model/project.ts'
import { findBelow, moduleName, parentOf } from '../../../python/source/resolve.ts'
import type { Candidate } from './candidate.ts'
import type { Group } from './choose.ts'
import type { DjangoSettings } from './django/choose.ts'
import { findFault } from './faults.ts'
import { frameworks } from './frameworks/index.ts'
import { omittedCall } from './entry.ts'
import type { Gathered } from './gather.ts'
import { layOut } from './layout.ts'
import { placeOf } from './places.ts'
import { omittedCalls } from './omitted.ts'
import type { Program } from './programs.ts'
import { serviceOf } from './services.ts'
import {
  appInSubdirectory,
  developmentServerReplaced,
  factoryArgumentsLeftOut,
  namedAppMissing,
  packagesElsewhere,
  serverStartedOnImport,
  settingsChosen,
} from '../notes.ts'
import { type AppPackages, type FullSearch, type PackagesByDirectory, type Search } from './search.ts'
import { chooseServer } from './server.ts'

export interface AppFinding {
  /** The directory the app is run from, relative to the repository; '' for its root. */
  readonly root: string
  /** The directory whose manifests say what the app needs: `root`, or that of a service seen from the root. */
  readonly manifests: string
  readonly app: AppFact
  readonly framework: FrameworkFact | null
  readonly server: ServerFact
  /** Django's settings module, for what is read from it later; null for other frameworks. */
  readonly settings: DjangoSettings | null
  readonly notes: readonly Note[]
}

export function settle(
  search: FullSearch,
  gathered: Gathered,
  one: Candidate,
  packages: PackagesByDirectory,
  notes: readonly Note[],
  written: ReadonlySet<string> = new Set(),
): AppFinding {
  const fault = findFault(search, one.file)
  if (fault) throw fault
  const { start, root, path, module, script } = layOut(search, one, written)
  const home = root === '' ? (serviceOf(search, one.file) ?? '') : root
  const elsewhere = elsewhereDeclared(search, packages, home, one.framework)
  const manifests = elsewhere ?? home
  const near = nearest(packages, manifests)
  const app: AppFact = {
    interface: one.interface,
    module,
    attribute: one.attribute,
    factory: one.factory,
    script,
    path,
    omits: one.interface === 'own' ? [] : omittedCalls(search, one.file),
    because: one.because,
  }
  const choice = gathered.django.find(({ candidate, project }) =>
    [candidate, ...project.objects].some(({ file }) => file === one.file),
  )
  const settings = settingsSeenFrom(search, choice?.settings ?? null, start)
  const guessed = choice?.guessed === true && settings ? [noteSettings(settings)] : []
  const moved = root === '' ? [] : [appInSubdirectory(`The app is run from ${root}/.`, one.because)]
  return {
    root,
    manifests,
    app,
    // A function of an asgi.py around Django's application is Django all the same.
    framework: frameworkFact(one.framework === null && choice ? { ...one, framework: 'django' } : one, near, settings),
    server: chooseServer(one.interface, near, gathered.commands, one.because),
    settings,
    notes: [...moved, ...(elsewhere === null ? [] : [noteElsewhere(elsewhere)]), ...guessed, ...notes],
  }
}

/** The only directory that asks for the app's framework, where neither the app's own nor one above it declares packages: `environment/`. */
function elsewhereDeclared(
  { manifests }: FullSearch,
  packages: PackagesByDirectory,
  home: string,
  name: string | null,
): string | null {
  const framework = frameworks.find(one => one.name === name)
  for (let at = home; ; at = parentOf(at)) {
    if (manifests.has(at) || framework === undefined) return null
    if (at === '') break
  }
  const asking = [...manifests].filter(
    at => placeOf(`${at}/x`) === 'app' && framework.packages.some(one => packages.get(at)?.requires(one)),
  )
  return asking.length === 1 ? (asking[0] ?? null) : null
}

function noteElsewhere(directory: string): Note {
  const text = `The packages are those of ${directory}/, the only place that asks for the framework.`
  return packagesElsewhere(text, [{ file: directory, line: null, text: 'declares packages' }])
}

function noteSettings({ module, file }: DjangoSettings): Note {
  const text = `Nothing names the settings module; ${module} was chosen. Name it in wsgi.py to be sure.`
  return settingsChosen(text, [{ file, line: null, text: module }])
}

/** manage.py may name the settings as seen from its own directory; the server sees them from another. */
function settingsSeenFrom(search: Search, settings: DjangoSettings | null, start: string): DjangoSettings | null {
  if (!settings || findBelow(search.evaluator.tree, start, settings.module)?.file) return settings
  return { ...settings, module: moduleName(settings.file, start) ?? settings.module }
}

/** A directory's packages; what it does not say, the directories above it do. */
function nearest(packages: PackagesByDirectory, root: string): AppPackages {
  const chain: AppPackages[] = []
  for (let at = root; ; at = parentOf(at)) {
    const one = packages.get(at)
    if (one) chain.push(one)
    if (at === '') break
  }
  return {
    requires: name => chain.map(one => one.requires(name)).find(reason => reason !== null) ?? null,
    version: name => chain.map(one => one.version(name)).find(version => version !== null) ?? null,
  }
}

function frameworkFact(one: Candidate, packages: AppPackages, settings: DjangoSettings | null): FrameworkFact | null {
  const framework = frameworks.find(({ name }) => name === one.framework)
  if (!framework) return null
  const version = framework.packages.map(name => packages.version(name)).find(found => found !== null) ?? null
  return { name: framework.name, version, settings: settings?.module ?? null, because: one.because }
}

export function notesFor(gathered: Gathered, programs: readonly Program[], group: Group): Note[] {
  const notes: Note[] = []
  const claim = gathered.claims.find(one => one.development && one.candidate !== null && one.firm)
  if (claim && group.best.interface !== 'own') {
    notes.push(
      developmentServerReplaced(
        `${claim.reason.text} starts a development server; a production server takes its place.`,
        [claim.reason],
      ),
    )
  }
  const given = gathered.claims.find(one => one.firm && one.args.trim() !== '')
  if (given)
    notes.push(
      factoryArgumentsLeftOut(`${given.written} is named with arguments, which no server passes.`, [given.reason]),
    )
  const missing = gathered.claims.find(one => one.firm && one.candidate === null)
  if (missing) notes.push(namedAppMissing(`${missing.written} is named but not in the code.`, [missing.reason]))
  const blocking = programs
    .filter(one => one.file === group.best.file)
    .flatMap(one => one.entries)
    .find(entry => entry.onImport && entry.kind === 'app')
  if (blocking && group.best.interface !== 'own') {
    notes.push(
      serverStartedOnImport(
        `Importing the module starts a server${omittedCall(blocking) === null ? '' : ', which is left out'}: put the call under \`if __name__ == "__main__":\`.`,
        [{ file: blocking.file, line: blocking.line, text: 'runs on import' }],
      ),
    )
  }
  return notes
}

export function moved(finding: AppFinding, base: string): AppFinding {
  const at = <T extends { readonly file: string }>(reasons: readonly T[]): T[] =>
    reasons.map(one => ({ ...one, file: `${base}/${one.file}` }))
  const below = (directory: string): string => (directory === '' ? base : `${base}/${directory}`)
  const { app, framework, server, settings } = finding
  return {
    root: below(finding.root),
    manifests: below(finding.manifests),
    app: { ...app, because: at(app.because) },
    framework: framework && { ...framework, because: at(framework.because) },
    server: { ...server, because: at(server.because) },
    settings: settings && { ...settings, file: `${base}/${settings.file}` },
    notes: finding.notes.map(one => ({ ...one, because: at(one.because) })),
  }
}
