import type { Lock } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import { makeFirstImage } from './first.ts'
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
 * Moves wherry.lock to what the archives offer now: the base, and what no lock of the repository pins. The Python stays. No image is made,
 * except where there was no lock: then the app must be started once to see where it keeps data. Throws what resolving throws.
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
  const before = lockFor(readLocks(request.checkout, plan.lockFile), request.architecture)
  if (before === null && !dryRun) {
    const first = await makeFirstImage(plans, request, tools)
    return { plan: first.plan, before, after: first.made.lock, written: true }
  }
  const { resolveLock } = await import('./resolve/index.ts')
  const resolved = await resolveLock({ ...request, plan }, { ...tools, indexes: indexesOf(request.wanted) })
  const after = { ...resolved, data: before?.data ?? [] }
  const moved = JSON.stringify(before) !== JSON.stringify(after)
  const written = moved && !dryRun && (await writeLock(request.checkout, plan.lockFile, after))
  return { plan, before, after, written }
}
