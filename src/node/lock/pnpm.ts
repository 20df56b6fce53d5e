import { lockedPackage, type LockedPackage, type NodeLock } from './lock.ts'
import { mapAt, readLockYaml, textOf, textsOf } from './yaml.ts'

/** pnpm-lock.yaml, versions 5 to 9 (github.com/pnpm/spec, lockfile). Throws NodeLockError. */
export function readPnpmLock(text: string): NodeLock {
  const found: LockedPackage[] = []
  const foreign: string[] = []
  for (const [key, node] of mapAt(readLockYaml(text).get('packages'))) {
    const entry = mapAt(node)
    const resolution = mapAt(entry.get('resolution'))
    const integrity = textOf(resolution.get('integrity'))
    const tarball = textOf(resolution.get('tarball'))
    if (textOf(resolution.get('type')) === 'directory' || tarball.startsWith('file:')) continue
    const pair = nameAndVersion(key)
    if (integrity === '' || pair === null) foreign.push(key)
    else {
      // An archive by its address has its version beside it: `name@https://…`.
      const stated = textOf(entry.get('version'))
      const platforms = { os: entry.get('os'), cpu: entry.get('cpu'), libc: entry.get('libc') }
      found.push(
        lockedPackage({
          ...pair,
          ...(stated === '' ? {} : { version: stated }),
          url: tarball === '' ? null : tarball,
          integrities: integrity,
          os: textsOf(platforms.os),
          cpu: textsOf(platforms.cpu),
          libc: textsOf(platforms.libc),
        }),
      )
    }
  }
  return { packages: found, foreign }
}

/** `9.0` and the like; '' for none. */
export function pnpmLockVersion(text: string): string {
  return /^lockfileVersion: ['"]?([\d.]+)/m.exec(text.slice(0, 1000))?.[1] ?? ''
}

/** `/name/1.2.3_peers` (5), `/name@1.2.3(peers)` (6), `name@1.2.3` (9). */
function nameAndVersion(key: string): { name: string; version: string } | null {
  const [plain = ''] = key.split('(')
  const old = /^\/((?:@[^/]+\/)?[^/@]+)\/([^_]+)/.exec(plain)
  const recent = /^\/?((?:@[^/]+\/)?[^/@]+)@([^_]+)$/.exec(plain)
  const [, name, version] = recent ?? old ?? []
  return name && version ? { name, version } : null
}
