import { createHash } from 'node:crypto'
import {
  assembleAddition,
  assembleBase,
  basePackages,
  fetchDebs,
  findMirrors,
  nginxPackages,
  omittedPackages,
  openArchive,
  resolve,
  type Archive,
} from '../../debian/index.ts'
import type { BaseLock, DebianPackage } from '../../model/lock.ts'
import type { BasePlan } from '../../model/plan.ts'
import type { Tree } from '../../model/tree.ts'
import type { LayerPart } from '../../oci/index.ts'
import { count } from '../../kit/text.ts'
import { restoreCredentials, withoutCredentials } from './credentials.ts'
import { signalOf, task, type Tools } from './tools.ts'

/** Counts up whenever the same packages would be assembled differently. */
const rules = 1

/** Chooses the packages of the base from the archive as it is now; libraries come later, when the wheels' needs are known. */
export async function resolveBase(
  { suite }: BasePlan,
  architecture: BaseLock['architecture'],
  tools: Tools,
): Promise<{ lock: BaseLock; archive: Archive }> {
  const read = async (): Promise<{ lock: BaseLock; archive: Archive }> => {
    const mirrors = await findMirrors(suite)
    const archive = await openArchive(suite, { architecture, mirrors, cache: tools.cache, ...signalOf(tools) })
    const packages = resolve(archive, basePackages(suite), { omit: omittedPackages })
    const nginx = resolve(archive, nginxPackages, { omit: omittedPackages, present: packages })
    const addresses = {
      archive: withoutCredentials(mirrors.archive),
      security: mirrors.security === null ? null : withoutCredentials(mirrors.security),
    }
    return {
      archive,
      lock: { kind: 'debian', suite, architecture, mirrors: addresses, packages, nginx, libraries: [] },
    }
  }
  return task(
    tools,
    `reading the package index of ${suite}`,
    read,
    ({ lock }) => `${suite}: ${count(lock.packages.length + lock.nginx.length, 'package')}, signatures verified`,
  )
}

/** Packages that are added to a base: those named and what they need beyond it. */
export function resolveAddition(archive: Archive, names: readonly string[], lock: BaseLock): DebianPackage[] {
  return resolve(archive, names, { omit: omittedPackages, present: [...lock.packages, ...lock.nginx] })
}

/** The base's layers, the lowest first. Each is keyed by the hashes of its packages, so that what is cached is not even listed. */
export function baseParts(lock: BaseLock, tools: Tools): LayerPart[] {
  let base: Promise<Tree> | undefined
  const fetch = debFetcher(lock, tools)
  const baseTree = (): Promise<Tree> =>
    (base ??= fetch(lock.packages).then(debs => assembleBase(debs, lock.architecture)))
  const nginxTree = async (): Promise<Tree> =>
    assembleAddition(await fetch(lock.nginx), [await baseTree()], lock.architecture)
  const libraryTree = async (): Promise<Tree> =>
    assembleAddition(await fetch(lock.libraries), [await baseTree(), await nginxTree()], lock.architecture)
  const parts: LayerPart[] = [
    { what: `base: Debian ${lock.suite}`, key: baseKey(lock, [lock.packages]), tree: baseTree },
    { what: 'nginx', key: baseKey(lock, [lock.packages, lock.nginx]), tree: nginxTree },
  ]
  if (lock.libraries.length > 0) {
    const names = lock.libraries.map(({ name }) => name).join(', ')
    const key = baseKey(lock, [lock.packages, lock.nginx, lock.libraries])
    parts.push({ what: `libraries: ${names}`, key, tree: libraryTree })
  }
  return parts
}

/** Brings packages of the lock, unpacked, from the archives it names. */
export function debFetcher(
  lock: BaseLock,
  tools: Tools,
): (packages: readonly DebianPackage[]) => ReturnType<typeof fetchDebs> {
  let mirrors: Promise<BaseLock['mirrors']> | undefined
  return async packages =>
    fetchDebs(packages, { mirrors: await (mirrors ??= mirrorsOf(lock)), cache: tools.cache, ...signalOf(tools) })
}

/** The lowest layer: Python and what it needs. */
export function bottomOf(parts: readonly LayerPart[]): LayerPart {
  const [bottom] = parts
  if (!bottom) throw new Error('a base has a layer')
  return bottom
}

/** The lock's addresses, with the credentials this machine's own settings hold for them. */
async function mirrorsOf(lock: BaseLock): Promise<BaseLock['mirrors']> {
  const own = await findMirrors(lock.suite).catch(() => null)
  const known = [own?.archive, own?.security].filter(address => typeof address === 'string')
  const { archive, security } = lock.mirrors
  return {
    archive: restoreCredentials(archive, known),
    security: security === null ? null : restoreCredentials(security, known),
  }
}

/** What an assembled base depends on: every package's hash, in order, and our own rules. */
export function baseKey({ architecture }: BaseLock, groups: readonly (readonly DebianPackage[])[]): string {
  const hash = createHash('sha256').update(`base ${rules} ${architecture}`)
  for (const group of groups) hash.update(`\n${group.map(({ sha256 }) => sha256).join(' ')}`)
  return hash.digest('hex')
}

/** What bytecode depends on: the interpreter's own packages. Another libc or OpenSSL compiles the same. */
export function interpreterKey({ packages }: BaseLock): string {
  const own = packages.filter(({ name }) => /^(?:lib)?python3(?:\.\d+)?(?:-minimal|-stdlib)?$/.test(name))
  return createHash('sha256')
    .update(own.map(({ sha256 }) => sha256).join(' '))
    .digest('hex')
}

/** The upstream version of the base's Python: `3.13.5`, from the package version `3.13.5-2+deb13u1`. */
export function pythonVersion(lock: BaseLock, minor: string): string {
  const found = lock.packages.find(({ name }) => name === `python${minor}-minimal`)?.version
  return /^(?:\d+:)?(3\.\d+\.\d+)/.exec(found ?? '')?.[1] ?? `${minor}.0`
}

/** The version of the base's C library: `2.41`, which says what wheels can run. 2.31 where it cannot be told, which all bases have. */
export function libcVersion({ packages }: BaseLock): string {
  const version = packages.find(({ name }) => name === 'libc6')?.version ?? ''
  return /^(?:\d+:)?(2\.\d+)/.exec(version)?.[1] ?? '2.31'
}
