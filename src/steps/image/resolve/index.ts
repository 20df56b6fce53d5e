import { join } from 'node:path'
import { count, list } from '../../../kit/text.ts'
import type { BaseLock, Distribution, Lock } from '../../../model/lock.ts'
import type { Plan } from '../../../model/plan.ts'
import type { SystemLibraryFact } from '../../../model/project.ts'
import { markerEnvironment } from '../../../python/marker/environment.ts'
import { readPylock } from '../../../python/lock/pylock.ts'
import { supportedTags } from '../../../python/tag/target.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { makeLayers, type LayerPart } from '../../../oci/index.ts'
import { baseParts, pythonVersion, resolveAddition, resolveBase } from '../base.ts'
import { cannotResolve } from '../errors.ts'
import { openInside } from '../inside.ts'
import { task, type Tools } from '../tools.ts'
import { fetchFiles, placeWheels } from '../wheels.ts'
import { asOfCommit } from './as-of.ts'
import { buildSdists } from './build.ts'
import { chooseDistributions } from './distributions.ts'
import { findNeeds, packagesByName } from './libraries.ts'
import { askFor, type Ask, type Wanted } from './requirements.ts'
import { serverRequests } from './server.ts'
import { openResolver, type Resolver } from './uv.ts'

export interface ResolveRequest {
  readonly plan: Plan
  readonly wanted: Wanted
  readonly checkout: Checkout
  readonly libraries: readonly SystemLibraryFact[]
  readonly architecture: BaseLock['architecture']
  /** Hash of the request; see lock-file.ts. */
  readonly hash: string
}

const libcVersions: Readonly<Record<string, string>> = { bookworm: '2.36', trixie: '2.41' }

/** Turns intentions into exact packages. The network is asked for indexes, never for the packages of a lock that exists. */
export async function resolveLock(request: ResolveRequest, tools: Tools): Promise<Lock> {
  const { plan, wanted, checkout, architecture } = request
  const { base } = plan.image
  const { lock: baseLock, archive } = await resolveBase(base, architecture, tools)
  const parts = baseParts(baseLock, tools)
  const [basePart] = parts
  if (!basePart) throw new Error('a base has a layer')
  const { layers } = await task(tools, 'assembling the base', () =>
    makeLayers([basePart], { cache: tools.cache, unpack: true }),
  )
  const inside = await openInside(layers, tools)
  const python = pythonVersion(baseLock, base.python)
  const environment = markerEnvironment({ python, architecture })
  const ask = askFor(wanted, environment)
  const asOf = ask.pinned ? null : await asOfCommit(checkout.root, filesOf(wanted))
  const resolver = await openResolver(inside, base.python, tools)
  const tags = supportedTags({
    python: base.python,
    architecture,
    libc: 'glibc',
    libcVersion: libcVersions[base.suite] ?? '2.31',
  })
  const found = await task(
    tools,
    'resolving the requirements',
    () => resolveAll(ask, wanted, plan, resolver, asOf, tags),
    ({ wheels, sdists }) =>
      `${count(wheels.length + sdists.length, 'distribution')} resolved${asOf ? ` as of ${asOf.slice(0, 10)}` : ''}`,
  )
  const libraries = await resolveLibraries(request, { baseLock, archive, found, parts, resolver }, tools)
  const server = [...found.wheels, ...found.sdists].find(({ name }) => name === plan.image.serve.server)
  return {
    version: 1,
    requirements: request.hash,
    python,
    base: { ...baseLock, libraries: libraries.packages },
    wheels: found.wheels,
    sdists: found.sdists,
    server: server && plan.image.serve.addServer ? { name: server.name, version: server.version } : null,
    systemLibraries: libraries.needs,
    data: [],
    asOf,
  }
}

interface Found {
  readonly wheels: Distribution[]
  readonly sdists: Distribution[]
}

function filesOf(wanted: Wanted): string[] {
  return [...new Set([...wanted.requirements, ...wanted.sources.constraints].map(({ file }) => file))]
}

async function resolveAll(
  ask: Ask,
  wanted: Wanted,
  plan: Plan,
  resolver: Resolver,
  asOf: string | null,
  tags: ReadonlyMap<string, number>,
): Promise<Found> {
  const { prereleases, index, extraIndexes, findLinks } = wanted.sources
  const options = {
    constraints: ask.constraints,
    asOf,
    pinned: ask.pinned,
    prereleases,
    index,
    extraIndexes,
    findLinks: findLinks.filter(place => /^https?:/.test(place)),
  }
  const hashes = hashesOf(wanted)
  const app =
    ask.lines.length === 0
      ? { wheels: [], sdists: [] }
      : chooseDistributions(readPylock(await compile(resolver, ask.lines, options), 'pylock.toml'), tags, hashes)
  const requests = serverRequests(plan.image.serve)
  if (requests.length === 0) return app
  // The server must live with what the app pins; it is as new as it can be, whatever the age of the app.
  const constraints = [...app.wheels, ...app.sdists].map(({ name, version }) => `${name}==${version}`)
  let last = ''
  for (const lines of requests) {
    const outcome = await resolver.compile(lines, { ...options, constraints, asOf: null, pinned: false })
    if ('pylock' in outcome)
      return merge(app, chooseDistributions(readPylock(outcome.pylock, 'pylock.toml'), tags, new Map()))
    last = outcome.refused
  }
  throw refuse(last, `No version of ${plan.image.serve.server} can live with the app's packages.`)
}

