import { isWherryError } from '../../kit/error.ts'
import type { Plan } from '../../model/plan.ts'
import { buildNeedsPackage, cannotResolve, noWheel, sdistBroken, wrongBasePython } from './errors.ts'
import { isResolved, isResolvedBeside, makeImage, type ImageRequest, type MadeImage } from './index.ts'
import type { Tools } from './tools.ts'

/**
 * The image of the first plan that can be made: plans differ in their Python alone, the preferred one first. Where wherry.lock has settled
 * it, that one is taken. Throws what stands against the preferred one, or against the first whose packages are
 * there.
 */
export async function makeFirstImage(
  plans: readonly Plan[],
  request: Omit<ImageRequest, 'plan'>,
  tools: Tools,
): Promise<{ readonly plan: Plan; readonly made: MadeImage }> {
  const attempts = attemptsFor(plans.map(plan => ({ ...request, plan })))
  let first: unknown
  for (const [i, attempt] of attempts.entries()) {
    try {
      return { plan: attempt.plan, made: await makeImage(attempt, tools) }
    } catch (error) {
      // What came further than the packages says more than why another Python was tried.
      if (!another.some(entry => isWherryError(error, entry))) throw error
      first ??= error
      const next = attempts[i + 1]
      if (!next) throw first
      const today = next.anyMoment === false ? '' : ' with the packages of today'
      const why = error instanceof Error ? error.message : ''
      tools.report({
        step: 'image',
        level: 'info',
        text: `${why} Trying Python ${next.plan.image.base.python}${today}.`,
      })
    }
  }
  throw first
}

/** What another Python may not meet. */
const another = [noWheel, sdistBroken, buildNeedsPackage, cannotResolve, wrongBasePython]

/** Wheels exist for the Pythons of their time: where nothing fits the preferred one, another that the repository allows may do. */
function attemptsFor(requests: readonly ImageRequest[]): readonly ImageRequest[] {
  const open = requests.filter(request => !request.update)
  const settled = open.find(isResolved) ?? open.find(isResolvedBeside)
  if (settled) return [settled]
  const pinned = requests.some(({ wanted, checkout }) => wanted.lock !== null || !checkout.git)
  if (pinned) return requests
  // First as of the commit, on every Python that is allowed: what was written for an older one rarely works with today's packages.
  return [...requests.map(request => ({ ...request, anyMoment: false })), ...requests]
}
