import type { AppFact, FrameworkFact, Note, ServerFact } from '../../../model/project.ts'
import { findBelow, moduleName, parentOf } from '../../../python/source/resolve.ts'
import { createSourceTree } from '../../../python/source/tree.ts'
import type { Candidate } from './candidate.ts'
import { groupCandidates, rankGroups, type Group } from './choose.ts'
import { findContributions } from './contributions.ts'
import type { DjangoSettings } from './django/choose.ts'
import { createEvaluator } from './evaluate.ts'
import { explicitCandidate } from './explicit.ts'
import { findFault } from './faults.ts'
import { frameworks } from './frameworks/index.ts'
import { gather, type Gathered } from './gather.ts'
import { importRoot, manifestDirectories, projectRoot, relativeTo } from './layout.ts'
import { findObjects } from './objects.ts'
import { declaresPackage, looksLikeBot } from './refuse.ts'
import { isBelow } from './django/projects.ts'
import { isNeverSource, lastName, placeOf, rankName } from './places.ts'
import { findPrograms, type Program } from './programs.ts'
import { refuseAmbiguous, refuseNothing } from './refusals.ts'
import type { AppPackages, Search, Texts } from './search.ts'
import { note, readText } from './search.ts'
import { chooseServer } from './server.ts'
import { viewBelow } from './view.ts'

export interface AppFinding {
  /** The directory the app is run from, relative to the repository; '' for its root. */
  readonly root: string
  readonly app: AppFact
  readonly framework: FrameworkFact | null
  readonly server: ServerFact
  /** Django's settings module, for what is read from it later; null for other frameworks. */
  readonly settings: DjangoSettings | null
  readonly notes: readonly Note[]
}

export interface FindAppOptions {
  /** From the configuration: `module:attribute`, `module:factory()` or a program's file. */
  readonly app?: string
  /** From the configuration: the only directory to look in. */
  readonly root?: string
}

/** What the packages of one directory are; asked for every directory that declares any. It may throw: then it counts as empty. */
export type PackagesAt = (directory: string) => AppPackages | Promise<AppPackages>

/**
 * Finds the app object or program of a repository, and how it is served. Nothing of the repository is run. Throws `no-web-app`,
 * `ambiguous-app`, `app-module-missing`, `settings-missing`, `syntax-error`, `factory-needs-arguments` and `app-only-in-main`.
 */
export async function findApp(
  checkout: Texts,
  packagesAt: PackagesAt,
  options: FindAppOptions = {},
): Promise<AppFinding> {
  const base = (options.root ?? '').replace(/^\.\/?|\/$/g, '')
  const texts = viewBelow(checkout, base)
  const packages = await readAllPackages(texts, directory =>
    packagesAt([base, directory].filter(part => part !== '').join('/')),
  )
  const search = startSearch(texts, packages)
  const finding = decide(search, packages, options.app ?? null)
  return base === '' ? finding : moved(finding, base)
}

/** With the files that make or import an app. */
type FullSearch = Search & { readonly files: ReadonlySet<string> }

type PackagesByDirectory = ReadonlyMap<string, AppPackages>

const nothing: AppPackages = { requires: () => null, version: () => null }

async function readAllPackages(texts: Texts, packagesAt: PackagesAt): Promise<PackagesByDirectory> {
  const directories = [...manifestDirectories(texts.files)].filter(
    one => placeOf(`${one}/x`) !== 'never' && one.split('/').length <= 4,
  )
  const found = new Map<string, AppPackages>()
  for (const directory of new Set(['', ...directories.slice(0, 40)])) {
    try {
      found.set(directory, await packagesAt(directory))
    } catch {
      // Whether its manifests can be read matters only if the app turns out to lie there; then the step that reads them says so.
      found.set(directory, nothing)
    }
  }
  return found
}

