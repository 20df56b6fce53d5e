import { posix } from 'node:path'
import type { Lock, LockedDependency, LockedPackage } from '../../../python/lock/lock.ts'
import { selectPackages, wantedBy } from '../../../python/lock/select.ts'
import type { MarkerEnvironment } from '../../../python/marker/environment.ts'
import { formatGit } from '../wheels/git.ts'
import type { DirectRequest } from './direct.ts'
import { isArchive, placeInRepository, productionGroup, type Ask, type Wanted } from './wanted.ts'

/** What a lock of the repository pins for this environment. */
export function askLock(lock: Lock, wanted: Wanted, environment: MarkerEnvironment): Ask {
  const selected = selectPackages(lock, { environment, wanted: asked(lock, wanted, environment) })
  const direct = selected.flatMap(item => directOf(item, lock))
  const packages = selected.filter(({ source }) => source.kind === 'registry')
  const lines = packages.flatMap(({ name, version }) => (version === null ? [] : [`${name}==${version}`]))
  const whole = packages.every(({ files }) => files.length > 0 && files.every(({ url, sha256 }) => url && sha256))
  return { locked: whole ? packages : null, lines, direct, constraints: [], pinned: true }
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

/** What is locked to a place; none for a directory, whose modules are imported from where they lie. */
function directOf({ name, version, source, files }: LockedPackage, lock: Lock): DirectRequest[] {
  const because = { file: lock.file, line: null, text: name }
  const request = { name, version, extras: [], because }
  if (source.kind === 'git') {
    const { url, commit, subdirectory } = source
    return [
      {
        ...request,
        place: formatGit({ url: url.replace(/^git\+/, ''), ref: commit, subdirectory: subdirectory ?? '' }),
      },
    ]
  }
  if (source.kind === 'url') {
    const sha256 = files.find(file => file.sha256 !== null)?.sha256
    return [{ ...request, place: sha256 ? `${source.url.split('#', 1)[0]}#sha256=${sha256}` : source.url }]
  }
  if (source.kind === 'registry' || !isArchive(source.path)) return []
  const path = posix.normalize(posix.join(posix.dirname(lock.file), source.path))
  return [{ ...request, place: placeInRepository(path) }]
}
