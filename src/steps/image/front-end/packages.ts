import { link, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { mapParallel } from '../../../kit/parallel.ts'
import { count } from '../../../kit/text.ts'
import type { FrontEndPlan } from '../../../model/plan.ts'
import { isFor, NodeLockError, type LockedPackage, type NodeLock } from '../../../node/lock/lock.ts'
import { registryPath } from '../../../node/lock/registry-path.ts'
import { largestLock, readNodeLock } from '../../../node/lock/read.ts'
import type { NpmRegistry } from '../../../node/registry/registry.ts'
import { task, type Tools } from '../tools.ts'
import { frontEndUnsupported } from './errors.ts'

/** What the front-end's lock pins for this platform. Throws `front-end-unsupported` for a lock that holds what no registry has. */
export async function lockedPackages(
  checkout: Checkout,
  { lock, manager }: FrontEndPlan,
  cpu: 'x64' | 'arm64',
): Promise<readonly LockedPackage[]> {
  if (lock === null || manager === 'bun') throw new Error('a front-end without a lock is refused before')
  const read = await readLock(manager, lock, checkout.text(lock, largestLock) ?? '')
  const packages = read.packages.filter(one => isFor(one, { cpu }))
  const all = [...read.foreign, ...packages.filter(isUnverifiable).map(({ name, url }) => `${name} (${url})`)]
  const [foreign] = all
  if (foreign === undefined) return packages
  throw frontEndUnsupported({
    what: `${lock} names a package that no registry holds: ${foreign.slice(0, 200)}`,
    next: 'Take a version that is published, or set `front-end = false` in wherry.toml and commit the output.',
    evidence: all.slice(0, 5).map(text => ({ file: lock, text: text.slice(0, 200) })),
  })
}

/** An archive of no registry can change under its address; only a hash would tell. */
function isUnverifiable({ url, integrity }: LockedPackage): boolean {
  return url !== null && integrity === null && registryPath(url) === null
}

async function readLock(
  manager: Exclude<FrontEndPlan['manager'], 'bun'>,
  file: string,
  text: string,
): Promise<NodeLock> {
  try {
    return await readNodeLock(manager, text)
  } catch (error) {
    if (!(error instanceof NodeLockError)) throw error
    throw frontEndUnsupported({
      what: `${file} cannot be read.`,
      why: error.message,
      next: `Let ${manager} write it anew.`,
      evidence: [{ file, text: error.message }],
    })
  }
}

/** How many are fetched at once: as many as npm does (npm docs: maxsockets). */
const width = 15

/** Brings all archives, verified, and lays them in `directory` for runtime/front_end.py to serve. None of them is unpacked or run. */
export async function fetchPackages(
  packages: readonly LockedPackage[],
  directory: string,
  registry: NpmRegistry,
  tools: Tools,
): Promise<void> {
  await mkdir(directory)
  // Several copies of one package stand in a lock.
  const once = [...new Map(packages.map(one => [`${one.name}@${one.version}`, one])).values()]
  const files = await task(
    tools,
    'downloading the front-end’s packages',
    () => mapParallel(once, width, one => registry.archive(one)),
    () => `${count(once.length, 'JavaScript package')} here`,
  )
  const index: Record<string, Record<string, { file: string; integrity: string | null }>> = Object.create(null)
  for (const [i, { name, version, integrity }] of once.entries()) {
    const file = `${i}.tgz`
    const from = files[i] ?? ''
    await link(from, join(directory, file)).catch(() => copyFile(from, join(directory, file)))
    index[name] = { ...index[name], [version]: { file, integrity } }
  }
  await writeFile(join(directory, 'index.json'), JSON.stringify(index))
}
