import { wrongHash } from '../../../kit/errors.ts'
import type { Distribution } from '../../../model/lock.ts'
import type { Lock, LockedFile, LockedPackage } from '../../../python/lock/lock.ts'
import { chooseWheel } from '../../../python/tag/choose.ts'
import { machineOf } from '../../../python/tag/target.ts'
import { withoutCredentials } from '../credentials.ts'
import { noWheel } from '../errors.ts'

export interface Chosen {
  readonly wheels: readonly Distribution[]
  readonly sdists: readonly Distribution[]
}

/** What the repository's own files allow for a distribution: the hashes of a lock or of a requirements file, by name. */
export type PinnedHashes = ReadonlyMap<string, ReadonlySet<string>>

/**
 * What to download of a resolution: the best wheel of each package, else its sdist. Sorted by name. Throws `no-wheel`, and
 * `wrong-hash` where the index offers no file with a hash the repository pins.
 */
export function chooseDistributions(lock: Lock, tags: ReadonlyMap<string, number>, pinned: PinnedHashes): Chosen {
  const wheels: Distribution[] = []
  const sdists: Distribution[] = []
  for (const item of lock.packages) {
    const offered = item.files.map(usable).filter(file => file !== null)
    // A directory is the app's own code; it is imported from where it lies.
    if (item.source.kind === 'path' && offered.length === 0) continue
    const allowed = pinned.get(item.name)
    const files = allowed?.size ? offered.filter(({ sha256 }) => allowed.has(sha256)) : offered
    if (files.length === 0 && offered.length > 0) throw refuseHashes(item)
    const wheel = chooseWheel(files, tags)
    const sdist = files.find(({ name }) => /\.(?:tar(?:\.gz|\.bz2|\.xz)?|tgz|zip)$/.test(name))
    if (wheel) wheels.push(distribution(item, wheel))
    else if (sdist) sdists.push(distribution(item, sdist))
    else throw refuse(item, machineOf(tags))
  }
  return { wheels: wheels.sort(byName), sdists: sdists.sort(byName) }
}

/** Both, each name once: the first one's counts. */
export function mergeChosen(first: Chosen, second: Chosen): Chosen {
  const names = new Set([...first.wheels, ...first.sdists].map(({ name }) => name))
  const add = (mine: readonly Distribution[], theirs: readonly Distribution[]): Distribution[] =>
    [...mine, ...theirs.filter(({ name }) => !names.has(name))].sort(byName)
  return { wheels: add(first.wheels, second.wheels), sdists: add(first.sdists, second.sdists) }
}

function byName(a: Distribution, b: Distribution): number {
  return a.name < b.name ? -1 : 1
}

interface Usable {
  readonly name: string
  readonly url: string
  readonly sha256: string
  readonly size: number | null
}

/** Null for what cannot be fetched and checked. */
function usable({ name, url, sha256, size }: LockedFile): Usable | null {
  if (name === null || sha256 === null || url === null) return null
  return { name, url: withoutCredentials(url), sha256, size }
}

function distribution(item: LockedPackage, { name, url, size, sha256 }: Usable): Distribution {
  return { name: item.name, version: item.version ?? versionOf(name), file: name, url, size, sha256 }
}

/** The lock of a direct address may leave the version to the file's name. */
function versionOf(file: string): string {
  const [, version] = file.endsWith('.whl') ? file.split('-') : (/-([^-]+?)\.(?:tar\.gz|tgz|zip)$/.exec(file) ?? [])
  return version ?? ''
}

function refuseHashes(item: LockedPackage): Error {
  return wrongHash({
    what: `${item.name} ${item.version ?? ''} is not offered with a hash that the repository pins.`,
    why: 'the index has other files under this version than those that were locked',
    next: 'Find out why they differ; lock again only when the new files are known to be right.',
  })
}

function refuse(item: LockedPackage, machine: string): Error {
  const names = item.files.map(({ name }) => name).filter(name => name !== null)
  const shown = `It offers ${names.slice(0, 6).join(', ')}${names.length > 6 ? ' …' : ''}.`
  return noWheel({
    what: `${item.name} ${item.version ?? ''} has no file that fits Linux on ${machine}.`,
    why: names.length > 0 ? shown : 'The index offers no file with a hash.',
    next: `Take a version of ${item.name} that has a wheel for this Python on Linux on ${machine}, or another Python version.`,
  })
}
