import type { Checkout } from '../../kit/checkout/index.ts'
import { list } from '../../kit/text.ts'
import type { Image } from '../../model/image.ts'
import type { Lock, Locks } from '../../model/lock.ts'
import type { Tree } from '../../model/tree.ts'
import { assemble, identifyCompressor, keepImage, viewImage } from '../../oci/index.ts'
import type { Index } from '../../python/index/settings.ts'
import { appTree, makeAppLayer } from './app/layer.ts'
import { imageConfig } from './config.ts'
import { namingFullDisk } from './disk.ts'
import { makeEnvironment, type Environment } from './environment.ts'
import { openInside, type Inside } from './inside.ts'
import type { Loaded } from './loading/loaded.ts'
import { lockFor, readLocks, writeLock } from './resolve/lock-file.ts'
import { requestHash, type Request } from './resolve/request-hash.ts'
import type { Wanted } from './resolve/wanted.ts'
import { addStatics, type ServedStatic } from './statics/index.ts'
import { quietly, task, type Tools } from './tools.ts'

export interface ImageRequest extends Request {
  readonly checkout: Checkout
  /** Resolve anew, to the newest of everything, although wherry.lock answers the request. */
  readonly update?: boolean
  /** Where nothing can be resolved as of the commit, as of now will do; without it that is `cannot-resolve`. */
  readonly anyMoment?: boolean
  /** What the app is started with besides the plan's own, where that is known. It does not enter the image. */
  readonly env?: Readonly<Record<string, string>>
  /** The app is started next, before anything depends on the image: then that start proves it. */
  readonly startsNext?: boolean
}

export interface MadeImage {
  readonly image: Image
  readonly lock: Lock
  /** Directories of the unpacked layers on this machine, lowest first, for an engine that runs them from there. */
  readonly layers: readonly string[]
  readonly statics: readonly ServedStatic[]
}

/** Plan → Lock → Image: resolves once, then assembles layers. No Docker daemon, no Dockerfile; nothing is made twice. */
export async function makeImage(request: ImageRequest, given: Tools): Promise<MadeImage> {
  const tools = { ...given, indexes: indexesOf(request.wanted) }
  warnOfCompressor(tools)
  return namingFullDisk(tools.cache.root, async () => {
    const recorded = request.update ? null : recordedLock(request)
    const built = recorded ? await buildAll(request, recorded, tools) : await resolveAndBuild(request, tools)
    // Streamlit answers whatever becomes of its script, which runs when somebody looks: its start proves nothing.
    const startProves = request.startsNext === true && request.plan.image.serve.framework !== 'streamlit'
    if (!startProves && built.loaded === null) await prove(request, built, null, tools)
    return made(built)
  })
}

/** True when wherry.lock answers this request, so that nothing has to be resolved. Throws `invalid-wherry-lock`. */
export function isResolved(request: ImageRequest): boolean {
  return recordedLock(request) !== null
}

function recordedLock(request: ImageRequest): Lock | null {
  const lock = lockFor(readLocks(request.checkout, request.plan.lockFile), request.architecture)
  return lock?.requirements === requestHash(request) ? lock : null
}

