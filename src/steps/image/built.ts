import type { Lock } from '../../model/lock.ts'
import type { Tree } from '../../model/tree.ts'
import { assemble, keepImage, viewImage } from '../../oci/index.ts'
import { appTree, makeAppLayer } from './app/layer.ts'
import { imageConfig } from './config.ts'
import { makeEnvironment, type Environment } from './environment.ts'
import { unpackStacks } from './inside.ts'
import { collectStatics, layStatics } from './statics/index.ts'
import type { Tools } from './tools.ts'
import type { Built, ImageRequest, Twin } from './values.ts'

/** Lock → image, in the cache: everything is assembled; what must run code runs in the image's own layers, or in its twin's. */
export async function buildAll(
  request: ImageRequest,
  lock: Lock,
  tools: Tools,
  twin: Twin | null = null,
): Promise<Built> {
  const environment = await makeEnvironment(request.plan, lock, request.checkout, tools, twin)
  return buildOn(environment, request, lock, tools, twin)
}

/** The app on its environment. */
export async function buildOn(
  environment: Environment,
  request: ImageRequest,
  lock: Lock,
  tools: Tools,
  twin: Twin | null = null,
): Promise<Built> {
  const { plan } = request
  const frontEnd = twin ? twin.frontEnd : await frontEndTree(request, lock, tools)
  const source = appTree(request, lock, environment, tools)
  const app = { source, built: frontEnd, made: await makeAppLayer(source, frontEnd, environment, tools) }
  const collected = twin ? twin.collected : await collectStatics(plan, app, environment, tools)
  const { layers, served } = await layStatics(plan, app, { environment, collected }, tools)
  const all = [...environment.made.layers, ...layers]
  const image = assemble(all, imageConfig(plan, lock, served, environment.ground))
  await keepImage(viewImage(image, tools.cache), tools.cache)
  const directories = await unpackStacks(all, tools, environment.ground)
  return { image, lock, environment, layers: directories, frontEnd, collected, statics: served }
}

/** Loaded where there is a front-end only: most apps have none. */
async function frontEndTree({ plan, checkout }: ImageRequest, lock: Lock, tools: Tools): Promise<Tree> {
  if (plan.image.frontEnds.length === 0) return []
  return (await import('./front-end/index.ts')).buildFrontEnds(plan, lock, checkout, tools)
}
