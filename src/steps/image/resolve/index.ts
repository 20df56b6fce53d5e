import { ownArchitecture } from '../../../kit/architecture.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { count } from '../../../kit/text.ts'
import type { BaseLock, Distribution, Lock, SourceDistribution } from '../../../model/lock.ts'
import { markerEnvironment } from '../../../python/marker/environment.ts'
import { supportedTags } from '../../../python/tag/target.ts'
import { baseParts, interpreterOf, libcVersion, makeBase } from '../base.ts'
import { resolveCompiler } from '../build/builder.ts'
import { sdistMetadata } from '../build/metadata.ts'
import { findEnvironments, type Finder } from '../build/find-environment.ts'
import { buildSdists } from '../build/sdists.ts'
import { placeOf } from '../environment.ts'
import { resolveFrontEnd } from '../front-end/resolve.ts'
import { openInside } from '../inside.ts'
import { task, type Tools } from '../tools.ts'
import { fetchFiles } from '../wheels/fetch.ts'
import { downloaded, placeWheels, type PlacedWheel } from '../wheels/place.ts'
import { optionsFor, resolveApp, type AppRequest, type Resolved } from './app.ts'
import { asOfCommit } from './as-of.ts'
import { resolveTools, type ToolRequest } from './build-tools.ts'
import { resolveBase } from './base.ts'
import { bringDirect, type Direct } from './direct.ts'
import type { Chosen } from './distributions.ts'
import { resolveLibraries } from './libraries.ts'
import { requestHash, type Request } from './request-hash.ts'
import { askFor, filesOf, hashesOf } from './requirements.ts'
import { undeclared } from './undeclared.ts'
import { refuseTwin } from './twin.ts'
import { openResolver } from './uv.ts'

export interface ResolveRequest extends Request {
  readonly checkout: Checkout
  /** Take the newest of everything, whenever the requirements were committed. */
  readonly update?: boolean
  /** Where nothing can be resolved as of the commit, as of now will do; without it that is `cannot-resolve`. */
  readonly anyMoment?: boolean
  /**
   * A lock of another platform that answers the same request: its versions are kept to. Where this machine cannot run what is resolved,
   * it is the lock of this machine's own platform, and what must run runs on its base.
   */
  readonly beside?: Lock | null
}

/** Turns intentions into exact packages, by hash. What a lock of the repository pins stays as it is. */
export async function resolveLock(request: ResolveRequest, tools: Tools): Promise<Lock> {
  const { plan, checkout } = request
  const base = await openBase(request, tools)
  const { chosen, placed, sdists, asOf, compiler } = await resolvePackages(request, base, tools)
  const needed = await resolveLibraries(request, { ...base, placed }, tools)
  const { serve } = plan.image
  const server = [...chosen.wheels, ...chosen.sdists].find(({ name }) => name === serve.server)
  return {
    requirements: requestHash(request),
    python: base.python,
    base: { ...base.baseLock, libraries: needed.packages },
    wheels: chosen.wheels,
    sdists,
    compiler,
    server: server && serve.addServer ? { name: server.name, version: server.version } : null,
    systemLibraries: needed.needs,
    data: [],
    frontEnd: await resolveFrontEnd(plan, { ...base, checkout }, tools),
    asOf,
  }
}

/** The app's own distributions and those beside them, all on this machine, those offered only as source built. */
async function resolvePackages(request: ResolveRequest, base: Base, tools: Tools) {
  const { plan, wanted, architecture } = request
  const ask = askFor(wanted, markerEnvironment({ python: base.python, architecture }))
  const asOf = ask.pinned || request.update ? null : await momentOf(request)
  const { resolver, finder } = await openFinder(request, asOf, base, tools)
  const direct: Direct[] = []
  for (const one of ask.direct) direct.push(await bringDirect(one, finder, tools))
  const app: AppRequest = {
    ask,
    wanted,
    asOf,
    direct,
    tags: base.tags,
    keeps: versionsOf(request.beside ?? null, direct),
    serve: plan.image.serve,
    hashes: hashesOf(wanted),
    anyMoment: request.anyMoment ?? true,
    python: plan.image.base.python,
  }
  const found = await task(tools, 'resolving the requirements', () => resolveApp(app, resolver), tell)
  const toolRequest = { resolver, tags: base.tags, options: { ...optionsFor(wanted), asOf: found.asOf } }
  const brought = await complete(found.chosen, request, toolRequest, finder, tools)
  const isCompiled = brought.sdists.some(({ build }) => build.packages !== null)
  return { ...brought, asOf: found.asOf, compiler: isCompiled ? finder.compiler : [] }
}

