import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { list } from '../../kit/text.ts'
import type { Distribution, Lock } from '../../model/lock.ts'
import type { Tree } from '../../model/tree.ts'
import type { LayerPart } from '../../oci/index.ts'
import { makeAuthorize } from '../../python/index/credentials.ts'
import { fetchDistributions } from '../../python/index/fetch.ts'
import { readIndexSettings } from '../../python/index/settings.ts'
import type { VenvPlace } from '../../python/venv/place.ts'
import { layoutWheel } from '../../python/wheel/layout.ts'
import { mergeWheels, type LaidOutWheel } from '../../python/wheel/merge.ts'
import { unpackWheel } from '../../python/wheel/unpack.ts'
import type { Compile } from './bytecode.ts'
import type { Tools } from './tools.ts'

/** Counts up whenever the same wheels would make other layers. */
const rules = 1

/** A wheel that has a place in the environment. */
export interface PlacedWheel {
  readonly distribution: Distribution
  readonly tree: Tree
}

/** A wheel and where it lies on this machine: downloaded, or built from an sdist. */
export interface WheelFile {
  readonly distribution: Distribution
  readonly path: string
  readonly file: string
  readonly sha256: string
}

/** Brings distributions by address and hash, the user's own credentials with them. */
export async function fetchFiles(distributions: readonly Distribution[], tools: Tools): Promise<readonly string[]> {
  const authorize = makeAuthorize(await readIndexSettings())
  return fetchDistributions(distributions, {
    cache: tools.cache,
    authorize,
    ...(tools.signal ? { signal: tools.signal } : {}),
  })
}

/** All distributions of a lock, laid out: wheels are fetched, sdists built; what is in the cache is neither. */
export async function installWheels(
  lock: Lock,
  place: VenvPlace,
  build: (sdists: readonly Distribution[]) => Promise<WheelFile[]>,
  tools: Tools,
): Promise<PlacedWheel[]> {
  const paths = await fetchFiles(lock.wheels, tools)
  const files = lock.wheels.map((distribution, i) => ({
    distribution,
    path: paths[i] ?? '',
    file: distribution.file,
    sha256: distribution.sha256,
  }))
  return placeWheels([...files, ...(await build(lock.sdists))], place, tools)
}

/** Lays wheels out in one environment. Of two files in one place the later wheel's counts, and it is said. */
export async function placeWheels(
  wheels: readonly WheelFile[],
  place: VenvPlace,
  tools: Tools,
): Promise<PlacedWheel[]> {
  const laidOut = await Promise.all(
    wheels.map(async ({ distribution, path, file, sha256 }): Promise<LaidOutWheel> => {
      const unpacked = await unpackWheel({ path, file, sha256 }, tools.cache)
      return { name: `${distribution.name} ${distribution.version}`, tree: await layoutWheel(unpacked, place) }
    }),
  )
  const merged = await mergeWheels(laidOut)
  for (const { path, winner } of merged.replaced) {
    tools.report({ step: 'image', level: 'info', text: `${path} is in two packages; ${winner} provides it` })
  }
  return merged.wheels.map(({ tree }, i) => {
    const wheel = wheels[i]
    if (!wheel) throw new Error('a wheel was lost while merging')
    return { distribution: wheel.distribution, tree }
  })
}

/** Bytes from which on a wheel has a layer of its own, so that apps share it; the small ones share one. */
const large = 2_000_000
const mostLarge = 24

/** The layers of an environment: the large wheels each, the small ones together; each with its bytecode. */
export function wheelParts(placed: readonly PlacedWheel[], compile: Compile, place: VenvPlace): LayerPart[] {
  const sized = placed.map(wheel => ({
    wheel,
    size: wheel.tree.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0),
  }))
  const big = sized
    .filter(({ size }) => size >= large)
    .sort((a, b) => b.size - a.size)
    .slice(0, mostLarge)
    .map(({ wheel }) => wheel)
  const small = placed.filter(wheel => !big.includes(wheel))
  const groups = [...big.map(wheel => [wheel]).sort((a, b) => order(a[0], b[0])), ...(small.length > 0 ? [small] : [])]
  return groups.map(group => {
    const withBytecode = async (wheel: PlacedWheel): Promise<Tree> => [
      ...wheel.tree,
      ...(await compile(wheel.tree, keyOf([wheel], place))),
    ]
    return {
      what: describe(group),
      key: keyOf(group, place),
      tree: async () => (await Promise.all(group.map(withBytecode))).flat(),
    }
  })
}

function order(a: PlacedWheel | undefined, b: PlacedWheel | undefined): number {
  return (a?.distribution.name ?? '') < (b?.distribution.name ?? '') ? -1 : 1
}

function describe(group: readonly PlacedWheel[]): string {
  const names = group.map(({ distribution }) => distribution.name)
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  return `wheels: ${list(shown)}`
}

/** Everything a group's layer depends on; the number of files shows where a later wheel took some. */
function keyOf(group: readonly PlacedWheel[], place: VenvPlace): string {
  const hash = createHash('sha256').update(`wheels ${rules} ${place.prefix} ${place.minor}`)
  for (const { distribution, tree } of group)
    hash.update(`\n${distribution.name} ${distribution.sha256} ${tree.length}`)
  return hash.digest('hex')
}

/** A directory for work that is gone afterwards. */
export async function withScratch<T>(tools: Tools, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await tools.cache.scratch()
  try {
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
