import { architectures } from '../../kit/architecture.ts'
import { isWherryError } from '../../kit/error.ts'
import type { Lock } from '../../model/lock.ts'
import { buildAll, buildOn } from './built.ts'
import { cannotResolve, noWheel } from './errors.ts'
import { openInside, type Inside } from './inside.ts'
import type { Loaded } from './loading/loaded.ts'
import { lockFor, readLocks, writeLock } from './resolve/lock-file.ts'
import { requestHash } from './resolve/request-hash.ts'
import { quietly, task, type Tools } from './tools.ts'
import type { Built, ImageRequest } from './values.ts'

/**
 * An image that this machine can run: what is not known of the app is seen by starting it, and it is proved that it loads. A lock
 * of another platform that answers the same request says which versions to keep to.
 */
export async function makeHere(
  request: ImageRequest,
  tools: Tools,
  beside: Lock | null = request.update ? null : neighbourOf(request),
): Promise<Built> {
  const recorded = request.update ? null : recordedLock(request)
  if (recorded === null) return resolveAndBuild(request, tools, beside)
  const built = await buildAll(request, recorded, tools)
  if (!startProves(request)) await prove(request, built, null, tools)
  return built
}

/** Streamlit answers whatever becomes of its script, which runs when somebody looks: its start proves nothing. */
function startProves({ startsNext = false, plan }: ImageRequest): boolean {
  return startsNext && plan.image.serve.framework !== 'streamlit'
}

/** The lock for the request's platform; null where there is none, or one that answers another request. */
export function recordedLock(request: ImageRequest): Lock | null {
  const lock = lockFor(readLocks(request.checkout, request.plan.lockFile), request.architecture)
  return lock?.requirements === requestHash(request) ? lock : null
}

/** The lock for another platform, where it answers the same request; else null. */
export function neighbourOf(request: ImageRequest): Lock | null {
  const others = architectures.filter(architecture => architecture !== request.architecture)
  return others.map(architecture => recordedLock({ ...request, architecture })).find(lock => lock !== null) ?? null
}

/** With the versions of the other platform; where this one cannot have them, with its own, which is said. */
async function resolveLike(request: ImageRequest, beside: Lock | null, tools: Tools): Promise<Lock> {
  const { resolveLock } = await import('./resolve/index.ts')
  if (beside === null) return resolveLock(request, tools)
  try {
    return await resolveLock({ ...request, beside }, tools)
  } catch (error) {
    if (![cannotResolve, noWheel].some(entry => isWherryError(error, entry))) throw error
    const text = `linux/${request.architecture} cannot have the versions that ${request.plan.lockFile} holds for linux/${beside.base.architecture}: it gets its own`
    tools.report({ step: 'image', level: 'warning', text })
    return resolveLock(request, tools)
  }
}

/**
 * Places where data is kept on any platform: the same app writes there. Where data was once kept stays one, whatever the app does
 * today.
 */
export function keptPlaces({ checkout, plan }: ImageRequest): Lock['data'] {
  const all = Object.values(readLocks(checkout, plan.lockFile)).flatMap(({ data }) => data)
  return [...new Map(all.map(place => [place.path, place])).values()]
}

/** Writes the lock, and says so where it cannot be written. */
export async function keepLock({ checkout, plan }: ImageRequest, lock: Lock, { report }: Tools): Promise<void> {
  if (await writeLock(checkout, plan.lockFile, lock)) return
  const text = `${plan.lockFile} cannot be written: the next image will be resolved anew`
  report({ step: 'image', level: 'warning', text })
}

/** The first time: where the app keeps data is seen by starting it, and recorded with the rest. */
async function resolveAndBuild(request: ImageRequest, tools: Tools, beside: Lock | null): Promise<Built> {
  // Loaded only here: an image that was resolved before must not wait for what resolves.
  const { describeWrites, startForOnce } = await import('./smoke.ts')
  const kept = keptPlaces(request)
  const resolved = { ...(await resolveLike(request, beside, tools)), data: kept }
  const first = await buildAll(request, resolved, tools)
  const inside = await insideOf(first, tools)
  const { config } = first.image
  const { data, loaded } = await task(
    tools,
    'starting the app once to see where it writes',
    () => startForOnce(request.plan, { config, inside, env: request.env ?? {} }, tools),
    describeWrites,
  )
  // Before the lock is written: what the app writes was not seen, so that it must be started again.
  const isProved = loaded !== null || !startProves(request)
  if (isProved) await prove(request, first, loaded, tools)
  const lock = { ...resolved, data: [...kept, ...data] }
  await keepLock(request, lock, tools)
  const last = data.length === 0 ? first : await buildOn(first.environment, request, lock, quietly(tools))
  // The same code, with links into the volume.
  if (data.length > 0 && isProved && loaded?.ok !== false) await prove(request, last, loaded, tools)
  return last
}

/** Loaded where it is asked for only: `up` proves an image by starting it. */
async function prove(request: ImageRequest, built: Built, loaded: Loaded | null, tools: Tools): Promise<void> {
  const { proveLoading } = await import('./loading/prove.ts')
  const { plan, checkout, env = {} } = request
  const open = (): Promise<Inside> => insideOf(built, tools)
  await proveLoading(built.image, open, { plan, files: checkout.files, env, loaded }, tools)
}

function insideOf({ image, environment }: Built, tools: Tools): Promise<Inside> {
  return openInside(image.layers, tools, environment.ground)
}
