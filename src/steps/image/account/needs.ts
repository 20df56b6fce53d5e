import type { Architecture } from '../../../kit/architecture.ts'
import { parseDependencies } from '../../../debian/index.ts'
import { markerEnvironment } from '../../../python/marker/environment.ts'
import { evaluateMarker } from '../../../python/marker/evaluate.ts'
import { parseRequirement, type Requirement } from '../../../python/requirement/requirement.ts'
import type { Package } from './package.ts'

export interface NeedsOptions {
  /** The image's full Python version. */
  readonly python: string
  readonly architecture: Architecture
  /** Extras the app itself asks for: distribution → extras. What packages ask of each other is followed from there. */
  readonly extras: ReadonlyMap<string, readonly string[]>
}

/** Which packages of the image each package needs, as purl → purls: the dependency graph as it is inside, not as an index would have it. */
export function findNeeds(packages: readonly Package[], options: NeedsOptions): ReadonlyMap<string, readonly string[]> {
  const debian = packages.filter(({ ecosystem }) => ecosystem === 'debian')
  const python = packages.filter(({ ecosystem }) => ecosystem === 'python')
  return new Map([...debianNeeds(debian), ...pythonNeeds(python, options)])
}

function debianNeeds(packages: readonly Package[]): [string, string[]][] {
  const holders = new Map<string, string>()
  for (const { name, purl, provides } of packages) {
    holders.set(name, purl)
    for (const other of provides) if (!holders.has(other)) holders.set(other, purl)
  }
  return packages.map(({ purl, asks }) => {
    const clauses = asks.flatMap(parseDependencies)
    // Of alternatives, the first that is there.
    const found = clauses.map(clause =>
      clause.map(({ name }) => holders.get(name)).find(holder => holder !== undefined),
    )
    return [purl, distinct(found, purl)]
  })
}

function pythonNeeds(packages: readonly Package[], options: NeedsOptions): [string, string[]][] {
  const named = new Map(packages.map(each => [each.name, each]))
  const asked = new Map(packages.map(each => [each.name, each.asks.map(parseRequirement).filter(ask => ask !== null)]))
  const extras = new Map<string, Set<string>>([...options.extras].map(([name, all]) => [name, new Set(all)]))
  const of = (name: string): Requirement[] => {
    const environment = markerEnvironment({ ...options, extras: extras.get(name) ?? [] })
    return (asked.get(name) ?? []).filter(
      ({ marker, name: other }) => named.has(other) && evaluateMarker(marker, environment),
    )
  }
  // An extra that one package asks of another may bring a package that asks for further extras.
  for (let grown = true; grown;) {
    grown = false
    for (const name of named.keys())
      for (const { name: other, extras: wanted } of of(name)) {
        const known = extras.get(other) ?? new Set()
        const before = known.size
        for (const extra of wanted) known.add(extra)
        if (known.size > before) grown = true
        extras.set(other, known)
      }
  }
  return packages.map(({ name, purl }) => [
    purl,
    distinct(
      of(name).map(ask => named.get(ask.name)?.purl),
      purl,
    ),
  ])
}

function distinct(found: readonly (string | undefined)[], self: string): string[] {
  const purls = found.filter(purl => typeof purl === 'string')
  return [...new Set(purls)].filter(purl => purl !== self).sort()
}
