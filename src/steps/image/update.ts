import { architectures, ownArchitecture, type Architecture } from '../../kit/architecture.ts'
import { isWherryError } from '../../kit/error.ts'
import type { Lock, Locks } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import { makeFirstImage } from './first.ts'
import { keptPlaces } from './here.ts'
import { indexesOf, isResolved, type ImageRequest } from './index.ts'
import { lockFor, readLocks, writeLock } from './resolve/lock-file.ts'
import type { Tools } from './tools.ts'

/** What moving a lock forward came to. */
export interface MovedLock {
  readonly plan: Plan
  /** Null where nothing was locked before. */
  readonly before: Lock | null
  readonly after: Lock
  /** False for a dry run, where nothing moved, and where the lock cannot be written. */
  readonly written: boolean
}

/**
 * Moves wherry.lock to what the archives offer now, for every platform in it: the base, and what no lock of the repository pins. The Python
 * stays. No image is made, except where there was no lock: then the app must be started once to see where it keeps data. Throws what
 * resolving for the request's own platform throws.
 */
export async function updateLock(
  plans: readonly Plan[],
  given: Omit<ImageRequest, 'plan'>,
  { dryRun }: { readonly dryRun: boolean },
  tools: Tools,
): Promise<MovedLock> {
  const request = { ...given, update: true }
  const plan = plans.find(each => isResolved({ ...request, plan: each })) ?? plans[0]
  if (!plan) throw new Error('a project has a plan')
  const locks = readLocks(request.checkout, plan.lockFile)
  const before = lockFor(locks, request.architecture)
  if (before === null && !dryRun) {
    const first = await makeFirstImage(plans, request, tools)
    return { plan: first.plan, before, after: first.made.lock, written: true }
  }
  const moved = await moveAll({ ...request, plan }, locks, { ...tools, indexes: indexesOf(request.wanted) })
  const after = moved.find(({ base }) => base.architecture === request.architecture)
  if (!after) throw new Error('the platform that was asked for is resolved')
  const changed = moved.filter(lock => JSON.stringify(lockFor(locks, lock.base.architecture)) !== JSON.stringify(lock))
  let written = false
  if (!dryRun) for (const lock of changed) written = await writeLock(request.checkout, plan.lockFile, lock)
  return { plan, before, after, written }
}

/** This machine's platform first: the others keep to its versions. One that cannot be resolved here stays as it is, unless it is asked for. */
async function moveAll(request: ImageRequest, locks: Locks, tools: Tools): Promise<Lock[]> {
  const { resolveLock } = await import('./resolve/index.ts')
  const withData = (lock: Lock): Lock => ({
    ...lock,
    data: lockFor(locks, lock.base.architecture)?.data ?? keptPlaces(request),
  })
  const isWanted = (each: Architecture): boolean => each === request.architecture || lockFor(locks, each) !== null
  const others = architectures.filter(each => each !== ownArchitecture && isWanted(each))
  const own = await resolveLock({ ...request, architecture: ownArchitecture }, tools)
  const moved = [withData(own)]
  for (const architecture of others) {
    try {
      moved.push(withData(await resolveLock({ ...request, architecture, beside: own }, tools)))
    } catch (error) {
      if (architecture === request.architecture || !isWherryError(error)) throw error
      const text = `linux/${architecture} stays as it is locked: ${error.what}`
      tools.report({ step: 'image', level: 'warning', text })
    }
  }
  return moved
}