async function compile(
  resolver: Resolver,
  lines: readonly string[],
  options: Parameters<Resolver['compile']>[1],
): Promise<string> {
  const outcome = await resolver.compile(lines, options)
  if ('pylock' in outcome) return outcome.pylock
  // An index that tells no upload times has nothing as of any date: then it is as of now. One that the repository names may be out of
  // reach here; where a lock pins every hash, any index will do.
  const second = options.pinned ? { ...options, index: null, extraIndexes: [] } : { ...options, asOf: null }
  const again = await resolver.compile(lines, second)
  if ('pylock' in again) return again.pylock
  throw refuse(outcome.refused, 'The requirements cannot be resolved.')
}

function refuse(explanation: string, what: string): Error {
  const lines = explanation.split('\n').filter(line => line.trim() !== '')
  return cannotResolve({
    what,
    why: 'The resolver explains:',
    next: 'Loosen or mend the requirement it names.',
    evidence: lines.slice(-12).map(text => ({ text })),
  })
}

function hashesOf({ requirements, lock }: Wanted): Map<string, Set<string>> {
  const hashes = new Map<string, Set<string>>()
  for (const { name, hashes: given } of requirements) {
    if (name !== null && given.length > 0) hashes.set(name, new Set(given.map(hash => hash.replace(/^sha256:/, ''))))
  }
  for (const { name, files } of lock?.packages ?? []) {
    const known = files.map(({ sha256 }) => sha256).filter(hash => hash !== null)
    if (known.length > 0) hashes.set(name, new Set([...(hashes.get(name) ?? []), ...known]))
  }
  return hashes
}

function merge(app: Found, server: Found): Found {
  const names = new Set([...app.wheels, ...app.sdists].map(({ name }) => name))
  const add = (mine: Distribution[], theirs: Distribution[]): Distribution[] =>
    [...mine, ...theirs.filter(({ name }) => !names.has(name))].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { wheels: add(app.wheels, server.wheels), sdists: add(app.sdists, server.sdists) }
}

interface Resolved {
  readonly baseLock: BaseLock
  readonly archive: Parameters<typeof resolveAddition>[0]
  readonly found: Found
  readonly parts: readonly LayerPart[]
  readonly resolver: Resolver
}

async function resolveLibraries(
  { plan, libraries }: ResolveRequest,
  { baseLock, archive, found, parts, resolver }: Resolved,
  tools: Tools,
): Promise<{ packages: BaseLock['libraries']; needs: Lock['systemLibraries'] }> {
  const place = { prefix: 'venv', minor: plan.image.base.python }
  const paths = await task(
    tools,
    'downloading wheels',
    () => fetchFiles(found.wheels, tools),
    () => `${count(found.wheels.length, 'wheel')} here, verified`,
  )
  const files = found.wheels.map((distribution, i) => ({
    distribution,
    path: paths[i] ?? '',
    file: distribution.file,
    sha256: distribution.sha256,
  }))
  const built = await buildSdists(found.sdists, plan.image.base.python, async () => resolver, tools)
  const placed = await placeWheels([...files, ...built], place, tools)
  const beneath = await Promise.all(parts.map(async ({ tree }) => (typeof tree === 'function' ? tree() : tree)))
  const { needs, missing } = await findNeeds(placed, beneath, archive, baseLock.architecture)
  for (const { soname, neededBy } of missing) {
    tools.report({
      step: 'image',
      level: 'warning',
      text: `${neededBy} asks for ${soname}, which no package of ${baseLock.suite} holds; what uses it will fail`,
    })
  }
  const names = [
    ...needs.map(need => need.package),
    ...packagesByName(libraries, archive),
    ...plan.image.debianPackages,
  ]
  const packages = names.length === 0 ? [] : resolveAddition(archive, names, baseLock)
  if (needs.length > 0)
    tools.report({
      step: 'image',
      level: 'info',
      text: `wheels need ${list([...new Set(needs.map(need => need.package))])}`,
    })
  return { packages, needs }
}

/** Where the lock of an app lies. */
export function lockDirectory(checkout: Checkout, plan: Plan): string {
  return join(checkout.root, plan.root)
}
