import { openCache } from './kit/cache.ts'
import { stateHome } from './kit/user-places.ts'
import { makePlans } from './plan.ts'
import { hooksAround } from './ship/hooks-around.ts'
import { makeOwn, type Publishable } from './ship/own.ts'
import { prepare } from './ship/prepare.ts'
import { requestOf } from './ship/request.ts'
import { secretsFor } from './ship/secrets.ts'
import type {
  ImageOptions,
  Made,
  Published,
  PublishOptions,
  Shipped,
  ShipToOptions,
  Up,
  UpdateOptions,
  UpOptions,
} from './ship/values.ts'
import { detect, type Detected } from './steps/detect/index.ts'
import { makeFirstImage } from './steps/image/first.ts'
import type { MovedLock } from './steps/image/update.ts'
import type { ServerTarget } from './targets/host/server.ts'

/** The story: from a repository to a release that serves. Each verb is a step of its own; here their values meet. */

/** Repository → a release that serves on this machine, exactly as production will run it; `release` verifies before it is done. */
export async function up(directory: string, options: UpOptions): Promise<Up> {
  const { openHost, placeOf, wakeAgent } = await import('./targets/host/index.ts')
  wakeAgent(stateHome())
  const ready = await image(directory, { ...options, environment: 'local', startsNext: true, runsHere: true })
  const { plan, made, detected, secrets } = ready
  // By the name that --app takes, where there are several: commands find it by that without reading the source.
  const host = openHost({ home: placeOf(detected.app ?? plan.name, detected.checkout.root) })
  const hooks = hooksAround(ready, options)
  await hooks.before('release')
  const deployed = await host.deploy({ ...options, secrets, plan, made })
  await hooks.after('release', { WHERRY_URL: deployed.url })
  return { ...ready, deployed }
}

/** Repository → a release that serves on a target of the config. A dry run connects, makes the image, and says what would be done. */
export async function ship(directory: string, options: ShipToOptions): Promise<Shipped> {
  const { openTarget } = await import('./targets/index.ts')
  // First of all: that it cannot be reached must not be found out after an image was made.
  const target = await openTarget(directory, options.to, options)
  try {
    return await shipTo(target, directory, options)
  } finally {
    target.close()
  }
}

async function shipTo(target: ServerTarget, directory: string, options: ShipToOptions): Promise<Shipped> {
  const { env, architecture } = target
  const front = await target.front()
  // What the server is, it says itself; where no image is made for it, sending says so.
  const platform = architecture === null ? {} : ({ platform: `linux/${architecture}` } as const)
  const isDry = options.dryRun ?? false
  const ready = await image(directory, { ...options, ...platform, env, environment: options.to, startsNext: !isDry })
  const { plan, made, detected, secrets } = ready
  const host = await target.open(detected.app ?? plan.name, { change: !isDry, adopt: options.adopt ?? false })
  const commit = await target.commit()
  const request = { ...options, plan, made, env, secrets, commit, ...front }
  if (isDry) return { ...ready, deployed: null, operations: await host.plan(request) }
  const hooks = hooksAround(ready, options)
  await hooks.before('release')
  const deployed = await host.deploy(request)
  await target.tellReach(deployed, options.report)
  await hooks.after('release', { WHERRY_URL: deployed.url })
  return { ...ready, deployed, operations: null }
}

/** Repository → an image in a registry; its digest is what any target can be given. Throws `bad-image-reference` before anything is made. */
export async function publish(directory: string, options: PublishOptions): Promise<Published> {
  const step = await import('./steps/publish/index.ts')
  const place = step.parsePlace(options.to)
  const tools = { cache: openCache(), ...options }
  const { name, image: made, hooks } = (await makeOwn(directory, tools)) ?? (await makeKnown(directory, options))
  await hooks.before('publish')
  const ref = await step.publish(made, place, tools)
  await hooks.after('publish', { WHERRY_REFERENCE: ref.reference })
  return { name, image: made, ref }
}

/** Repository → Image: the first half, which knows of no target. */
export async function image(directory: string, options: ImageOptions): Promise<Made> {
  const detected = await prepare(directory, options)
  const secrets = await secretsFor(detected, options)
  const plans = makePlans(detected.project, detected.config, detected.app)
  const { update: anew = false, env = {}, startsNext = false } = options
  const request = { ...requestOf(detected, options), update: anew, env, startsNext }
  const ready = { detected, secrets, ...(await makeFirstImage(plans, request, { cache: openCache(), ...options })) }
  await hooksAround(ready, options).after('image')
  return ready
}

/** Moves what wherry.lock pins to what there is now; with `dryRun` it only says what would move. */
export async function update(
  directory: string,
  options: UpdateOptions,
): Promise<MovedLock & { readonly detected: Detected }> {
  const { updateLock } = await import('./steps/image/update.ts')
  const detected = await detect(directory, options)
  const plans = makePlans(detected.project, detected.config, detected.app)
  const tools = { cache: openCache(), ...options }
  return {
    detected,
    ...(await updateLock(plans, requestOf(detected, options), { dryRun: options.dryRun ?? false }, tools)),
  }
}

/** The image of an app that is known here, where no Dockerfile of its own makes it. */
async function makeKnown(directory: string, options: ImageOptions): Promise<Publishable> {
  const ready = await image(directory, options)
  return { name: ready.plan.name, image: ready.made.image, hooks: hooksAround(ready, options) }
}
