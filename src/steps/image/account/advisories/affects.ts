import type { Advisory, VersionEvent } from './osv.ts'

/** How an ecosystem orders its versions; throws or gives NaN for text that is no version. */
export type CompareVersions = (a: string, b: string) => number

export interface Effect {
  /** The lowest version that is fixed, or null where there is none yet. */
  readonly fixed: string | null
}

/** Null when the version is not affected (OSV schema, "Evaluation"): neither listed nor within a range. */
export function affects({ ranges, versions }: Advisory, version: string, compare: CompareVersions): Effect | null {
  const within = ranges.filter(range => isWithin(range, version, compare))
  const listed = versions.some(each => each === version || safely(compare, each, version) === 0)
  if (within.length === 0 && !listed) return null
  const fixes = (within.length > 0 ? within : ranges)
    .flat()
    .filter(event => event.kind === 'fixed' && (safely(compare, event.version, version) ?? 0) > 0)
    .map(event => event.version)
    .sort((a, b) => safely(compare, a, b) ?? 0)
  return { fixed: fixes[0] ?? null }
}

function isWithin(range: readonly VersionEvent[], version: string, compare: CompareVersions): boolean {
  const order = (event: VersionEvent): number | null => {
    // `0` is before every version, whatever the ecosystem.
    if (event.kind === 'introduced' && event.version === '0') return 1
    return safely(compare, version, event.version)
  }
  const events = range.toSorted((a, b) => {
    if (a.version === '0' || b.version === '0') return a.version === b.version ? 0 : a.version === '0' ? -1 : 1
    return safely(compare, a.version, b.version) ?? 0
  })
  let inside = false
  for (const event of events) {
    const at = order(event)
    // What cannot be compared says nothing about this version.
    if (at === null) continue
    if (event.kind === 'introduced' && at >= 0) inside = true
    if (event.kind === 'fixed' && at >= 0) inside = false
    if (event.kind === 'last_affected' && at > 0) inside = false
  }
  return inside
}

function safely(compare: CompareVersions, a: string, b: string): number | null {
  try {
    const order = compare(a, b)
    return Number.isNaN(order) ? null : order
  } catch {
    return null
  }
}
