import type { Reason } from '../../../model/because.ts'
import type { Lock, LockedDependency, LockedPackage } from '../../../python/lock/lock.ts'
import { selectPackages } from '../../../python/lock/select.ts'
import { markerEnvironment } from '../../../python/marker/environment.ts'
import { chooseWheel } from '../../../python/tag/choose.ts'
import { supportedTags } from '../../../python/tag/target.ts'
import { allowsMinor } from '../../../python/version/python.ts'
import { parseConstraint } from '../../../python/version/constraint.ts'
import { compareVersions, parseVersion } from '../../../python/version/version.ts'
import type { Packages } from '../packages/index.ts'
import { limits } from './limits.ts'

/** The packages that stand against a minor, each with its evidence; none when all of them run there. */
export function obstaclesTo(minor: string, packages: Packages): readonly Reason[] {
  return [
    ...fromLimits(minor, packages),
    ...(packages.lock === null ? [] : fromLock(minor, packages.lock, wantedOf(packages))),
  ]
}

function fromLimits(minor: string, packages: Packages): Reason[] {
  return [...packages.locked].flatMap(([name, version]) => {
    if (parseVersion(version) === null) return []
    const met = limits.find(
      limit =>
        limit.name === name &&
        compareVersions(version, limit.below) < 0 &&
        (limit.from === null || compareVersions(version, limit.from) >= 0) &&
        compareVersions(minor, limit.last) > 0,
    )
    if (met === undefined) return []
    const listed = packages.requirements.find(requirement => requirement.name === name)
    const place = listed ?? { file: packages.lock?.file ?? packages.fact.manifest ?? '', line: null }
    return [{ file: place.file, line: place.line, text: `${name} ${version} ${met.why}` }]
  })
}

/** What the lock itself knows of what production installs: the range of each package, and whether any of its wheels fits. */
function fromLock(minor: string, lock: Lock, wanted: readonly LockedDependency[]): Reason[] {
  const environment = markerEnvironment({ python: `${minor}.5`, architecture: 'amd64' })
  const tags = supportedTags({ python: minor, architecture: 'amd64', libc: 'glibc', libcVersion: '2.36' })
  return selectPackages(lock, { environment, wanted }).flatMap(one => {
    const why = refusal(one, minor, tags)
    return why === null ? [] : [{ file: lock.file, line: null, text: `${one.name} ${one.version ?? ''} ${why}` }]
  })
}

function wantedOf({ requirements }: Packages): LockedDependency[] {
  return requirements.flatMap(({ name, extras, marker, group }) =>
    name === null || group !== null ? [] : [{ name, extras, marker, version: null }],
  )
}

function refusal(
  { files, requiresPython }: LockedPackage,
  minor: string,
  tags: ReadonlyMap<string, number>,
): string | null {
  const range = requiresPython === null ? null : parseConstraint(requiresPython)
  if (range !== null && !allowsMinor(range, minor)) return `is for Python ${requiresPython}`
  const named = files.flatMap(({ name }) => (name === null ? [] : [{ name }]))
  const wheels = named.filter(({ name }) => name.endsWith('.whl'))
  const fits = wheels.length === 0 || chooseWheel(wheels, tags) !== null
  return fits ? null : `has no wheel for Python ${minor}`
}
