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
import { task, type Tools } from './tools.ts'

/** Counts up whenever the same packages would be assembled differently. */
const rules = 1

/** Chooses the packages of the base from the archive as it is now; libraries come later, when the wheels' needs are known. */
export async function resolveBase(
  plan: BasePlan,
  architecture: BaseLock['architecture'],
  tools: Tools,
): Promise<{ lock: BaseLock; archive: Archive }> {
  return task(
    tools,
    `reading the package index of ${plan.suite}`,
    async () => {
      const mirrors = await findMirrors(plan.suite)
      const archive = await openArchive(plan.suite, {
        architecture,
        mirrors,
        cache: tools.cache,
        ...(tools.signal ? { signal: tools.signal } : {}),
      })
      const packages = resolve(archive, basePackages(plan.suite), { omit: omittedPackages })
      const nginx = resolve(archive, nginxPackages, { omit: omittedPackages, present: packages })
      const { archive: main, security } = mirrors
      return {
        archive,
        lock: {
          kind: 'debian',
          suite: plan.suite,
          architecture,
          mirrors: { archive: main, security },
          packages,
          nginx,
          libraries: [],
        },
      }
    },
    ({ lock }) => `${plan.suite}: ${count(lock.packages.length + lock.nginx.length, 'package')}, signatures verified`,
  )
}

/** Packages that are added to a base: those named and what they need beyond it. */
export function resolveAddition(archive: Archive, names: readonly string[], lock: BaseLock): DebianPackage[] {
  return resolve(archive, names, { omit: omittedPackages, present: [...lock.packages, ...lock.nginx] })
}

/** The base's layers, the lowest first. Each is keyed by the hashes of its packages, so that what is cached is not even listed. */
export function baseParts(lock: BaseLock, tools: Tools): LayerPart[] {
  let base: Promise<Tree> | undefined
  const fetch = (packages: readonly DebianPackage[]): ReturnType<typeof fetchDebs> =>
    fetchDebs(packages, {
      mirrors: lock.mirrors,
      cache: tools.cache,
      ...(tools.signal ? { signal: tools.signal } : {}),
    })
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
    parts.push({
      what: `libraries: ${names}`,
      key: baseKey(lock, [lock.packages, lock.nginx, lock.libraries]),
      tree: libraryTree,
    })
  }
  return parts
}

/** What an assembled base depends on: every package's hash, in order, and our own rules. */
export function baseKey({ architecture }: BaseLock, groups: readonly (readonly DebianPackage[])[]): string {
  const hash = createHash('sha256').update(`base ${rules} ${architecture}`)
  for (const group of groups) hash.update(`\n${group.map(({ sha256 }) => sha256).join(' ')}`)
  return hash.digest('hex')
}

/** The upstream version of the base's Python: `3.13.5`, from the package version `3.13.5-2+deb13u1`. */
export function pythonVersion(lock: BaseLock, minor: string): string {
  const found = lock.packages.find(({ name }) => name === `python${minor}-minimal`)?.version
  return /^(?:\d+:)?(3\.\d+\.\d+)/.exec(found ?? '')?.[1] ?? `${minor}.0`
}
