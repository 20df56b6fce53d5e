import { createHash } from 'node:crypto'
import { readFile, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Distribution, SourceDistribution } from '../../../model/lock.ts'
import { readSdist } from '../../../python/sdist/read.ts'
import { task, type Tools } from '../tools.ts'
import { fetchFiles } from '../wheels/fetch.ts'
import type { WheelFile } from '../wheels/place.ts'
import { tryBuild } from './attempt.ts'
import { builderKey, type Builder } from './builder.ts'
import { explainBuild } from './explain.ts'
import { refuseCompiled, refuseUnlessPure } from './purely.ts'
import { showProgress, taskOf } from './progress.ts'

/** Counts up whenever the same sdist would be built differently. */
const rules = 3

/**
 * Wheels of distributions that the index offers only as source: each built once, without network, by exactly the build tools, compiler
 * and headers of the lock. Throws `sdist-does-not-build`.
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
  refuseCompiled(sdist, builder)
  const origin = originOf(sdist, builder)
  const folder = await tools.cache.entry('built-wheel', origin, target =>
    task(tools, taskOf(sdist), async () => {
      const onLine = showProgress(sdist, tools)
      const outcome = await tryBuild(sdist, { environment: sdist.build, known: null, target, onLine }, builder, tools)
      if (outcome === 'built') return
      const output = 'refused' in outcome ? outcome.refused : `it asks for ${outcome.needs.join(', ')}`
      throw explainBuild(sdist, output)
    }),
  )
  const [file = ''] = await readdir(folder)
  refuseUnlessPure(sdist, file, builder)
  const path = join(folder, file)
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return { distribution: sdist, path, file, sha256, origin }
}

/** Keeps a wheel that was built while its environment was found. `wheel` is the directory it lies in. */
export async function keepBuilt(
  sdist: SourceDistribution,
  wheel: string,
  builder: Builder,
  { cache }: Tools,
): Promise<void> {
  await cache.entry('built-wheel', originOf(sdist, builder), target => rename(wheel, target))
}

/** True for an sdist that says of itself that it holds what is compiled. */
export async function isNative(sdist: Distribution, { checkout }: Builder, tools: Tools): Promise<boolean> {
  const [path = ''] = await fetchFiles([sdist], checkout, tools)
  const { native } = await readSdist(path, sdist.file).catch(() => ({ native: [] }))
  return native.length > 0
}

function originOf({ sha256, build }: SourceDistribution, builder: Builder): string {
  const parts = [rules, sha256, builderKey(builder, build.packages), build.wheels.map(tool => tool.sha256)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
