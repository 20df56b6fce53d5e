import type { Lock, LockedFile, LockedPackage } from '../../../python/lock/lock.ts'
import type { Distribution } from '../../../model/lock.ts'
import { chooseWheel } from '../../../python/tag/choose.ts'
import { noWheel } from '../errors.ts'

/** What to download of a resolution: the best wheel of each package, else its sdist. Sorted by name. Throws `no-wheel`. */
export function chooseDistributions(
  lock: Lock,
  tags: ReadonlyMap<string, number>,
  pinnedHashes: ReadonlyMap<string, ReadonlySet<string>>,
): { wheels: Distribution[]; sdists: Distribution[] } {
  const wheels: Distribution[] = []
  const sdists: Distribution[] = []
  for (const item of lock.packages) {
    if (item.source.kind === 'path' || item.version === null) continue
    const allowed = pinnedHashes.get(item.name)
    const files = item.files.filter(usable).filter(({ sha256 }) => !allowed?.size || allowed.has(sha256))
    const wheel = chooseWheel(files, tags)
    const sdist = files.find(({ name }) => /\.(?:tar\.gz|zip|tgz)$/.test(name))
    if (wheel) wheels.push(distribution(item, wheel))
    else if (sdist) sdists.push(distribution(item, sdist))
    else throw refuse(item)
  }
  const byName = (a: Distribution, b: Distribution): number => (a.name < b.name ? -1 : 1)
  return { wheels: wheels.sort(byName), sdists: sdists.sort(byName) }
}

type Usable = LockedFile & { readonly name: string; readonly url: string; readonly sha256: string }

function usable(file: LockedFile): file is Usable {
  return file.name !== null && file.url !== null && file.sha256 !== null
}

function distribution(item: LockedPackage, file: Usable): Distribution {
  return {
    name: item.name,
    version: item.version ?? '',
    file: file.name,
    url: file.url,
    size: file.size,
    sha256: file.sha256,
  }
}

function refuse(item: LockedPackage): Error {
  const names = item.files.map(({ name }) => name).filter(name => name !== null)
  return noWheel({
    what: `${item.name} ${item.version} has no file that fits this image.`,
    why:
      names.length > 0
        ? `It offers ${names.slice(0, 6).join(', ')}${names.length > 6 ? ' …' : ''}.`
        : 'The index offers no file with a hash.',
    next: `Take a version of ${item.name} that has a wheel for this Python on Linux, or another Python version.`,
  })
}
