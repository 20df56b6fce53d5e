import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Checkout } from '../../kit/checkout/index.ts'
import { count, list, size } from '../../kit/text.ts'
import type { Image, Layer } from '../../model/image.ts'
import type { BaseLock, Lock } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import type { SystemLibraryFact } from '../../model/project.ts'
import {
  assemble,
  keepImage,
  makeLayers,
  treeKey,
  viewImage,
  type LayerPart,
  type MadeLayers,
} from '../../oci/index.ts'
import { makeVenv } from '../../python/venv/venv.ts'
import { readContext } from './app/context.ts'
import { baseKey, baseParts } from './base.ts'
import { makeCompile, standardLibraryPart, type Compile } from './bytecode.ts'
import { imageConfig } from './config.ts'
import { openInside, type Inside } from './inside.ts'
import { dataPlaces, launcherTree, launchFile } from './launch.ts'
import { buildSdists } from './resolve/build.ts'
import { openResolver } from './resolve/uv.ts'
import { resolveLock } from './resolve/index.ts'
import { readLockFile, requestHash, writeLockFile } from './resolve/lock-file.ts'
import type { Wanted } from './resolve/requirements.ts'
import { findWrites } from './smoke.ts'
import { collectStatics, type ServedStatic } from './statics.ts'
import { task, type Tools } from './tools.ts'
import { installWheels, wheelParts } from './wheels.ts'

export interface ImageRequest {
  readonly plan: Plan
  readonly wanted: Wanted
  readonly checkout: Checkout
  readonly libraries: readonly SystemLibraryFact[]
  readonly architecture: BaseLock['architecture']
}

export interface MadeImage {
  readonly image: Image
  readonly lock: Lock
  /** Directories of the unpacked layers on this machine, lowest first, for an engine that runs them from there. */
  readonly layers: readonly string[]
  readonly statics: readonly ServedStatic[]
}

/** Plan → Lock → Image: resolves once, then assembles layers. No Docker daemon, no Dockerfile; nothing is made twice. */
export async function makeImage(request: ImageRequest, tools: Tools): Promise<MadeImage> {
  const hash = requestHash(request.plan, request.wanted)
  const recorded = readLockFile(request.checkout, request.plan.root)
  if (recorded?.requirements === hash) return build(request, recorded, tools)
  const resolved = await resolveLock({ ...request, hash }, tools)
  const first = await build(request, resolved, tools)
  const data = await task(
    tools,
    'starting the app once to see where it writes',
    () => findWrites(request.plan, openedOf(first), tools),
    found =>
      found.length > 0
        ? `the app writes ${list(found.map(({ path }) => path))}`
        : 'the app writes nothing beside its code',
  )
  const lock = { ...resolved, data }
  const directory = join(request.checkout.root, request.plan.root)
  if (!(await writeLockFile(directory, lock))) {
    tools.report({
      step: 'image',
      level: 'warning',
      text: 'wherry.lock cannot be written here: the next image will be resolved anew',
    })
  }
  return data.length === 0 ? first : build(request, lock, tools)
}

const insides = new WeakMap<MadeImage, Inside>()

function openedOf(made: MadeImage): Inside {
  const inside = insides.get(made)
  if (!inside) throw new Error('an image that was just made can be run')
  return inside
}

async function build(request: ImageRequest, lock: Lock, tools: Tools): Promise<MadeImage> {
  const lower = await environmentLayers(request.plan, lock, tools)
  const upper = await appLayers(request, lock, lower, tools)
  const layers = [...lower.made.layers, ...upper.layers]
  const image = assemble(layers, imageConfig(request.plan, lock, upper.statics))
  await keepImage(viewImage(image, tools.cache), tools.cache)
  const inside = await openInside(layers, tools)
  const made: MadeImage = { image, lock, layers: inside.layers, statics: upper.statics }
  insides.set(made, inside)
  return made
}

interface Lower {
  readonly made: MadeLayers
  readonly compile: Compile
}

