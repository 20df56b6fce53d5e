import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Distribution } from '../../../model/lock.ts'
import { makeLayers } from '../../../oci/index.ts'
import { readSdist } from '../../../python/sdist/read.ts'
import type { VenvPlace } from '../../../python/venv/place.ts'
import { makeVenv } from '../../../python/venv/venv.ts'
import { readRegular } from '../app/regular.ts'
import type { Inside } from '../inside.ts'
import { task, withScratch, type Tools } from '../tools.ts'
import { fetchFiles } from '../wheels/fetch.ts'
import { downloaded, placeWheels, type WheelFile } from '../wheels/place.ts'
import { explainBuild } from './explain.ts'
import type { SourceDistribution } from './lock-file.ts'

/** Counts up whenever the same sdist would be built differently. */
const rules = 2

export interface Builder {
  readonly checkout: Checkout
  readonly place: VenvPlace
  /** The base. */
  readonly inside: Inside
}

/**
 * Wheels of distributions that the index offers only as source: built once in the base, without network and without a compiler, by
 * exactly the build tools of the lock. Throws `no-wheel` for one that needs a compiler, `sdist-does-not-build` otherwise.
 */
export async function buildSdists(
  sdists: readonly SourceDistribution[],
  builder: Builder,
  tools: Tools,
): Promise<WheelFile[]> {
  const built: WheelFile[] = []
  for (const sdist of sdists) built.push(await buildSdist(sdist, builder, tools))
  return built
}

async function buildSdist(sdist: SourceDistribution, builder: Builder, tools: Tools): Promise<WheelFile> {
  const origin = originOf(sdist, builder.place)
  const folder = await tools.cache.entry('built-wheel', origin, target =>
    task(tools, `building ${sdist.name} ${sdist.version} from source`, async () => {
      const outcome = await tryBuild(sdist, sdist.build, { ...builder, target }, tools)
      if (outcome === 'built') return
      const why = 'refused' in outcome ? outcome.refused : `it asks for ${outcome.needs.join(', ')}`
      throw await refuseBuild(sdist, why, builder, tools)
    }),
  )
  const [file = ''] = await readdir(folder)
  const path = join(folder, file)
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return { distribution: sdist, path, file, sha256, origin }
}

/** Keeps a wheel that was built while its build tools were found. `wheel` is the directory it lies in. */
export async function keepBuilt(
  sdist: SourceDistribution,
  wheel: string,
  { place }: Builder,
  { cache }: Tools,
): Promise<void> {
  await cache.entry('built-wheel', originOf(sdist, place), target => rename(wheel, target))
}

/** The error for a build that failed, by its output and by what the source says of itself. */
export async function refuseBuild(
  sdist: Distribution,
  output: string,
  { checkout }: Builder,
  tools: Tools,
): Promise<Error> {
  const [path = ''] = await fetchFiles([sdist], checkout, tools)
  const { native } = await readSdist(path, sdist.file).catch(() => ({ native: [] }))
  return explainBuild(sdist, output, native.length > 0)
}

function originOf({ sha256, build }: SourceDistribution, { minor }: VenvPlace): string {
  return createHash('sha256')
    .update(JSON.stringify([rules, sha256, minor, build.map(tool => tool.sha256)]))
    .digest('hex')
}

export type BuildOutcome = 'built' | { readonly needs: readonly string[] } | { readonly refused: string }

/**
 * One attempt with these build tools: the wheel as the only file of the directory `target`, the requirements that are not among the
 * tools yet, or the last lines of the build.
 */
export async function tryBuild(
  sdist: Distribution,
  build: readonly Distribution[],
  builder: Builder & { readonly target: string; readonly known?: readonly string[] },
  tools: Tools,
): Promise<BuildOutcome> {
  const { checkout, target, known } = builder
  const [path = ''] = await fetchFiles([sdist], checkout, tools)
  return withScratch(tools, async (out): Promise<BuildOutcome> => {
    const result = await runBuild(path, sdist.file, build, { ...builder, out, known: known ?? null }, tools)
    if (result !== null && 'needs' in result) return result
    if (result === null || 'refused' in result) return result ?? { refused: 'the build left no wheel' }
    await mkdir(target)
    await rename(join(out, result.wheel), join(target, result.wheel))
    return 'built'
  })
}

const script = fileURLToPath(new URL('../../../../runtime/build.py', import.meta.url))
const answer = z.union([
  z.object({ needs: z.array(z.string().max(1000)).max(100) }),
  z.object({ wheel: z.string().regex(/^[A-Za-z0-9_.!+-]+\.whl$/) }),
])

async function runBuild(
  path: string,
  file: string,
  build: readonly Distribution[],
  { place, inside, checkout, out, known }: Builder & { readonly out: string; readonly known: readonly string[] | null },
  tools: Tools,
): Promise<z.infer<typeof answer> | { readonly refused: string } | null> {
  const { layers } = await toolLayer(build, { place, inside, checkout }, tools)
  const result = await inside.run({
    argv: ['/venv/bin/python', '-I', '-B', '/build.py', `/sdist/${file}`, '/out'],
    input: JSON.stringify({ known }),
    above: layers,
    mounts: [
      { from: script, to: '/build.py', readonly: true },
      { from: path, to: `/sdist/${file}`, readonly: true },
      { from: out, to: '/out', readonly: false },
    ],
  })
  if (result.code !== 0) return { refused: result.stderr.trim() || result.stdout.trim() }
  const told = readRegular(out, 'answer.json', 1024 ** 2)
  const parsed = answer.safeParse(parse(told?.toString('utf8') ?? ''))
  if (!parsed.success) return null
  if ('wheel' in parsed.data && readRegular(out, parsed.data.wheel, 2 * 1024 ** 3) === null) return null
  return parsed.data
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The build environment as an unpacked layer: two sdists with the same tools share it. */
async function toolLayer(build: readonly Distribution[], { place, checkout }: Builder, tools: Tools) {
  const venv = makeVenv({ executable: `/usr/bin/python${place.minor}`, version: place.minor }, place)
  const files = downloaded(build, await fetchFiles(build, checkout, tools))
  const wheels = await placeWheels(files, place, tools)
  return makeLayers([{ what: 'build tools', tree: [...venv, ...wheels.flatMap(({ tree }) => tree)] }], {
    cache: tools.cache,
    unpack: true,
  })
}
