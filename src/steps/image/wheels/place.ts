import { createHash } from 'node:crypto'
import type { Distribution } from '../../../model/lock.ts'
import type { Tree } from '../../../model/tree.ts'
import type { VenvPlace } from '../../../python/venv/place.ts'
import { layoutWheel } from '../../../python/wheel/layout.ts'
import { mergeWheels, type LaidOutWheel } from '../../../python/wheel/merge.ts'
import { unpackWheel } from '../../../python/wheel/unpack.ts'
import type { Tools } from '../tools.ts'

/** A wheel and where it lies on this machine: downloaded, or built from an sdist. */
export interface WheelFile {
  readonly distribution: Distribution
  readonly path: string
  readonly file: string
  readonly sha256: string
  /**
   * What the files inside depend on. A downloaded wheel's own hash; for a built one what it was built from, because the bytes of
   * the zip differ from build to build where the files in it do not.
   */
  readonly origin: string
}

/** A wheel that has a place in the environment. */
export interface PlacedWheel {
  readonly distribution: Distribution
  readonly tree: Tree
  /** Everything the tree depends on but the place of the environment. */
  readonly key: string
}

export function downloaded(distributions: readonly Distribution[], paths: readonly string[]): WheelFile[] {
  return distributions.map((distribution, i) => {
    const { file, sha256 } = distribution
    return { distribution, path: paths[i] ?? '', file, sha256, origin: sha256 }
  })
}

/** Lays wheels out in one environment. Of two files in one place the later wheel's counts, and it is said. */
export async function placeWheels(
  wheels: readonly WheelFile[],
  place: VenvPlace,
  { cache, report }: Tools,
): Promise<PlacedWheel[]> {
  const laidOut = await Promise.all(
    wheels.map(async ({ distribution, path, file, sha256 }): Promise<LaidOutWheel> => {
      const unpacked = await unpackWheel({ path, file, sha256 }, cache)
      return { name: `${distribution.name} ${distribution.version}`, tree: await layoutWheel(unpacked, place) }
    }),
  )
  const merged = await mergeWheels(laidOut)
  for (const { path, winner } of merged.replaced)
    report({ step: 'image', level: 'info', text: `${path} is in two packages; ${winner} provides it` })
  return wheels.map(({ distribution, origin }, i) => {
    const tree = merged.wheels[i]?.tree ?? []
    return { distribution, tree, key: keyOf(distribution.name, origin, lost(laidOut[i]?.tree ?? [], tree)) }
  })
}

/** Paths of a wheel that a later one provides. */
function lost(all: Tree, kept: Tree): string[] {
  if (all.length === kept.length) return []
  const here = new Set(kept.map(({ path }) => path))
  return all.map(({ path }) => path).filter(path => !here.has(path))
}

function keyOf(name: string, origin: string, lostPaths: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([name, origin, [...lostPaths].sort()]))
    .digest('hex')
}
