import type { Resolved } from '../build/find-environment.ts'
import { chooseDistributions } from './distributions.ts'
import type { CompileOptions, Outcome, Resolver } from './uv.ts'

export interface ToolRequest {
  readonly resolver: Resolver
  readonly options: CompileOptions
  readonly tags: ReadonlyMap<string, number>
}

/** The wheels of a build's requirements, looked at as of the same moment as the app's. */
export async function resolveTools(
  needs: readonly string[],
  constraints: readonly string[],
  { resolver, options, tags }: ToolRequest,
): Promise<Resolved> {
  const outcome = await resolveSomewhere(needs, { ...options, constraints, wheelsOnly: true, pinned: false }, resolver)
  if ('refused' in outcome) return { refused: `its build tools cannot be resolved:\n${outcome.refused}` }
  return { wheels: chooseDistributions(outcome.lock, tags, new Map()).wheels }
}

/**
 * The index that a repository names holds its packages, and may be out of reach here or lack what builds them; an index that tells no
 * upload times has nothing as of any date.
 */
async function resolveSomewhere(
  needs: readonly string[],
  options: CompileOptions,
  resolver: Resolver,
): Promise<Outcome> {
  const named = options.index !== null || options.extraIndexes.length > 0
  const anywhere = { ...options, index: null, extraIndexes: [], findLinks: [] }
  const outcome = await resolver.compile(needs, options).catch((error: unknown) => {
    if (!named) throw error
    return resolver.compile(needs, anywhere)
  })
  if (!('refused' in outcome) || options.asOf === null) return outcome
  const now = await resolver.compile(needs, { ...(named ? anywhere : options), asOf: null })
  return 'refused' in now ? outcome : now
}
