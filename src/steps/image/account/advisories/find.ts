import { compareVersions as compareDebian } from '../../../../debian/index.ts'
import type { Lock } from '../../../../model/lock.ts'
import { normalizeName } from '../../../../python/name.ts'
import { compareVersions as comparePython } from '../../../../python/version/version.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { affects } from './affects.ts'
import type { Advisory } from './osv.ts'
import { packageKey, type AdvisoryData } from './read.ts'
import { isAtLeast, severityOf, type Severity } from './severity.ts'

/** A package as advisories name it: Debian's and Ubuntu's by their source package. */
export interface Judged {
  /** `PyPI`, `Debian:13`; records of `Ubuntu:24.04:LTS` are about `Ubuntu:24.04`. */
  readonly ecosystem: string
  readonly name: string
  readonly version: string
  /** The packages of the image this is about. */
  readonly packages: readonly string[]
}

/** A vulnerability of a package, told once whichever databases know it. */
export interface Finding extends Severity {
  /** The name most people know: a CVE's before a database's own. */
  readonly id: string
  readonly aliases: readonly string[]
  readonly ecosystem: string
  readonly name: string
  readonly version: string
  readonly packages: readonly string[]
  /** The version that fixes it; null where there is none yet. */
  readonly fixed: string | null
  readonly summary: string
}

/** The vulnerabilities of packages, the worst first. */
export function findVulnerabilities(judged: readonly Judged[], byPackage: AdvisoryData['byPackage']): Finding[] {
  return judged
    .flatMap(each => findingsOf(each, byPackage.get(packageKey(each.ecosystem, each.name)) ?? []))
    .sort(byWeight)
}

/** The packages to ask `readAdvisories` for. */
export function keysOf(judged: readonly Judged[]): ReadonlySet<string> {
  return new Set(judged.map(({ ecosystem, name }) => packageKey(ecosystem, name)))
}

interface Hit {
  readonly advisory: Advisory
  readonly fixed: string | null
}

function findingsOf(each: Judged, advisories: readonly Advisory[]): Finding[] {
  const compare = each.ecosystem === 'PyPI' ? comparePython : compareDebian
  const hits = advisories
    .filter(({ ecosystem }) => ecosystem === each.ecosystem || ecosystem.startsWith(`${each.ecosystem}:`))
    .flatMap((advisory): Hit[] => {
      const effect = affects(advisory, each.version, compare)
      return effect ? [{ advisory, fixed: effect.fixed }] : []
    })
  const groups = groupByName(hits)
  const known = new Set(groups.flatMap(group => group.flatMap(({ advisory }) => [advisory.id, ...advisory.aliases])))
  return groups
    .filter(group => !group.every(({ advisory }) => isCovered(advisory, known)))
    .map(group => merge(group, each, compare))
}

/** A notice says nothing new when each vulnerability it is about is told by itself. */
function isCovered({ upstream }: Advisory, known: ReadonlySet<string>): boolean {
  return upstream.length > 0 && upstream.every(id => known.has(id))
}

/** Advisories that share a name are about one vulnerability. */
function groupByName(hits: readonly Hit[]): Hit[][] {
  const groups: { names: Set<string>; hits: Hit[] }[] = []
  for (const hit of hits) {
    const names = new Set([hit.advisory.id, ...hit.advisory.aliases])
    const mine = groups.filter(group => !group.names.isDisjointFrom(names))
    const merged = {
      names: new Set([...names, ...mine.flatMap(group => [...group.names])]),
      hits: [...mine.flatMap(group => group.hits), hit],
    }
    for (const group of mine) groups.splice(groups.indexOf(group), 1)
    groups.push(merged)
  }
  return groups.map(group => group.hits)
}

function merge(group: readonly Hit[], each: Judged, compare: (a: string, b: string) => number): Finding {
  const names = [...new Set(group.flatMap(({ advisory }) => [advisory.id, ...advisory.aliases]))].sort()
  const id =
    ['CVE-', 'GHSA-', 'PYSEC-'].flatMap(prefix => names.filter(name => name.startsWith(prefix)))[0] ?? names[0] ?? ''
  const [worst = { level: 'unknown', score: null } as const] = group
    .map(({ advisory }) => severityOf(advisory))
    .sort(bySeverity)
  // Two databases may name different fixes: the later one satisfies both.
  const fixes = group.map(({ fixed }) => fixed).filter(fixed => fixed !== null)
  const { ecosystem, name, version, packages } = each
  return {
    ...worst,
    id,
    aliases: names.filter(other => other !== id),
    ecosystem,
    name,
    version,
    packages,
    fixed: fixes.toSorted(compare).at(-1) ?? null,
    summary: group.map(({ advisory }) => advisory.summary).find(text => text !== '') ?? '',
  }
}

/** The worst first. */
function bySeverity(a: Severity, b: Severity): number {
  if (a.level !== b.level) return isAtLeast(a.level, b.level) ? -1 : 1
  return (b.score ?? 0) - (a.score ?? 0)
}

function byWeight(a: Finding, b: Finding): number {
  const severity = bySeverity(a, b)
  if (severity !== 0) return severity
  const [x, y] = [`${a.name} ${a.id}`, `${b.name} ${b.id}`]
  return x < y ? -1 : Number(x > y)
}

/** The packages of an image as advisories name them. */
export function judgedOf({ packages, release }: Inventory): Judged[] {
  const named = packages.map(each => {
    if (each.ecosystem === 'python') return { ecosystem: 'PyPI', name: each.name, version: each.version, of: each.name }
    const { name, version } = each.source ?? each
    return { ecosystem: distribution(release.id, release.version), name, version, of: each.name }
  })
  return once(named)
}

/** The same from a lock alone, whose paths tell the source package (`pool/main/g/glibc/…`). */
export function judgedOfLock({ base, wheels, sdists }: Lock): Judged[] {
  const debian = [...base.packages, ...base.nginx, ...base.libraries].map(({ name, version, path }) => ({
    ecosystem: releases[base.suite] ?? base.suite,
    name: /^pool\/[^/]+\/[^/]+\/([^/]+)\//.exec(path)?.[1] ?? name,
    // A rebuild of the same source counts up behind `+b`.
    version: version.replace(/\+b\d+$/, ''),
    of: name,
  }))
  const python = [...wheels, ...sdists].map(({ name, version }) => ({
    ecosystem: 'PyPI',
    name: normalizeName(name),
    version,
    of: normalizeName(name),
  }))
  return once([...debian, ...python])
}

/** How OSV names the suites a lock can have; an image's own os-release says it of any other. */
const releases: Readonly<Record<string, string>> = {
  bookworm: 'Debian:12',
  trixie: 'Debian:13',
  jammy: 'Ubuntu:22.04',
  noble: 'Ubuntu:24.04',
}

function distribution(id: string, version: string): string {
  return `${id === 'ubuntu' ? 'Ubuntu' : 'Debian'}:${version}`
}

function once(named: readonly (Omit<Judged, 'packages'> & { readonly of: string })[]): Judged[] {
  const found = new Map<string, Judged>()
  for (const { of, ...each } of named) {
    const key = `${each.ecosystem} ${each.name} ${each.version}`
    found.set(key, { ...each, packages: [...(found.get(key)?.packages ?? []), of] })
  }
  return [...found.values()]
}