/** The first time: where the app keeps data is seen by starting it, and recorded with the rest. */
async function resolveAndBuild(request: ImageRequest, tools: Tools): Promise<Built> {
  // Loaded only here: an image that was resolved before must not wait for what resolves.
  const [{ resolveLock }, { startForOnce }] = await Promise.all([import('./resolve/index.ts'), import('./smoke.ts')])
  // A place where data was once kept stays one, whatever the app does today.
  const kept = placesIn(readLocks(request.checkout, request.plan.lockFile))
  const resolved = { ...(await resolveLock(request, tools)), data: kept }
  const first = await buildAll(request, resolved, tools)
  const { config } = first.image
  const { data, loaded } = await task(
    tools,
    'starting the app once to see where it writes',
    () => startForOnce(request.plan, { config, inside: first.inside, env: request.env ?? {} }, tools),
    seen =>
      seen.data.length === 0
        ? 'the app writes nothing beside its code'
        : `the app writes ${list(seen.data.map(({ path }) => path))}`,
  )
  // Before the lock is written: what the app writes was not seen, so that it must be started again.
  if (loaded !== null) await prove(request, first, loaded, tools)
  const lock = { ...resolved, data: [...kept, ...data] }
  if (!(await writeLock(request.checkout, request.plan.lockFile, lock))) {
    const text = `${request.plan.lockFile} cannot be written: the next image will be resolved anew`
    tools.report({ step: 'image', level: 'warning', text })
  }
  if (data.length === 0) return { ...first, loaded }
  const last = await buildOn(first.environment, request, lock, quietly(tools))
  // The same code, with links into the volume.
  if (loaded?.ok === true) await prove(request, last, loaded, tools)
  return { ...last, loaded }
}

/** Places where data is kept on any platform: the same app writes there. */
function placesIn(locks: Locks): Lock['data'] {
  const all = Object.values(locks).flatMap(({ data }) => data)
  return [...new Map(all.map(place => [place.path, place])).values()]
}

interface Built {
  readonly image: Image
  readonly lock: Lock
  readonly environment: Environment
  readonly inside: Inside
  readonly statics: readonly ServedStatic[]
  /** What was seen when the app was started; null when it was not. */
  readonly loaded: Loaded | null
}

async function buildAll(request: ImageRequest, lock: Lock, tools: Tools): Promise<Built> {
  return buildOn(await makeEnvironment(request.plan, lock, request.checkout, tools), request, lock, tools)
}

/** Loaded where it is asked for only: `up` proves an image by starting it. */
async function prove(request: ImageRequest, built: Built, loaded: Loaded | null, tools: Tools): Promise<void> {
  const { proveLoading } = await import('./loading/prove.ts')
  const { plan, checkout, env = {} } = request
  await proveLoading(built.image, built.inside, { plan, files: checkout.files, env, loaded }, tools)
}

/** The app on its environment, as an image in the cache. */
async function buildOn(environment: Environment, request: ImageRequest, lock: Lock, tools: Tools): Promise<Built> {
  const { plan } = request
  const built = await frontEndTree(request, lock, tools)
  const source = appTree(request, lock, environment, tools)
  const app = { source, built, made: await makeAppLayer(source, built, environment, tools) }
  const { layers, served } = await addStatics(plan, app, environment, tools)
  const all = [...environment.made.layers, ...layers]
  const image = assemble(all, imageConfig(plan, lock, served, environment.ground))
  await keepImage(viewImage(image, tools.cache), tools.cache)
  const inside = await openInside(all, tools, environment.ground)
  return { image, lock, environment, inside, statics: served, loaded: null }
}

/** Loaded where there is a front-end only: most apps have none. */
async function frontEndTree({ plan, checkout }: ImageRequest, lock: Lock, tools: Tools): Promise<Tree> {
  if (plan.image.frontEnds.length === 0) return []
  return (await import('./front-end/index.ts')).buildFrontEnds(plan, lock, checkout, tools)
}

function made({ image, lock, inside, statics }: Built): MadeImage {
  return { image, lock, layers: inside.layers, statics }
}

/** Where the repository's own files say packages come from, for the credentials in the addresses. */
export function indexesOf({ sources, requirements }: Wanted): Index[] {
  const addresses = [
    sources.index,
    ...sources.extraIndexes,
    ...sources.findLinks,
    ...requirements.map(({ url }) => url),
  ]
  return addresses.filter(url => url !== null).map(url => ({ url, name: null, main: false, from: 'repository' }))
}

function warnOfCompressor({ report }: Tools): void {
  if (identifyCompressor().usual) return
  const text =
    'this Node compresses layers to other bytes than the one Wherry is made with: digests differ from other machines'
  report({ step: 'image', level: 'warning', text })
}
