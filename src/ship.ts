import { posix } from 'node:path'
import { openCache } from './kit/cache.ts'
import type { Report } from './model/event.ts'
import type { ImageRef } from './model/image.ts'
import type { Plan } from './model/plan.ts'
import { makePlans } from './plan.ts'
import { detect, type Detected } from './steps/detect/index.ts'
import { makeFirstImage } from './steps/image/first.ts'
import type { MadeImage } from './steps/image/index.ts'
import { openHost, placeOf, type Deployed, type ListenAt } from './targets/host/index.ts'

/** The story: from a repository to a release that serves. Each verb is a step of its own; here their values meet. */

export interface ShipOptions {
  readonly report: Report
  readonly signal?: AbortSignal
  /** Resolve anew, to the newest of everything, although wherry.lock answers already. */
  readonly update?: boolean
}

export interface UpOptions extends ShipOptions {
  /** Given for this environment: wins over secrets and over the config. */
  readonly env?: Readonly<Record<string, string>>
  readonly listen?: ListenAt
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

export interface Published extends Made {
  readonly ref: ImageRef
}

/** Repository → a release that serves on this machine, exactly as production will run it; `release` verifies before it is done. */
export async function up(directory: string, options: UpOptions): Promise<Up> {
  const ready = await image(directory, options)
  const host = openHost({ home: placeOf(ready.plan.name, ready.detected.checkout.root) })
  const deployed = await host.deploy({ ...options, plan: ready.plan, made: ready.made })
  return { ...ready, deployed }
}

/** Repository → an image in a registry; its digest is what any target can be given. Throws `bad-image-reference` before anything is made. */
export async function publish(directory: string, options: PublishOptions): Promise<Published> {
  const step = await import('./steps/publish/index.ts')
  const place = step.parsePlace(options.to)
  const ready = await image(directory, options)
  const ref = await step.publish(ready.made.image, place, { cache: openCache(), ...options })
  return { ...ready, ref }
}

/** Repository → Image: the first half, which knows of no target. */
export async function image(directory: string, options: ShipOptions): Promise<Made> {
  const detected = await detect(directory, options)
  const plans = makePlans(detected.project, detected.config)
  const request = {
    wanted: { ...detected.packages, directory: seenFromLock(detected) },
    checkout: detected.checkout,
    libraries: detected.project.systemLibraries,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    update: options.update ?? false,
  } as const
  return { detected, ...(await makeFirstImage(plans, request, { cache: openCache(), ...options })) }
}

/** Where the app lies as its lock sees it: a workspace's lock stands above its members. */
function seenFromLock({ packages, project }: Detected): string {
  const { lock } = packages.fact
  return lock === null ? '.' : posix.relative(posix.dirname(lock), project.root) || '.'
}
