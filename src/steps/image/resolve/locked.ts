import { redactUrl } from '../../../kit/secret.ts'
import type { Lock, LockedDependency, LockedPackage } from '../../../python/lock/lock.ts'
import { selectPackages, wantedBy } from '../../../python/lock/select.ts'
import type { MarkerEnvironment } from '../../../python/marker/environment.ts'
import { unsupportedRequirement } from '../errors.ts'
import { isArchive, productionGroup, type Ask, type Wanted } from './wanted.ts'

/** What a lock of the repository pins for this environment. Throws `unsupported-requirement`. */
export function askLock(lock: Lock, wanted: Wanted, environment: MarkerEnvironment): Ask {
  const selected = selectPackages(lock, { environment, wanted: asked(lock, wanted, environment) })
  const lines = selected.flatMap(item => pinOf(item, lock))
  const packages = selected.filter(({ source }) => source.kind !== 'path')
  const whole = packages.every(({ files }) => files.length > 0 && files.every(({ url, sha256 }) => url && sha256))
  return { locked: whole ? packages : null, lines, constraints: [], pinned: true }
}

/** What the project asks of its lock: by the lock's own account where it keeps one, else by the manifest's. */
function asked(lock: Lock, wanted: Wanted, environment: MarkerEnvironment): readonly LockedDependency[] {
  const here =
    wanted.directory === '.' ? lock.roots : lock.roots?.filter(({ directory }) => directory === wanted.directory)
  if (here?.[0]) return wantedBy(here[0], environment)
  return wanted.requirements
    .filter(item => item.group === null || productionGroup.test(item.group))
    .flatMap(({ name, extras, marker }) => (name === null ? [] : [{ name, version: null, extras, marker }]))
}

/** One pin for the resolver; none for a directory, whose modules are imported from where they lie. */
function pinOf(item: LockedPackage, lock: Lock): string[] {
  const { source } = item
  if (source.kind === 'path' && isArchive(source.path)) throw refuseArchive(item.name, source.path, lock.file)
  if (source.kind === 'path') return []
  if (source.kind === 'git') {
    throw unsupportedRequirement({
      what: `${item.name} comes from a git repository.`,
      why: redactUrl(source.url),
      next: 'Publish it to a package index, or name an archive by its address.',
      evidence: [{ file: lock.file, line: null, text: item.name }],
    })
  }
  if (source.kind === 'url') return [`${item.name} @ ${source.url}`]
  return item.version === null ? [] : [`${item.name}==${item.version}`]
}

function refuseArchive(name: string, path: string, lockFile: string): Error {
  return unsupportedRequirement({
    what: `${name} is locked to the archive ${path} of the repository.`,
    next: 'Publish it to a package index, or name it in a requirements.txt, where a wheel of the repository may stand.',
    evidence: [{ file: lockFile, line: null, text: path }],
  })
}
