import { lockedPackage, NodeLockError, type LockedPackage, type NodeLock } from './lock.ts'
import { mapAt, readLockYaml, textOf } from './yaml.ts'

/**
 * yarn.lock of Yarn 2 and newer: YAML whose `checksum` is of the zip that Yarn makes of a package, which it checks itself when it
 * installs. Throws NodeLockError.
 */
export function readYarnBerryLock(text: string): NodeLock {
  const found: LockedPackage[] = []
  const foreign: string[] = []
  for (const [key, node] of readLockYaml(text)) {
    if (key === '__metadata') continue
    const entry = mapAt(node)
    const resolution = textOf(entry.get('resolution'))
    const [, name, protocol, rest = ''] = /^((?:@[^/]+\/)?[^@]+)@([a-z+]+):(.*)$/.exec(resolution) ?? []
    if (!name || !protocol) throw new NodeLockError(`no resolution of ${JSON.stringify(key.slice(0, 80))}`)
    // A patch is made of a package that stands in the lock as well; the others lie in the repository.
    if (['workspace', 'patch', 'file', 'link', 'portal', 'virtual'].includes(protocol)) continue
    if (protocol !== 'npm') foreign.push(resolution)
    else {
      const [version = '', archive = ''] = rest.split('::')
      const url = /__archiveUrl=([^&]+)/.exec(archive)?.[1]
      const conditions = textOf(entry.get('conditions'))
      found.push(
        lockedPackage({
          name,
          version,
          url: url ? decode(url) : null,
          os: condition(conditions, 'os'),
          cpu: condition(conditions, 'cpu'),
          libc: condition(conditions, 'libc'),
        }),
      )
    }
  }
  return { packages: found, foreign }
}

/** The version of the format, which says which Yarn wrote it; null for none. */
export function berryLockVersion(text: string): number | null {
  const version = Number(/^__metadata:\s*\n\s+version: (\d+)/m.exec(text)?.[1])
  return Number.isNaN(version) ? null : version
}

/** `os=linux & (cpu=x64 | cpu=arm64)`: every value that is named for it. */
function condition(text: string, name: string): string[] {
  return [...text.matchAll(/(os|cpu|libc)=([\w!-]+)/g)].filter(match => match[1] === name).map(match => match[2] ?? '')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new NodeLockError(`no address: ${text.slice(0, 80)}`)
  }
}
