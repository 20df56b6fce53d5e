import { evaluateMarker } from '../marker/evaluate.ts'
import type { MarkerEnvironment } from '../marker/environment.ts'
import type { Lock, LockedDependency, LockedPackage, LockedRoot } from './lock.ts'

export interface Selection {
  /** Also says which dependency groups are wanted, beside the default one that always is. */
  readonly environment: MarkerEnvironment
  /** What the project asks for; `wantedBy` gives it where the lock knows, else the manifest does. */
  readonly wanted: readonly LockedDependency[]
}

/**
 * The packages of a lock to install. Formats that record groups are taken at their word; the others are walked from what is wanted
 * along the dependencies whose markers hold. The project's own directories are among them, with `source.kind` `path`.
 */
export function selectPackages(lock: Lock, { environment, wanted }: Selection): readonly LockedPackage[] {
  const groups = new Set(['default', ...environment.groups])
  const reached = walk(lock, wanted, environment)
  return lock.packages.filter(one => {
    if (reached.has(one)) return true
    return one.groups !== null && one.groups.some(group => groups.has(group)) && evaluateMarker(one.marker, environment)
  })
}

/** What a member of the project asks for, with the extras and groups of the environment. */
export function wantedBy(root: LockedRoot, { extras, groups }: MarkerEnvironment): readonly LockedDependency[] {
  return [
    ...root.dependencies,
    ...[...extras].flatMap(extra => root.extras.get(extra) ?? []),
    ...[...groups].flatMap(group => root.groups.get(group) ?? []),
  ]
}

/** Everything reachable, with the extras it was asked for. A package asked for again with a new extra is visited again. */
function walk(
  lock: Lock,
  wanted: readonly LockedDependency[],
  environment: MarkerEnvironment,
): ReadonlySet<LockedPackage> {
  const byName = Map.groupBy(lock.packages, ({ name }) => name)
  const asked = new Map<LockedPackage, Set<string>>()
  const queue = wanted.map(dependency => ({ dependency, extras: environment.extras }))
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { dependency } = next
    // `extra` in a dependency's marker means the extras its parent was asked for with.
    if (!evaluateMarker(dependency.marker, { ...environment, extras: next.extras })) continue
    const found = findPackage(byName.get(dependency.name) ?? [], dependency, environment)
    if (found === null) continue
    const known = asked.get(found)
    const extras = new Set([...(known ?? []), ...dependency.extras])
    if (known !== undefined && known.size === extras.size) continue
    asked.set(found, extras)
    const more = [...found.dependencies, ...[...extras].flatMap(extra => found.extras.get(extra) ?? [])]
    queue.push(...more.map(dependency => ({ dependency, extras })))
  }
  return new Set(asked.keys())
}

/** Of several locked versions of a name, the one meant, or the one for this environment. */
function findPackage(
  candidates: readonly LockedPackage[],
  { version }: LockedDependency,
  environment: MarkerEnvironment,
): LockedPackage | null {
  const meant = version === null ? candidates : candidates.filter(one => one.version === version)
  return meant.find(one => evaluateMarker(one.marker, environment)) ?? null
}
