import {
  basePackages,
  findMirrors,
  nginxPackages,
  omittedPackages,
  openArchive,
  resolve,
  type Archive,
} from '../../../debian/index.ts'
import { count } from '../../../kit/text.ts'
import type { BaseLock, DebianBaseLock, DebianPackage, Lock } from '../../../model/lock.ts'
import type { BasePlan } from '../../../model/plan.ts'
import { heldBy, pythonVersion } from '../base.ts'
import { withoutCredentials } from '../credentials.ts'
import { signalOf, task, type Tools } from '../tools.ts'

/**
 * Chooses the packages of the base from the archive as it is now; libraries come later, when the wheels' needs are known. The lock of the
 * twin says what a base image's Python is where this machine cannot ask it.
 */
export async function resolveBase(
  plan: BasePlan,
  architecture: BaseLock['architecture'],
  tools: Tools,
  twin: Lock | null = null,
): Promise<{ lock: BaseLock; archive: Archive; python: string }> {
  if (plan.kind === 'image')
    return (await import('../base-image/resolve-base.ts')).resolveImageBase(plan, architecture, tools, twin)
  const { suite } = plan
  const read = async (): Promise<{ lock: DebianBaseLock; archive: Archive }> => {
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
  const found = await task(
    tools,
    `reading the package index of ${suite}`,
    read,
    ({ lock }) => `${suite}: ${count(lock.packages.length + lock.nginx.length, 'package')}, signatures verified`,
  )
  return { ...found, python: pythonVersion(found.lock, plan.python) }
}

/** Packages that are added to a base: those named and what they need beyond it. */
export function resolveAddition(archive: Archive, names: readonly string[], lock: BaseLock): DebianPackage[] {
  return resolve(archive, names, { omit: omittedPackages, present: [...heldBy(lock), ...lock.nginx] })
}
