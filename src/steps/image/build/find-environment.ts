import { join } from 'node:path'
import type { Archive } from '../../../debian/index.ts'
import { list } from '../../../kit/text.ts'
import type { BuildEnvironment, Distribution, SourceDistribution } from '../../../model/lock.ts'
import { task, withScratch, type Tools } from '../tools.ts'
import { tryBuild } from './attempt.ts'
import { resolveHeaders, type Builder } from './builder.ts'
import { explainBuild, wantsCompiler } from './explain.ts'
import { refuseNative } from './purely.ts'
import { knownPackages } from './known-packages.ts'
import { lookUpMissing, type Missing } from './missing.ts'
import { showProgress, taskOf } from './progress.ts'
import { isNative, keepBuilt } from './sdists.ts'

/** What may be asked while the environment of a build is found; nothing of it is needed to build again. */
export interface Finder extends Builder {
  readonly archive: Archive
  /** Debian packages that the config names. */
  readonly extra: readonly string[]
  /** What was found already, by the sdist's hash: metadata is asked for before anything is chosen. */
  readonly found: Map<string, Promise<BuildEnvironment>>
  /** Wheels for requirements of a build, under constraints; or why there are none. */
  resolve(needs: readonly string[], constraints: readonly string[]): Promise<Resolved>
}

export type Resolved = { readonly wheels: readonly Distribution[] } | { readonly refused: string }

/** Old build scripts want old tools: setuptools 81 took pkg_resources away, 58 the 2to3 conversion; Cython 3 refuses much older code. */
const fallbacks: readonly (readonly string[])[] = [
  [],
  ['setuptools<81'],
  ['setuptools<66', 'cython<3'],
  ['setuptools<58'],
]

/** Rounds in which a build may ask for more; `setup_requires` of real packages end after one. */
const rounds = 4

/** Packages that are added to one build because it says that it lacks what they hold. */
const mostAdded = 8

/**
 * Finds what each sdist must be built with, by building it: what its pyproject.toml asks for, then what its backend asks for (PEP 517,
 * get_requires_for_build_wheel); with a compiler where it has compiled parts, and the headers it turns out to need. Throws
 * `sdist-does-not-build` and `build-needs-package`.
 */
export async function findEnvironments(
  sdists: readonly Distribution[],
  finder: Finder,
  tools: Tools,
): Promise<SourceDistribution[]> {
  const found: SourceDistribution[] = []
  for (const sdist of sdists) found.push({ ...sdist, build: await findEnvironment(sdist, finder, tools) })
  return found
}

/** The same for one. They are built one after the other: a compiler keeps every processor busy by itself. */
export function findEnvironment(sdist: Distribution, finder: Finder, tools: Tools): Promise<BuildEnvironment> {
  const known = finder.found.get(sdist.sha256)
  if (known) return known
  const before = [...finder.found.values()].at(-1)?.catch(() => null)
  const finding = Promise.resolve(before).then(() => task(tools, taskOf(sdist), () => search(sdist, finder, tools)))
  finder.found.set(sdist.sha256, finding)
  return finding
}

async function search(sdist: Distribution, finder: Finder, tools: Tools): Promise<BuildEnvironment> {
  const names = [...knownPackages(sdist.name, finder.archive), ...finder.extra]
  let compiled = (await isNative(sdist, finder, tools)) || names.length > finder.extra.length
  if (compiled && finder.purely !== null) throw refuseNative(sdist, finder)
  let failure: Failure | null = null
  for (const constraints of fallbacks) {
    for (let added = 0; ; added += 1) {
      const packages = compiled ? resolveHeaders(finder.archive, names, finder) : null
      const outcome = await attempt(sdist, { constraints, packages }, finder, tools)
      if (!('refused' in outcome)) return outcome
      const { refused } = outcome
      const said = await lookUpMissing(refused, finder.archive)
      // What is there already, and still not found, is no reason a person could mend.
      const missing = said.filter(({ packages }) => !packages.some(name => names.includes(name)))
      const more = missing.flatMap(each => (each.packages.length === 1 ? each.packages : [])).filter(isNew(names))
      failure ??= { output: refused, missing }
      if (finder.purely !== null && (wantsCompiler(refused) || more.length > 0)) throw refuseNative(sdist, finder)
      if (!compiled && (wantsCompiler(refused) || more.length > 0)) compiled = true
      else if (more.length > 0 && added < mostAdded) tell(sdist, more, tools)
      else if (isFinal({ output: refused, missing })) throw explainBuild(sdist, refused, missing)
      else break
      names.push(...more)
      failure = null
    }
  }
  throw explainBuild(sdist, failure?.output ?? '', failure?.missing)
}

/** No other build tools bring a header, or make a compiler take what it refused. */
function isFinal({ output, missing }: Failure): boolean {
  return (
    missing.some(({ packages }) => packages.length > 1) ||
    /command '[^']*(?:gcc|g\+\+|cc|rustc|cargo)' failed with exit code/.test(output)
  )
}

interface Failure {
  readonly output: string
  readonly missing: readonly Missing[]
}

function isNew(names: readonly string[]): (name: string, i: number, all: readonly string[]) => boolean {
  return (name, i, all) => !names.includes(name) && all.indexOf(name) === i
}

function tell({ name }: Distribution, more: readonly string[], { report }: Tools): void {
  report({ step: 'image', level: 'info', text: `${name} is built with ${list(more)}, too: its build asks for it` })
}

interface Ground {
  readonly constraints: readonly string[]
  readonly packages: BuildEnvironment['packages']
}

/** Builds it, and again with what it asks for, until it asks for nothing more. */
async function attempt(
  sdist: Distribution,
  { constraints, packages }: Ground,
  finder: Finder,
  tools: Tools,
): Promise<BuildEnvironment | { readonly refused: string }> {
  const known: string[] = []
  let environment: BuildEnvironment = { wheels: [], packages }
  for (let round = 0; round < rounds; round += 1) {
    const outcome = await withScratch(tools, async scratch => {
      const target = join(scratch, 'wheel')
      const onLine = showProgress(sdist, tools)
      const tried = await tryBuild(sdist, { environment, known, target, onLine }, finder, tools)
      if (tried === 'built') await keepBuilt({ ...sdist, build: environment }, target, finder, tools)
      return tried
    })
    if (outcome === 'built') return environment
    if ('refused' in outcome) return outcome
    known.push(...outcome.needs)
    const resolved = await finder.resolve(known, constraints)
    if ('refused' in resolved) return resolved
    environment = { wheels: resolved.wheels, packages }
  }
  return { refused: `its build keeps asking for more: ${known.join(', ')}` }
}
