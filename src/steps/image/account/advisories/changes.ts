import type { Cache } from '../../../../kit/cache.ts'
import type { Lock } from '../../../../model/lock.ts'
import { findVulnerabilities, judgedOfLock, keysOf, type Finding } from './find.ts'
import { readAdvisories } from './read.ts'

/** What moving from one lock to another does to what is known against its packages. */
export interface AdvisoryChanges {
  readonly closed: readonly Finding[]
  /** Newer versions may bring what older ones did not have. */
  readonly opened: readonly Finding[]
  /** How many stay. */
  readonly open: number
}

/** Judges both locks by the OSV records of a directory. Throws `no-advisory-data`. */
export async function advisoryChanges(
  before: Lock,
  after: Lock,
  directory: string,
  cache: Cache,
): Promise<AdvisoryChanges> {
  const [old, now] = [judgedOfLock(before), judgedOfLock(after)]
  const { byPackage } = await readAdvisories(directory, keysOf([...old, ...now]), cache)
  const [had, has] = [findVulnerabilities(old, byPackage), findVulnerabilities(now, byPackage)]
  const [hadKeys, hasKeys] = [new Set(had.map(keyOf)), new Set(has.map(keyOf))]
  const counts = (finding: Finding): boolean => finding.level !== 'none'
  return {
    closed: had.filter(finding => counts(finding) && !hasKeys.has(keyOf(finding))),
    opened: has.filter(finding => counts(finding) && !hadKeys.has(keyOf(finding))),
    open: has.filter(finding => counts(finding) && hadKeys.has(keyOf(finding))).length,
  }
}

/** The version is left out: the same vulnerability in a newer version is no new one. */
function keyOf({ ecosystem, name, id }: Finding): string {
  return `${ecosystem} ${name} ${id}`
}
