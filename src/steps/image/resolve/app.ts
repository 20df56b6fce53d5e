import type { Distribution } from '../../../model/lock.ts'
import type { ServePlan } from '../../../model/plan.ts'
import type { Lock } from '../../../python/lock/lock.ts'
import { chooseDistributions, mergeChosen, type Chosen, type PinnedHashes } from './distributions.ts'
import { directLine, type Direct } from './direct.ts'
import { explainResolution } from './explain.ts'
import type { Ask, Wanted } from './wanted.ts'
import { serverRequests } from './server.ts'
import type { CompileOptions, Outcome, Resolver } from './uv.ts'

export interface AppRequest {
  /** Where nothing can be resolved as of `asOf`, as of now will do. */
  readonly anyMoment: boolean
  readonly ask: Ask
  readonly wanted: Wanted
  readonly hashes: PinnedHashes
  readonly serve: ServePlan
  readonly asOf: string | null
  readonly tags: ReadonlyMap<string, number>
  /** What is asked for by its place, brought already. */
  readonly direct: readonly Direct[]
  /** Major and minor. */
  readonly python: string
  /** Versions to keep to, as constraints: those another platform is locked to. */
  readonly keeps: readonly string[]
}

export interface Resolved {
  readonly chosen: Chosen
  /** As of when the index was looked at in truth; null for now, or where everything was pinned. */
  readonly asOf: string | null
}

/** The exact distributions of an app, and of the server Wherry adds to them. */
export async function resolveApp(request: AppRequest, resolver: Resolver): Promise<Resolved> {
  const { ask, hashes, asOf, tags } = request
  const options: CompileOptions = {
    ...optionsFor(request.wanted),
    constraints: [...ask.constraints, ...(ask.pinned ? [] : request.keeps)],
    asOf,
    pinned: ask.pinned,
    pins: hashes,
  }
  const lines = [...ask.lines, ...request.direct.map(one => directLine(one, request.python))]
  if (lines.length === 0) {
    const nothing: Chosen = { wheels: [], sdists: [] }
    return { chosen: await addServer(nothing, request, options, resolver), asOf: null }
  }
  if (ask.locked !== null && !resolver.redirected) {
    const whole = { format: 'pylock', file: '', requiresPython: null, contentHash: null, roots: null } as const
    const locked = chooseDistributions({ ...whole, packages: ask.locked }, tags, hashes)
    const app = mergeChosen(locked, chosenDirectly(request.direct))
    return { chosen: await addServer(app, request, options, resolver), asOf: null }
  }
  const { lock, seenAsOf } = await compile(resolver, lines, options, request.anyMoment)
  const app = chooseDistributions(lock, tags, hashes)
  return { chosen: await addServer(app, request, options, resolver), asOf: seenAsOf }
}

function chosenDirectly(direct: readonly Direct[]): Chosen {
  const all = direct.map(({ distribution }) => distribution)
  const isWheel = ({ file }: Distribution): boolean => file.endsWith('.whl')
  return { wheels: all.filter(isWheel), sdists: all.filter(each => !isWheel(each)) }
}

/** Where the repository says that packages come from. */
export function optionsFor({ sources }: Wanted): CompileOptions {
  const { prereleases, index, extraIndexes, findLinks } = sources
  const links = findLinks.filter(place => /^https?:/.test(place))
  return { constraints: [], asOf: null, pinned: false, prereleases, index, extraIndexes, findLinks: links }
}

async function compile(
  resolver: Resolver,
  lines: readonly string[],
  options: CompileOptions,
  anyMoment: boolean,
): Promise<{ lock: Lock; seenAsOf: string | null }> {
  const outcome = await compilePinned(resolver, lines, options)
  if ('lock' in outcome) return { lock: outcome.lock, seenAsOf: options.asOf }
  // An index that tells no upload times has nothing as of any date, and old packages may not build today: then it is as of now.
  if (options.asOf !== null && anyMoment) {
    const now = await resolver.compile(lines, { ...options, asOf: null })
    if ('lock' in now) return { lock: now.lock, seenAsOf: null }
  }
  throw explainResolution(outcome.refused, 'The requirements cannot be resolved.')
}

/** An index that the repository names may be out of reach here. Where a lock pins every file by hash, any index will do. */
async function compilePinned(resolver: Resolver, lines: readonly string[], options: CompileOptions): Promise<Outcome> {
  const named = options.index !== null || options.extraIndexes.length > 0
  if (!options.pinned || !named) return resolver.compile(lines, options)
  const anywhere = { ...options, index: null, extraIndexes: [] }
  try {
    const outcome = await resolver.compile(lines, options)
    return 'lock' in outcome ? outcome : await resolver.compile(lines, anywhere)
  } catch (error) {
    const outcome = await resolver.compile(lines, anywhere).catch(() => null)
    if (outcome !== null && 'lock' in outcome) return outcome
    throw error
  }
}

/** The server must live with what the app pins; it is as new as it can be, whatever the age of the app. */
async function addServer(
  app: Chosen,
  { serve, tags, keeps }: AppRequest,
  options: CompileOptions,
  resolver: Resolver,
): Promise<Chosen> {
  const requests = serverRequests(serve)
  const chosen = [...app.wheels, ...app.sdists].map(({ name, version }) => `${name}==${version}`)
  const constraints = [...chosen, ...keeps.filter(line => !chosen.includes(line))]
  let refused = ''
  for (const lines of requests) {
    const outcome = await resolver.compile(lines, { ...options, constraints, asOf: null, pinned: false })
    if ('lock' in outcome) return mergeChosen(app, chooseDistributions(outcome.lock, tags, new Map()))
    refused = outcome.refused
  }
  if (requests.length === 0) return app
  throw explainResolution(refused, `No version of ${serve.server} can live with the app's packages.`)
}