function startSearch(texts: Texts, byDirectory: PackagesByDirectory): FullSearch {
  const all = [...byDirectory.values()]
  const packages: AppPackages = {
    requires: name => all.map(one => one.requires(name)).find(reason => reason !== null) ?? null,
    version: name => all.map(one => one.version(name)).find(version => version !== null) ?? null,
  }
  const tree = createSourceTree(texts, isNeverSource, new Set(frameworks.flatMap(framework => framework.imports)))
  const major = (name: string): number | null => {
    const number = Number.parseInt(packages.version(name) ?? '', 10)
    return Number.isNaN(number) ? null : number
  }
  const evaluator = createEvaluator(tree, major)
  const found = findObjects(evaluator)
  const manifests = manifestDirectories(texts.files)
  return { texts, evaluator, packages, objects: found.candidates, needy: found.needy, manifests, files: found.files }
}

function decide(search: FullSearch, packages: PackagesByDirectory, explicit: string | null): AppFinding {
  const programs = findPrograms(search.evaluator, search.files)
  const gathered = gather(search, programs)
  if (explicit !== null) return settle(search, gathered, explicitCandidate(search, explicit), packages, [])
  const written = new Set(
    gathered.commands.flatMap(one => one.command.targets.map(target => target.split(':')[0] ?? '')),
  )
  const startOf = (one: Candidate): string => layOut(search, one, written).start
  const contributions = findContributions(search.evaluator, search.files)
  const groups = groupCandidates(gathered.candidates, contributions, gathered.hints, blockingFiles(programs))
  const { sorted, equal } = rankGroups(search.evaluator.tree, groups, contributions, startOf)
  const [first] = sorted
  const broken = gathered.broken[0]
  if (!first || isUnfit(search, first, startOf(first.best)))
    throw broken ?? refuseNothing(search, gathered, programs, sorted)
  if (broken && first.best.framework !== 'django' && first.best.strength !== 'named') throw broken
  if (equal > 1) throw refuseAmbiguous(search, sorted.slice(0, equal), one => layOut(search, one, written))
  return settle(search, gathered, first.best, packages, notesFor(gathered, programs, first), written)
}

function blockingFiles(programs: readonly Program[]): Set<string> {
  return new Set(
    programs
      .filter(one => one.entries.some(entry => entry.onImport && entry.kind !== 'own' && entry.file === one.file))
      .map(one => one.file),
  )
}

/** An app in an example, or in a directory of its own, beside a package to install is not what the repository is for. */
function isUnfit(search: Search, { best }: Group, start: string): boolean {
  if (best.strength === 'named') return false
  const small = best.strength === 'script' && [null, 'aiohttp', 'tornado'].includes(best.framework)
  if ((small || placeOf(best.file) === 'shown') && looksLikeBot(search)) return true
  if (!declaresPackage(search.texts)) return false
  // A package's command line may start a server on the side; what it is for is to be installed.
  if (best.attribute !== null && best.factory && rankName(best.file) > lastName) return true
  if (small && !isProject(search, best.file)) return true
  if (placeOf(best.file) !== 'app') return true
  const aside = start !== '' && start !== 'src' && search.manifests.has(start)
  return aside && hasPackage(search, start)
}