/** The resolver, which asks for the metadata of what must be built, and the builder, which asks for what it builds with. */
async function openFinder({ plan, wanted, checkout }: ResolveRequest, asOf: string | null, base: Base, tools: Tools) {
  const { tags, inside, archive, runs, purely } = base
  const { python } = plan.image.base
  const sourceMetadata = (sdist: Distribution): Promise<string> => sdistMetadata(sdist, finder, tools)
  const fetch = async (file: Distribution): Promise<string> => (await fetchFiles([file], checkout, tools))[0] ?? ''
  const interpreter = interpreterOf(runs, python)
  const target = { python, interpreter, ...platformOf(base.baseLock), tags, fetch, sourceMetadata }
  const resolver = await openResolver(inside, target, tools)
  const options = { ...optionsFor(wanted), asOf }
  // What builds runs on this machine, whatever it builds for.
  const builds = { ...target, ...platformOf(runs), tags: tagsOf(runs, python) }
  const builders = purely === null ? resolver : await openResolver(inside, builds, tools)
  const finder: Finder = {
    checkout,
    place: placeOf(plan),
    inside,
    base: runs,
    compiler: purely === null ? resolveCompiler(archive, runs) : [],
    purely,
    archive,
    extra: plan.image.buildPackages,
    found: new Map(),
    resolve: (needs, constraints) =>
      resolveTools(needs, constraints, { resolver: builders, tags: builds.tags, options }),
  }
  return { resolver, finder }
}

type Base = Awaited<ReturnType<typeof openBase>>

/** The base as the archive has it now, and one whose Python runs here: itself, or that of the twin. Throws `twin-differs`. */
async function openBase({ plan, architecture, beside }: ResolveRequest, tools: Tools) {
  const { base } = plan.image
  const twin = architecture === ownArchitecture ? null : (beside ?? null)
  const { lock: baseLock, archive, python } = await resolveBase(base, architecture, tools, twin)
  if (twin !== null && twin.python !== python) throw refuseTwin(python, baseLock, twin)
  const runs = twin?.base ?? baseLock
  const { layers, ground } = await task(tools, 'assembling the base', () => makeBase(runs, tools, 'bottom'))
  return {
    baseLock,
    archive,
    parts: baseParts(baseLock, tools),
    runs,
    inside: await openInside(layers, tools, ground),
    python,
    tags: tagsOf(baseLock, base.python),
    purely: twin === null ? null : architecture,
  }
}

function platformOf(lock: BaseLock) {
  return { architecture: lock.architecture, glibc: libcVersion(lock) }
}

function tagsOf(lock: BaseLock, python: string): ReadonlyMap<string, number> {
  return supportedTags({ python, architecture: lock.architecture, libc: 'glibc', libcVersion: libcVersion(lock) })
}

/** As of when to look at the index: as another platform's lock did, else as of the commit. */
async function momentOf({ beside, checkout, wanted }: ResolveRequest): Promise<string | null> {
  return beside ? beside.asOf : asOfCommit(checkout.root, filesOf(wanted))
}

/** The versions of another platform's lock, as constraints; what is asked for by its place is the same anyway. */
function versionsOf(beside: Lock | null, direct: readonly Direct[]): string[] {
  if (beside === null) return []
  const own = new Set(direct.map(({ distribution }) => distribution.name))
  return [...beside.wheels, ...beside.sdists]
    .filter(({ name }) => !own.has(name))
    .map(({ name, version }) => `${name}==${version}`)
}

interface Brought {
  readonly placed: readonly PlacedWheel[]
  readonly sdists: readonly SourceDistribution[]
}

/** Brings what was chosen, and what its code turns out to need beside it. */
async function complete(
  chosen: Chosen,
  { checkout, plan }: ResolveRequest,
  toolRequest: ToolRequest,
  finder: Finder,
  tools: Tools,
): Promise<Brought & { readonly chosen: Chosen }> {
  const brought = await bring(chosen, finder, tools)
  const more = await undeclared(chosen, brought.placed, { checkout, plan }, toolRequest)
  return more === null ? { ...brought, chosen } : { ...(await bring(more, finder, tools)), chosen: more }
}

function tell({ chosen, asOf }: Resolved): string {
  const n = chosen.wheels.length + chosen.sdists.length
  return `${count(n, 'distribution')} resolved${asOf ? ` as of ${asOf.slice(0, 10)}` : ''}`
}

/** Everything that will be installed, on this machine and laid out: what it needs of the system is read from its files. */
async function bring(chosen: Chosen, finder: Finder, tools: Tools): Promise<Brought> {
  const paths = await task(
    tools,
    'downloading wheels',
    () => fetchFiles(chosen.wheels, finder.checkout, tools),
    () => `${count(chosen.wheels.length, 'wheel')} here, verified`,
  )
  const sdists = await findEnvironments(chosen.sdists, finder, tools)
  const built = await buildSdists(sdists, finder, tools)
  return { placed: await placeWheels([...downloaded(chosen.wheels, paths), ...built], finder.place, tools), sdists }
}
