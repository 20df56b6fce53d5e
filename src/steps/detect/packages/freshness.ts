import type { Lock } from '../../../python/lock/lock.ts'
import { evaluateMarker } from '../../../python/marker/evaluate.ts'
import { markerEnvironment } from '../../../python/marker/environment.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { formatSpecifier, satisfies } from '../../../python/version/specifier.ts'
import { lockOutOfDate } from './errors.ts'
import type { Claim } from './manager.ts'

const commands: Readonly<Record<Lock['format'], string>> = {
  uv: 'uv lock',
  poetry: 'poetry lock',
  pdm: 'pdm lock',
  pipenv: 'pipenv lock',
  pylock: 'the lock command of your package manager',
}

/** A marker must hold everywhere we might run before a package may be missed. */
const environments = ['3.10.12', '3.13.5'].map(python => markerEnvironment({ python, architecture: 'amd64' }))

/**
 * Refuses a lock that does not hold what the manifest always needs. Hashes over the manifest are not asked: tools change how they
 * compute them, and many a lock with a stale hash still fits. @throws `lock-out-of-date`
 */
export function checkFreshness(claim: Claim, lock: Lock, requirements: readonly ListedRequirement[]): void {
  for (const requirement of requirements) {
    const { name, group, specifier, marker, url, path } = requirement
    if (name === null || group !== null || url !== null || path !== null) continue
    if (!environments.every(environment => evaluateMarker(marker, environment))) continue
    const found = lock.packages.filter(one => one.name === name)
    if (found.length === 0) throw refuse(claim, lock, requirement, `${lock.file} does not hold ${name}.`)
    const fits = found.some(
      ({ version, source }) =>
        version === null || source.kind !== 'registry' || satisfies(version, specifier, { prereleases: true }),
    )
    if (fits) continue
    const versions = found.map(({ version }) => version).join(', ')
    throw refuse(
      claim,
      lock,
      requirement,
      `${lock.file} holds ${name} ${versions}, and ${requirement.file} asks for ${name} ${formatSpecifier(specifier)}.`,
    )
  }
}

function refuse(claim: Claim, lock: Lock, { name, file, line, specifier }: ListedRequirement, why: string): Error {
  return lockOutOfDate({
    what: `${lock.file} does not fit ${claim.manifest ?? file}: ${name ?? ''}.`,
    why,
    next: `Run ${commands[lock.format]} and commit ${lock.file}.`,
    evidence: [
      { file, line, text: `${name ?? ''}${formatSpecifier(specifier)}` },
      { file: lock.file, line: null, text: 'lock file' },
    ],
  })
}