/** False for a program in a package other than the one the project is named after, when that one is there. */
function isProject({ texts, evaluator }: Search, file: string): boolean {
  const manifests = ['pyproject.toml', 'setup.cfg', 'setup.py'].map(one => readText(texts, one) ?? '').join('\n')
  const name = /^\s*name\s*=\s*["']?([\w.-]+)/m.exec(manifests)?.[1]?.toLowerCase().replace(/[-.]/g, '_')
  const named = ['', 'src/'].map(root => `${root}${name}`).find(directory => evaluator.tree.hasDirectory(directory))
  return named === undefined || !file.includes('/') || isBelow(file, named)
}

/** True when importable packages lie at the root or in `src`, other than the one the app is in. */
function hasPackage({ evaluator }: Search, start: string): boolean {
  return evaluator.tree.files.some(file => {
    const parts = file.split('/')
    const depth = parts[0] === 'src' ? 3 : 2
    return parts.length === depth && parts.at(-1) === '__init__.py' && placeOf(file) === 'app' && !isBelow(file, start)
  })
}

/** importlib takes names that no import statement can write: `my-app`. */
function plainName(file: string, start: string): string | null {
  const name = (relativeTo(start, file) ?? file).replace(/\.py$/, '')
  return name.includes('.') ? null : name.replaceAll('/', '.')
}

interface Laid {
  /** The directory on sys.path, relative to the repository. */
  readonly start: string
  readonly root: string
  readonly path: string
  readonly module: string | null
  readonly script: string | null
}

function layOut(search: FullSearch, one: Candidate, written: ReadonlySet<string>): Laid {
  const { tree } = search.evaluator
  if (one.attribute === null) {
    const root =
      one.directory !== null && relativeTo(one.directory, one.file) !== null
        ? one.directory
        : projectRoot(search.manifests, parentOf(one.file))
    return { start: root, root, path: '', module: null, script: relativeTo(root, one.file) }
  }
  const start = one.path ?? importRoot(tree, one.file, search.files, module => written.has(module))
  const root =
    one.directory !== null && relativeTo(one.directory, start) !== null
      ? one.directory
      : projectRoot(search.manifests, start)
  return {
    start,
    root,
    path: relativeTo(root, start) ?? '',
    module: moduleName(one.file, start) ?? plainName(one.file, start),
    script: null,
  }
}

function settle(
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
  const near = nearest(packages, root)
  const app: AppFact = {
    interface: one.interface,
    module,
    attribute: one.attribute,
    factory: one.factory,
    script,
    path,
    because: one.because,
  }
  const settings = settingsSeenFrom(
    search,
    gathered.django.find(({ candidate, project }) =>
      [candidate, ...project.objects].some(({ file }) => file === one.file),
    )?.settings ?? null,
    start,
  )
  const moved = root === '' ? [] : [note('app-in-subdirectory', `The app is run from ${root}/.`, one.because)]
  return {
    root,
    app,
    framework: frameworkFact(one, near, settings),
    server: chooseServer(one.interface, near, gathered.commands, one.because),
    settings,
    notes: [...moved, ...notes],
  }
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

function notesFor(gathered: Gathered, programs: readonly Program[], group: Group): Note[] {
  const notes: Note[] = []
  const claim = gathered.claims.find(one => one.development && one.candidate !== null && one.firm)
  if (claim && group.best.interface !== 'own') {
    notes.push(
      note(
        'development-server-replaced',
        `${claim.reason.text} starts a development server; a production server takes its place.`,
        [claim.reason],
      ),
    )
  }
  const missing = gathered.claims.find(one => one.firm && one.candidate === null)
  if (missing)
    notes.push(note('named-app-missing', `${missing.written} is named but not in the code.`, [missing.reason]))
  const blocking = programs
    .filter(one => one.file === group.best.file)
    .flatMap(one => one.entries)
    .find(entry => entry.onImport && entry.kind === 'app')
  if (blocking && group.best.interface !== 'own') {
    notes.push(
      note(
        'server-started-on-import',
        'Importing the module starts a server: put the call under `if __name__ == "__main__":`.',
        [{ file: blocking.file, line: blocking.line, text: 'runs on import' }],
      ),
    )
  }
  return notes
}

function moved(finding: AppFinding, base: string): AppFinding {
  const at = <T extends { readonly file: string }>(reasons: readonly T[]): T[] =>
    reasons.map(one => ({ ...one, file: `${base}/${one.file}` }))
  const { app, framework, server, settings } = finding
  return {
    root: finding.root === '' ? base : `${base}/${finding.root}`,
    app: { ...app, because: at(app.because) },
    framework: framework && { ...framework, because: at(framework.because) },
    server: { ...server, because: at(server.because) },
    settings: settings && { ...settings, file: `${base}/${settings.file}` },
    notes: finding.notes.map(one => ({ ...one, because: at(one.because) })),
  }
}
