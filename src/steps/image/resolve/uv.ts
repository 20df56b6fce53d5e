import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Distribution } from '../../../model/lock.ts'
import { makeAuthorize, type Authorize } from '../../../python/index/credentials.ts'
import { askUvForIndex, findDefaultIndex } from '../../../python/index/default-index.ts'
import { readIndexSettings, type IndexSettings } from '../../../python/index/settings.ts'
import type { Uv } from '../../../python/index/uv.ts'
import type { Lock } from '../../../python/lock/lock.ts'
import { readPylock } from '../../../python/lock/pylock.ts'
import { hideCredentials } from '../credentials.ts'
import type { Inside } from '../inside.ts'
import { signalOf, withScratch, type Tools } from '../tools.ts'
import type { PinnedHashes } from './distributions.ts'
import { explainIndex } from './explain.ts'
import { behindGate, unveil } from './gate/address.ts'
import { gateIndex, openGate } from './gate/gate.ts'
import { metadataReader } from './gate/metadata.ts'
import { openUv, type Target, type UvProgram } from './run-uv.ts'

/**
 * uv, run by the base's own Python inside the base, so that markers see what the image will be. It reaches the package indexes through
 * the gate alone and builds nothing: no code of a package runs beside it, and it holds no credentials.
 */
export interface Resolver {
  /** The user's own settings name the index to use: what a lock says of addresses may be out of reach. */
  readonly redirected: boolean
  /** What the requirement lines come to, or uv's explanation why there is nothing. Throws when the index or a build is the reason. */
  compile(lines: readonly string[], options: CompileOptions): Promise<Outcome>
}

export type Outcome = { readonly lock: Lock } | { readonly refused: string }

export interface CompileOptions {
  readonly constraints: readonly string[]
  /** Only files the index had at this moment (RFC 3339); null for all. */
  readonly asOf: string | null
  /** The lines name everything: nothing is added to them. */
  readonly pinned: boolean
  readonly prereleases: boolean
  readonly index: string | null
  readonly extraIndexes: readonly string[]
  readonly findLinks: readonly string[]
  /** Source distributions are left out: what is resolved is there to build them. */
  readonly wheelsOnly?: boolean
  /** Hashes that the repository pins, by name. */
  readonly pins?: PinnedHashes
}

export interface ResolverOptions extends Target {
  readonly tags: ReadonlyMap<string, number>
  /** Brings a file, wherever it lies; gives its path on this machine. */
  fetch(file: Distribution): Promise<string>
  /** The metadata of what a source distribution is built into. */
  sourceMetadata(sdist: Distribution): Promise<string>
}

export async function openResolver(inside: Inside, options: ResolverOptions, tools: Tools): Promise<Resolver> {
  const settings = await readIndexSettings({ project: tools.indexes ?? [] })
  const authorize = makeAuthorize(settings)
  const program = await openUv(inside, options, { cache: tools.cache, settings, ...signalOf(tools) }, tools)
  const { sources, fallback } = await indexesOf(settings, program.uv)
  const context: Context = { ...options, program, authorize, sources, fallback, tools }
  return {
    redirected: settings.indexes.some(index => index.main && index.from !== 'repository'),
    compile: (lines, compileOptions) =>
      withScratch(tools, work => compile(lines, compileOptions, { ...context, work })),
  }
}

interface Context extends ResolverOptions {
  readonly program: UvProgram
  readonly authorize: Authorize
  /** The user's own indexes beside the main one. */
  readonly sources: readonly string[]
  /** The main index where the repository names none. */
  readonly fallback: string | null
  readonly tools: Tools
}

async function compile(
  lines: readonly string[],
  options: CompileOptions,
  context: Context & { readonly work: string },
): Promise<Outcome> {
  const { work, program, tools } = context
  await writeFile(join(work, 'requirements.in'), `${lines.join('\n')}\n`)
  await writeFile(join(work, 'constraints.txt'), `${options.constraints.join('\n')}\n`)
  const stop = new AbortController()
  const gate = await openGate({
    ...context,
    ...metadataReader(context, tools),
    sources: options.wheelsOnly !== true,
    bare: options.pinned,
    pins: options.pins ?? new Map(),
    asProxy: program.byProxy,
    onFailure: () => stop.abort(),
  })
  try {
    const words = compileArguments(options, context)
    const job = { arguments: words, work, gate, signal: stop.signal }
    const { code, stderr, timedOut } = await program.run(job)
    if (code === 0)
      return { lock: unveiled(readPylock(await readFile(join(work, 'pylock.toml'), 'utf8'), 'pylock.toml')) }
    const failure = gate.failure() ?? explainIndex(timedOut)
    if (failure) throw failure
    return { refused: hideCredentials(unveil(stderr.trim())) }
  } catch (error) {
    throw gate.failure() ?? error
  } finally {
    await gate.close()
  }
}

/** The answer with the true files in place of those behind the gate. */
function unveiled(lock: Lock): Lock {
  const packages = lock.packages.map(item => {
    const found = item.files.map(behindGate)
    const version = item.version ?? found.find(({ version }) => version !== null)?.version ?? null
    return { ...item, version, files: found.map(({ file }) => file) }
  })
  return { ...lock, packages }
}

async function indexesOf(settings: IndexSettings, uv: Uv): Promise<Pick<Context, 'sources' | 'fallback'>> {
  const own = settings.indexes.filter(index => index.from !== 'repository')
  const main = own.find(index => index.main)?.url ?? (await findDefaultIndex()) ?? (await askUvForIndex(uv.path))
  return { sources: own.filter(index => !index.main).map(({ url }) => url), fallback: main }
}

const usual =
  'pip compile requirements.in --format pylock.toml --output-file pylock.toml --no-header --quiet --constraints constraints.txt --no-build'.split(
    ' ',
  )

function compileArguments(options: CompileOptions, { sources, fallback }: Context): string[] {
  const main = options.index ?? fallback
  const others = options.extraIndexes.length > 0 ? options.extraIndexes : sources
  return [
    ...usual,
    ...(options.pinned ? ['--no-deps'] : []),
    ...(options.asOf === null ? [] : ['--exclude-newer', options.asOf]),
    ...(options.prereleases ? ['--prerelease', 'allow'] : []),
    ...(main === null ? ['--no-index'] : ['--default-index', gateIndex(main)]),
    ...others.flatMap(index => ['--index', gateIndex(index)]),
    ...options.findLinks.flatMap(place => (/^https?:/.test(place) ? ['--find-links', gateIndex(place, 'page')] : [])),
  ]
}
