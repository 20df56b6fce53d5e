import { createSourceTree, type SourceTree } from '../../../python/source/tree.ts'
import type { Candidate } from './candidate.ts'
import { groupCandidates, rankGroups } from './choose.ts'
import { findContributions } from './contributions.ts'
import { createEvaluator } from './evaluate.ts'
import { explicitCandidate } from './explicit.ts'
import { moved, notesFor, settle, type AppFinding } from './finding.ts'
import { frameworks } from './frameworks/index.ts'
import { gather } from './gather.ts'
import { layOut } from './layout.ts'
import { manifestDirectories } from './roots.ts'
import { findObjects } from './objects.ts'
import { isNeverSource, placeOf } from './places.ts'
import { findPrograms, type Program } from './programs.ts'
import { refuseAmbiguous, refuseNothing } from './refusals.ts'
import { refuseTemplate } from './refuse.ts'
import type { AppPackages, FullSearch, PackagesByDirectory, Texts } from './search.ts'
import { serviceOf } from './services.ts'
import { findTemplate, type Template } from './template.ts'
import { isUnfit } from './unfit.ts'
import { isVendored } from './vendored.ts'
import { viewBelow } from './view.ts'

export interface FindAppOptions {
  /** From the configuration: `module:attribute`, `module:factory()` or a program's file. */
  readonly app?: string
  /** From the configuration: the only directory to look in. */
  readonly root?: string
  /** The repository's source as far as it has been read already. */
  readonly tree?: SourceTree
}

/** The source of a repository as detection reads it: nothing installed or generated, each file parsed once. */
export function readSource(texts: Texts): SourceTree {
  return createSourceTree(
    texts,
    file => isNeverSource(file) || isVendored(texts, file),
    new Set(frameworks.flatMap(framework => framework.imports)),
  )
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
  const tree = base === '' && options.tree ? options.tree : readSource(texts)
  const search = startSearch(texts, tree, packages)
  const finding = decide(search, packages, options.app ?? null)
  return base === '' ? finding : moved(finding, base)
}

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

function startSearch(texts: Texts, tree: SourceTree, byDirectory: PackagesByDirectory): FullSearch {
  const all = [...byDirectory.values()]
  const packages: AppPackages = {
    requires: name => all.map(one => one.requires(name)).find(reason => reason !== null) ?? null,
    version: name => all.map(one => one.version(name)).find(version => version !== null) ?? null,
  }
  const major = (name: string): number | null => {
    const number = Number.parseInt(packages.version(name) ?? '', 10)
    return Number.isNaN(number) ? null : number
  }
  const evaluator = createEvaluator(tree, major)
  const found = findObjects(evaluator)
  const manifests = manifestDirectories(texts.files)
  const { candidates: objects, hidden, needy, files } = found
  return { texts, evaluator, packages, objects, hidden, needy, manifests, files }
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
  const own = (one: Candidate): string | null => serviceOf(search, one.file)
  const standing = (one: Candidate): string => own(one) ?? startOf(one)
  const { sorted, equal } = rankGroups(search.evaluator.tree, groups, contributions, standing, own)
  const [first] = sorted
  const broken = gathered.broken[0]
  const template = findTemplate(search.texts)
  if (template && !isWhole(search, template, first?.best, written)) throw refuseTemplate(template)
  if (!first || isUnfit(search, first, startOf(first.best)))
    throw broken ?? refuseNothing(search, gathered, programs, sorted)
  if (broken && first.best.framework !== 'django' && first.best.strength !== 'named') throw broken
  if (equal > 1)
    throw refuseAmbiguous(search, sorted.slice(0, equal), one => {
      const laid = layOut(search, one, written)
      return { ...laid, root: own(one) ?? laid.root }
    })
  return settle(search, gathered, first.best, packages, notesFor(gathered, programs, first), written)
}

/** True for an app beside the template with packages of its own. */
function isWhole(
  search: FullSearch,
  template: Template,
  best: Candidate | undefined,
  written: ReadonlySet<string>,
): boolean {
  return best !== undefined && !template.holds(best.file) && search.manifests.has(layOut(search, best, written).root)
}

function blockingFiles(programs: readonly Program[]): Set<string> {
  return new Set(
    programs
      .filter(one => one.entries.some(entry => entry.onImport && entry.kind !== 'own' && entry.file === one.file))
      .map(one => one.file),
  )
}
