import { parseWheelName, type WheelName } from './wheel.ts'

/** The rank of the wheel's best tag among those supported (0 is best), or null when it does not fit. */
export function rankWheel(wheel: WheelName, supported: ReadonlyMap<string, number>): number | null {
  const ranks = wheel.tags.map(tag => supported.get(tag)).filter(rank => rank !== undefined)
  return ranks.length === 0 ? null : Math.min(...ranks)
}

/** Of the files of one version, the wheel an installer takes: best tag first, then the higher build tag. Null when none fits. */
export function chooseWheel<File extends { readonly name: string }>(
  files: readonly File[],
  supported: ReadonlyMap<string, number>,
): File | null {
  let best: { file: File; wheel: WheelName; rank: number } | null = null
  for (const file of files) {
    const wheel = parseWheelName(file.name)
    const rank = wheel === null ? null : rankWheel(wheel, supported)
    if (wheel === null || rank === null) continue
    if (best === null || rank < best.rank || (rank === best.rank && compareBuilds(wheel, best.wheel) > 0)) {
      best = { file, wheel, rank }
    }
  }
  return best?.file ?? null
}

function compareBuilds(a: WheelName, b: WheelName): number {
  const [aNumber, aText] = a.build ?? [-1, '']
  const [bNumber, bText] = b.build ?? [-1, '']
  return aNumber - bNumber || (aText === bText ? 0 : aText < bText ? -1 : 1)
}