/** Everything below the app: base, nginx, libraries, wheels, launcher. */
async function environmentLayers(plan: Plan, lock: Lock, tools: Tools): Promise<Lower> {
  const place = { prefix: 'venv', minor: plan.image.base.python }
  const parts = baseParts(lock.base, tools)
  const [bottom] = parts
  if (!bottom) throw new Error('a base has a layer')
  const base = await task(
    tools,
    'base',
    () => makeLayers(parts, { cache: tools.cache, unpack: true }),
    ({ layers }) => `base of Debian ${lock.base.suite}: ${size(sum(layers))} compressed`,
  )
  const inside = await openInside(base.layers, tools)
  const key = baseKey(lock.base, [lock.base.packages])
  const compile = makeCompile(inside, place.minor, key, tools)
  const wheels = await installWheels(
    lock,
    place,
    sdists => buildSdists(sdists, place.minor, () => openResolver(inside, place.minor, tools), tools),
    tools,
  )
  const venv = makeVenv({ executable: `/usr/bin/python${place.minor}`, version: lock.python }, place)
  const rest: LayerPart[] = [
    standardLibraryPart(bottom, key, place.minor, compile),
    ...wheelParts(wheels, compile, place),
    { what: 'environment and launcher', tree: [...venv, ...launcherTree()] },
  ]
  const made = await task(
    tools,
    'packages',
    () => makeLayers(rest, { cache: tools.cache, below: base.below, unpack: true }),
    ({ layers }) => `${count(wheels.length, 'package')}: ${size(sum(layers))} compressed`,
  )
  return { made: { layers: [...base.layers, ...made.layers], below: made.below }, compile }
}

/** Static files and the app itself, with its bytecode. */
async function appLayers(
  { plan, checkout }: ImageRequest,
  lock: Lock,
  { made, compile }: Lower,
  tools: Tools,
): Promise<{ layers: Layer[]; statics: ServedStatic[] }> {
  const root = plan.root === '.' ? '' : plan.root
  const context = readContext(checkout, root, plan.image, dataPlaces(plan, lock))
  if (context.secretFiles.length > 0) {
    tools.report({
      step: 'image',
      level: 'info',
      text: `left out as secret: ${list(context.secretFiles.slice(0, 5))}${context.secretFiles.length > 5 ? ' …' : ''}`,
    })
  }
  const source = [...context.tree, launchFile(plan, lock)]
  const app = await task(
    tools,
    'app',
    async () => {
      const tree = [...source, ...(await compile(source, treeKey(source)))]
      return makeLayers([{ what: 'app', tree }], { cache: tools.cache, below: made.below, unpack: true })
    },
    ({ layers }) => `app: ${size(sum(layers))} compressed`,
  )
  const declared = plan.edge.statics.map(({ url, directory }) => ({
    url,
    directory: `/app/${root === '' ? '' : `${root}/`}${directory}`,
  }))
  if (!plan.image.collectStatic) return { layers: [...app.layers], statics: declared }
  const all = [...made.layers, ...app.layers]
  const key = createHash('sha256')
    .update(all.map(({ diffId }) => diffId).join(' '))
    .digest('hex')
  const collected = await task(
    tools,
    'static files',
    async () => collectStatics(plan, await openInside(all, tools), key, tools),
    found => `${count(found.tree.filter(({ kind }) => kind === 'file').length, 'static file')} collected`,
  )
  const statics = [
    ...collected.served,
    ...declared.filter(({ url }) => !collected.served.some(served => served.url === url) && !isCollected(plan, url)),
  ]
  if (collected.tree.length === 0) return { layers: [...app.layers], statics }
  const layer = await makeLayers([{ what: 'static files', tree: collected.tree }], {
    cache: tools.cache,
    below: made.below,
    unpack: true,
  })
  return { layers: [...layer.layers, ...app.layers], statics }
}

/** What detect expected collectstatic to fill counts as collectstatic says it. */
function isCollected(plan: Plan, url: string): boolean {
  return plan.image.collectStatic !== null && plan.edge.statics.find(item => item.url === url)?.collected === true
}

function sum(layers: readonly Layer[]): number {
  return layers.reduce((total, layer) => total + layer.size, 0)
}
