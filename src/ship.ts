import { posix } from 'node:path'
import { openCache } from './kit/cache.ts'
import { isWherryError } from './kit/error.ts'
import type { Report } from './model/event.ts'
import type { Plan } from './model/plan.ts'
import type { Project } from './model/project.ts'
import { makePlan } from './plan.ts'
import { detect, type Detected } from './steps/detect/index.ts'
import { cannotResolve, noWheel, sdistBroken } from './steps/image/errors.ts'
import { openHost, placeOf, type Deployed, type ListenAt } from './targets/host/index.ts'
import { isResolved, makeImage, type ImageRequest, type MadeImage } from './steps/image/index.ts'

/** The story: from a repository to a release that serves. Each verb is a step of its own; here their values meet. */

export interface ShipOptions {
  readonly report: Report
  readonly signal?: AbortSignal
  /** Resolve anew, to the newest of everything, although wherry.lock answers already. */
  readonly update?: boolean
}

export interface Made {
  readonly detected: Detected
  readonly plan: Plan
  readonly made: MadeImage
}

export interface UpOptions extends ShipOptions {
  /** Given for this environment: wins over secrets and over the config. */
  readonly env?: Readonly<Record<string, string>>
  readonly listen?: ListenAt
}

export interface Up extends Made {
  readonly deployed: Deployed
}

/** Repository → a release that serves on this machine, exactly as production will run it. */
export async function up(directory: string, options: UpOptions): Promise<Up> {
  const ready = await image(directory, options)
  const host = openHost({ home: placeOf(ready.plan.name, ready.detected.checkout.root) })
  const deployed = await host.deploy({ ...options, plan: ready.plan, made: ready.made })
  return { ...ready, deployed }
}

/** Repository → Image: the first half, which knows of no target. */
export async function image(directory: string, options: ShipOptions): Promise<Made> {
  const detected = await detect(directory, options)
  const requests = requestsFor(detected, options)
  let first: unknown
  for (const [i, request] of requests.entries()) {
    try {
      return { detected, plan: request.plan, made: await makeImage(request, { cache: openCache(), ...options }) }
    } catch (error) {
      // What stands against the Python that was preferred is the error to read.
      first ??= error
      const next = requests[i + 1]?.plan.image.base.python
      if (next === undefined || ![noWheel, sdistBroken, cannotResolve].some(entry => isWherryError(error, entry)))
        throw first
      // Old requirements have wheels for the Pythons of their time only; where the repository allows one of those, it is taken.
      const text = `${error instanceof Error ? error.message : ''} Trying Python ${next}${requests[i + 1]?.anyMoment === false ? '' : ' with the packages of today'}.`
      options.report({ step: 'image', level: 'info', text })
    }
  }
  throw first
}

/** For the Python preferred and those allowed besides; where wherry.lock has settled it, for that one alone. */
function requestsFor(detected: Detected, { update = false }: ShipOptions): readonly ImageRequest[] {
  const { version, alternatives } = detected.project.python
  const requests = [version, ...alternatives].map(python => {
    const plan = makePlan(withPython(detected.project, python), detected.config)
    return requestFor(plan, detected, update)
  })
  const settled = update ? undefined : requests.find(isResolved)
  if (settled) return [settled]
  if (detected.packages.lock !== null || !detected.checkout.git) return requests
  // First as of the commit, on every Python that is allowed: what was written for an older one rarely works with today's packages.
  return [...requests.map(request => ({ ...request, anyMoment: false })), ...requests]
}

function withPython(project: Project, version: string): Project {
  return { ...project, python: { ...project.python, version } }
}

function requestFor(plan: Plan, detected: Detected, update: boolean): ImageRequest {
  return {
    plan,
    wanted: { ...detected.packages, directory: lockDirectoryOf(plan, detected) },
    checkout: detected.checkout,
    libraries: detected.project.systemLibraries,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    update,
  }
}

/** Where the app lies as its lock sees it: a workspace's lock stands above its members. */
function lockDirectoryOf(plan: Plan, { packages }: Detected): string {
  const { lock } = packages.fact
  return lock === null ? '.' : posix.relative(posix.dirname(lock), plan.root) || '.'
}
