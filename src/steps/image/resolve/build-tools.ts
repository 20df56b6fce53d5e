import { join } from 'node:path'
import type { Distribution } from '../../../model/lock.ts'
import { readPylock } from '../../../python/lock/pylock.ts'
import { task, withScratch, type Tools } from '../tools.ts'
import { chooseDistributions } from './distributions.ts'
import { wantsCompiler } from './explain.ts'
import type { SourceDistribution } from './lock-file.ts'
import { keepBuilt, refuseBuild, tryBuild, type Builder } from './sdists.ts'
import type { CompileOptions, Resolver } from './uv.ts'

export interface ToolRequest {
  readonly resolver: Resolver
  readonly options: CompileOptions
  readonly tags: ReadonlyMap<string, number>
}

/** Old build scripts want an old setuptools: 81 took pkg_resources away, 58 the 2to3 conversion. */
const fallbacks: readonly (readonly string[])[] = [[], ['setuptools<81'], ['setuptools<58']]

/** Rounds in which a build may ask for more; `setup_requires` of real packages end after one. */
const rounds = 4

/**
 * Finds what each sdist must be built with, by building it: first what its pyproject.toml asks for, then what its backend asks for
 * (PEP 517, get_requires_for_build_wheel). Throws `no-wheel` and `sdist-does-not-build`.
 */
export async function findBuildTools(
  sdists: readonly Distribution[],
  request: ToolRequest,
  builder: Builder,
  tools: Tools,
): Promise<SourceDistribution[]> {
  const found: SourceDistribution[] = []
  for (const sdist of sdists) {
    const text = `building ${sdist.name} ${sdist.version} from source`
    const build = await task(tools, text, () => toolsFor(sdist, request, builder, tools))
    found.push({ ...sdist, build })
  }
  return found
}

async function toolsFor(
  sdist: Distribution,
  request: ToolRequest,
  builder: Builder,
  tools: Tools,
): Promise<readonly Distribution[]> {
  let first: string | null = null
  for (const constraints of fallbacks) {
    const outcome = await attempt(sdist, { ...request, options: { ...request.options, constraints } }, builder, tools)
    if ('build' in outcome) return outcome.build
    first ??= outcome.refused
    // No other setuptools brings a compiler.
    if (wantsCompiler(first)) break
  }
  throw await refuseBuild(sdist, first ?? '', builder, tools)
}

async function attempt(
  sdist: Distribution,
  request: ToolRequest,
  builder: Builder,
  tools: Tools,
): Promise<{ build: readonly Distribution[] } | { refused: string }> {
  const known: string[] = []
  let build: readonly Distribution[] = []
  for (let round = 0; round < rounds; round += 1) {
    const outcome = await withScratch(tools, async scratch => {
      const target = join(scratch, 'wheel')
      const tried = await tryBuild(sdist, build, { ...builder, known, target }, tools)
      if (tried === 'built') await keepBuilt({ ...sdist, build }, target, builder, tools)
      return tried
    })
    if (outcome === 'built') return { build }
    if ('refused' in outcome) return outcome
    known.push(...outcome.needs)
    const resolved = await resolveTools(known, request)
    if ('refused' in resolved) return resolved
    build = resolved.build
  }
  return { refused: `its build keeps asking for more: ${known.join(', ')}` }
}

async function resolveTools(
  needs: readonly string[],
  { resolver, options, tags }: ToolRequest,
): Promise<{ build: readonly Distribution[] } | { refused: string }> {
  const outcome = await resolver.compile(needs, options)
  if ('refused' in outcome) return outcome
  const { wheels, sdists } = chooseDistributions(readPylock(outcome.pylock, 'pylock.toml'), tags, new Map())
  const [source] = sdists
  return source ? { refused: `it is built with ${source.name}, which has no wheel` } : { build: wheels }
}
