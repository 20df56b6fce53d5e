import type { Reason } from '../../../model/because.ts'
import type { LockedDependency, LockedPackage } from '../../../python/lock/lock.ts'
import { selectPackages } from '../../../python/lock/select.ts'
import { markerEnvironment } from '../../../python/marker/environment.ts'
import { chooseWheel } from '../../../python/tag/choose.ts'
import { supportedTags } from '../../../python/tag/target.ts'
import { allowsMinor } from '../../../python/version/python.ts'
import { parseConstraint } from '../../../python/version/constraint.ts'
import { compareVersions, parseVersion } from '../../../python/version/version.ts'
import type { Packages } from '../packages/index.ts'
import { limits } from './limits.ts'

/** The packages production installs that stand against a minor, each with its evidence; none when all of them run there. */
export function obstaclesTo(minor: string, packages: Packages): readonly Reason[] {
  const { lock } = packages
  if (lock === null) return pinsOf(packages).flatMap(pin => fromLimits(minor, pin, packages))
  const environment = markerEnvironment({ python: `${minor}.5`, architecture: 'amd64' })
  const tags = supportedTags({ python: minor, architecture: 'amd64', libc: 'glibc', libcVersion: '2.36' })
  return selectPackages(lock, { environment, wanted: wantedOf(packages) }).flatMap(one => {
    const why = refusal(one, minor, tags)
    if (why !== null) return [{ file: lock.file, line: null, text: `${one.name} ${one.version ?? ''} ${why}` }]
    return one.version === null ? [] : fromLimits(minor, { ...one, version: one.version }, packages)
  })
}

/** A package at one version. */
interface Pin {
  readonly name: string
  readonly version: string
  /** What the lock says of its files; where it names none, general knowledge of wheels has to do. */
  readonly files?: LockedPackage['files']
}

function pinsOf({ requirements, locked }: Packages): readonly Pin[] {
  const names = new Set(requirements.filter(({ group }) => group === null).map(({ name }) => name))
  return [...locked].filter(([name]) => names.has(name)).map(([name, version]) => ({ name, version }))
}

function fromLimits(minor: string, { name, version, files = [] }: Pin, packages: Packages): Reason[] {
  if (parseVersion(version) === null) return []
  const known = files.some(file => file.name !== null)
  const met = limits.find(
    limit =>
      limit.name === name &&
      !(known && limit.about === 'wheels') &&
      compareVersions(version, limit.below) < 0 &&
      (limit.from === null || compareVersions(version, limit.from) >= 0) &&
      compareVersions(minor, limit.last) > 0,
  )
  if (met === undefined) return []
  const listed = packages.requirements.find(requirement => requirement.name === name)
  const place = listed ?? { file: packages.lock?.file ?? packages.fact.manifest ?? '.', line: null }
  return [{ file: place.file, line: place.line, text: `${name} ${version} ${met.why}` }]
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
