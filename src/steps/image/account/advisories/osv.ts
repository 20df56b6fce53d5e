import { z } from 'zod'

/** One affected package of one advisory, with what judging and telling needs; made from a record of the OSV schema (ossf.github.io/osv-schema). */
export interface Advisory {
  readonly id: string
  /** Other names of the same vulnerability. */
  readonly aliases: readonly string[]
  /** Vulnerabilities that a distribution's notice is about: one notice may cover several. */
  readonly upstream: readonly string[]
  readonly summary: string
  /** Vectors by type: `CVSS_V3`. */
  readonly vectors: readonly { readonly type: string; readonly score: string }[]
  /** What the database itself calls it: `HIGH`, `unimportant`; null where it says nothing. */
  readonly rating: string | null
  /** `PyPI`, `Debian:13`. */
  readonly ecosystem: string
  readonly name: string
  readonly ranges: readonly (readonly VersionEvent[])[]
  /** Versions affected, one by one. */
  readonly versions: readonly string[]
}

export interface VersionEvent {
  readonly kind: 'introduced' | 'fixed' | 'last_affected'
  readonly version: string
}

const short = z.string().max(500)
const event = z.record(z.string(), z.unknown())
const affected = z.object({
  package: z.object({ ecosystem: short, name: short }).optional(),
  severity: z
    .array(z.object({ type: short, score: short }))
    .optional()
    .catch(undefined),
  ranges: z
    .array(z.object({ type: short, events: z.array(event).max(10_000) }))
    .optional()
    .catch(undefined),
  versions: z.array(short).max(100_000).optional().catch(undefined),
  ecosystem_specific: z.record(z.string(), z.unknown()).optional().catch(undefined),
  database_specific: z.record(z.string(), z.unknown()).optional().catch(undefined),
})
const record = z.object({
  id: z.string().min(1).max(200),
  modified: short.optional(),
  withdrawn: z.unknown().optional(),
  aliases: z.array(short).max(1000).optional().catch(undefined),
  upstream: z.array(short).max(1000).optional().catch(undefined),
  summary: z.string().optional().catch(undefined),
  details: z.string().optional().catch(undefined),
  severity: z
    .array(z.object({ type: short, score: short }))
    .optional()
    .catch(undefined),
  affected: z.array(affected).max(10_000).optional(),
  database_specific: z.record(z.string(), z.unknown()).optional().catch(undefined),
})
export type OsvRecord = z.infer<typeof record>

/** A record from its text; null for what is none. */
export function parseRecord(text: string): OsvRecord | null {
  try {
    return record.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** The advisories of a record for these ecosystems (by their first part); none when it was withdrawn. */
export function advisoriesOf(record: OsvRecord, ecosystems: ReadonlySet<string>): Advisory[] {
  if (record.withdrawn !== undefined && record.withdrawn !== null) return []
  return (record.affected ?? []).flatMap(each => {
    const { package: named, ranges = [], versions = [] } = each
    if (named === undefined || !ecosystems.has(named.ecosystem.split(':')[0] ?? '')) return []
    const events = ranges.filter(({ type }) => type === 'ECOSYSTEM').map(range => range.events.flatMap(eventOf))
    return [
      {
        ...namesOf(record),
        summary: (record.summary ?? record.details ?? '').split('\n')[0]?.slice(0, 300) ?? '',
        vectors: [...(each.severity ?? []), ...(record.severity ?? [])],
        rating: ratingOf(each.ecosystem_specific, each.database_specific, record.database_specific),
        ecosystem: named.ecosystem,
        name: named.name,
        ranges: events.filter(range => range.length > 0),
        // Distributions list every version that a range covers already; for the others the list may say more than the ranges.
        versions: named.ecosystem === 'PyPI' || events.length === 0 ? versions : [],
      },
    ]
  })
}

/** A notice of a distribution (DSA, DLA, USN) names the vulnerabilities it is about as aliases or upstream; they are not the same thing. */
function namesOf({ id, aliases = [], upstream = [] }: OsvRecord): Pick<Advisory, 'id' | 'aliases' | 'upstream'> {
  if (/^(?:DSA|DLA|DTSA|USN|LSN)-/.test(id))
    return { id, aliases: [], upstream: [...new Set([...aliases, ...upstream])] }
  // DEBIAN-CVE-2024-1 and UBUNTU-CVE-2024-1 are a distribution's view of one vulnerability.
  const own = upstream.filter(other => id.endsWith(other))
  return { id, aliases: [...new Set([...aliases, ...own])], upstream: [] }
}

function eventOf(event: Readonly<Record<string, unknown>>): VersionEvent[] {
  return (['introduced', 'fixed', 'last_affected'] as const).flatMap(kind => {
    const version = Object.hasOwn(event, kind) ? event[kind] : undefined
    return typeof version === 'string' && version.length <= 200 ? [{ kind, version }] : []
  })
}

function ratingOf(...sources: (Readonly<Record<string, unknown>> | undefined)[]): string | null {
  for (const source of sources)
    for (const key of ['urgency', 'severity', 'ubuntu_priority']) {
      const value = source !== undefined && Object.hasOwn(source, key) ? source[key] : undefined
      if (typeof value === 'string' && value.length <= 40) return value.toLowerCase()
    }
  return null
}
