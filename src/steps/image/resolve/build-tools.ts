import { readPylock } from '../../../python/lock/pylock.ts'
import type { Resolved } from '../build/find-environment.ts'
import { chooseDistributions } from './distributions.ts'
import type { CompileOptions, Resolver } from './uv.ts'

export interface ToolRequest {
  readonly resolver: Resolver
  readonly options: CompileOptions
  readonly tags: ReadonlyMap<string, number>
}

/** The wheels of a build's requirements, looked at as of the same moment as the app's. A tool that must itself be built is refused. */
export async function resolveTools(
  needs: readonly string[],
  constraints: readonly string[],
  { resolver, options, tags }: ToolRequest,
): Promise<Resolved> {
  const outcome = await resolver.compile(needs, { ...options, constraints })
  if ('refused' in outcome) return outcome
  const { wheels, sdists } = chooseDistributions(readPylock(outcome.pylock, 'pylock.toml'), tags, new Map())
  const [source] = sdists
  return source ? { refused: `it is built with ${source.name}, which has no wheel` } : { wheels }
}
