import { posix } from 'node:path'
import { openCache } from './kit/cache.ts'
import type { HookName } from './hooks/run.ts'
import type { Report } from './model/event.ts'
import type { Image, ImageRef } from './model/image.ts'
import type { Plan } from './model/plan.ts'
import { makePlans } from './plan.ts'
import { detect, type Detected } from './steps/detect/index.ts'
import { makeFirstImage } from './steps/image/first.ts'
import type { MadeImage } from './steps/image/index.ts'
import type { MovedLock } from './steps/image/update.ts'
import type { Deployed, ListenAt } from './targets/host/index.ts'

/** The story: from a repository to a release that serves. Each verb is a step of its own; here their values meet. */

export interface ShipOptions {
  readonly report: Report
  readonly signal?: AbortSignal
  /** This process will be asked again: what takes long to start may stand by for it. */
  readonly resident?: boolean
  /** Resolve anew, to the newest of everything, although wherry.lock answers already. */
  readonly update?: boolean
  /** Which of the config's `[apps]`; may be left out where there is one. */
  readonly app?: string
  /** The user allows the repository's hooks now; without it only those that were allowed before run. */
  readonly allowHooks?: boolean
}

export interface ImageOptions extends ShipOptions {
  /** What the app is started with besides the plan's own; nothing of it enters the image. */
  readonly env?: Readonly<Record<string, string>>
  /** The app is started from the image next, which proves it. */
  readonly startsNext?: boolean
}

export interface UpOptions extends ShipOptions {
  /** Given for this environment: wins over secrets and over the config. */
  readonly env?: Readonly<Record<string, string>>
  readonly listen?: ListenAt
  /** Where it listens when nothing says where; port 8000 without it. */
  readonly usual?: ListenAt
}

export interface PublishOptions extends ShipOptions {
  /** Where to: `ghcr.io/acme/shop:1.4`. */
  readonly to: string
  /** How the manifest is written; some registries take only one of them. */
  readonly dialect?: 'oci' | 'docker'
}

export interface Made {
  readonly detected: Detected
  readonly plan: Plan
  readonly made: MadeImage
}

export interface Up extends Made {
  readonly deployed: Deployed
}

export interface Published {
  readonly name: string
  readonly image: Image
  readonly ref: ImageRef
}

/** Repository → a release that serves on this machine, exactly as production will run it; `release` verifies before it is done. */
export async function up(directory: string, options: UpOptions): Promise<Up> {
  const { openHost, placeOf, stateRoot, wakeAgent } = await import('./targets/host/index.ts')
  wakeAgent(stateRoot())
  const ready = await image(directory, { ...options, startsNext: true })
  const { plan, made, detected } = ready
  // By the name that --app takes, where there are several: commands find it by that without reading the source.
  const host = openHost({ home: placeOf(detected.app ?? plan.name, detected.checkout.root) })
  const facts = { WHERRY_APP: plan.name, WHERRY_DIGEST: made.image.digest }
  await hook('before-release', detected, options, facts)
  const deployed = await host.deploy({ ...options, plan, made })
  await hook('after-release', detected, options, { ...facts, WHERRY_URL: deployed.url })
  return { ...ready, deployed }
}

/** Repository → an image in a registry; its digest is what any target can be given. Throws `bad-image-reference` before anything is made. */
export async function publish(directory: string, options: PublishOptions): Promise<Published> {
  const step = await import('./steps/publish/index.ts')
  const place = step.parsePlace(options.to)
  const { makeOwnImage } = await import('./steps/image/own/repository.ts')
  const own = await makeOwnImage(directory, { cache: openCache(), ...options })
  if (own !== null) return { ...own, ref: await step.publish(own.image, place, { cache: openCache(), ...options }) }
  const ready = await image(directory, options)
  const facts = { WHERRY_APP: ready.plan.name, WHERRY_DIGEST: ready.made.image.digest }
  await hook('before-publish', ready.detected, options, facts)
  const ref = await step.publish(ready.made.image, place, { cache: openCache(), ...options })
  await hook('after-publish', ready.detected, options, { ...facts, WHERRY_REFERENCE: ref.reference })
  return { name: ready.plan.name, image: ready.made.image, ref }
}

/** Repository → Image: the first half, which knows of no target. */
export async function image(directory: string, options: ImageOptions): Promise<Made> {
  const detected = await prepared(directory, options)
  const plans = makePlans(detected.project, detected.config, detected.app)
  const request = {
    ...requestOf(detected),
    update: options.update ?? false,
    env: options.env ?? {},
    startsNext: options.startsNext ?? false,
  }
  const ready = { detected, ...(await makeFirstImage(plans, request, { cache: openCache(), ...options })) }
  const { plan, made } = ready
  await hook('after-image', detected, options, { WHERRY_APP: plan.name, WHERRY_DIGEST: made.image.digest })
  return ready
}

/** Moves what wherry.lock pins to what there is now; with `dryRun` it only says what would move. */
export async function update(
  directory: string,
  options: ShipOptions & { readonly dryRun?: boolean },
): Promise<MovedLock & { readonly detected: Detected }> {
  const { updateLock } = await import('./steps/image/update.ts')
  const detected = await detect(directory, options)
  const plans = makePlans(detected.project, detected.config, detected.app)
  const tools = { cache: openCache(), ...options }
  return { detected, ...(await updateLock(plans, requestOf(detected), { dryRun: options.dryRun ?? false }, tools)) }
}

function requestOf(detected: Detected) {
  return {
    wanted: { ...detected.packages, directory: seenFromLock(detected) },
    checkout: detected.checkout,
    libraries: detected.project.systemLibraries,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
  } as const
}

/** The repository as the first hook leaves it: what that one writes belongs to the image. */
async function prepared(directory: string, options: ShipOptions): Promise<Detected> {
  const detected = await detectOrRefuse(directory, options)
  const { hooks } = detected.config
  if (hooks === undefined) return detected
  const { admitHooks } = await import('./hooks/run.ts')
  await admitHooks(hooks, detected.checkout.root, options.allowHooks ?? false)
  if (hooks['before-image'] === undefined) return detected
  await hook('before-image', detected, options, { WHERRY_APP: detected.project.name })
  return detect(directory, options)
}

/** What makes its image by a Dockerfile need not be an app that is known here: that it is not one is no news then. */
async function detectOrRefuse(directory: string, options: ShipOptions): Promise<Detected> {
  const { refuseOwn } = await import('./steps/image/own/repository.ts')
  const detected = await detect(directory, options).catch(async error => {
    await refuseOwn(directory)
    throw error
  })
  if (detected.config.image?.dockerfile !== undefined) await refuseOwn(directory)
  return detected
}

/** Runs a program of the user's between two steps, where the config names one. */
async function hook(
  name: HookName,
  { config, checkout }: Detected,
  options: ShipOptions,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  if (config.hooks?.[name] === undefined) return
  const { runHook } = await import('./hooks/run.ts')
  await runHook(name, config.hooks, { ...options, repository: checkout.root, facts })
}

/** Where the app lies as its lock sees it: a workspace's lock stands above its members. */
function seenFromLock({ packages, project }: Detected): string {
  const { lock } = packages.fact
  return lock === null ? '.' : posix.relative(posix.dirname(lock), project.root) || '.'
}
