import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Lock } from '../../../python/lock/lock.ts'
import { evaluateMarker } from '../../../python/marker/evaluate.ts'
import { markerEnvironment } from '../../../python/marker/environment.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { chooseClaim, type Chosen } from './choose.ts'
import { computedDependencies } from './errors.ts'
import { checkFreshness } from './freshness.ts'
import { followDirectories, readManifest } from './locals.ts'
import { noContent, type Claim } from './manager.ts'
import { managers } from './managers.ts'
import { isUseless, readNotes } from './notes.ts'
import type { Packages } from './packages.ts'
import { pinOf } from './pins.ts'
import { placesUpwards, type Place } from './place.ts'

/**
 * Which package manager's files say what the app needs, and what they say. Files beside the app count first; a directory without
 * any takes those of the directories above it, as a workspace member and an app below a repository's manifest do.
 * @param root the app's directory, relative to the repository: `.` or a sub-directory
 * @throws `conflicting-locks`, `lock-out-of-date`, `computed-dependencies`, and what the readers of the files throw
 */
export function readPackages(checkout: Checkout, root: string): Packages {
  for (const place of placesUpwards(checkout, root)) {
    const found = chooseClaim(claimsOf(place), checkout)
    if (found === null) continue
    const chosen = found.lock === null ? (findAbove(checkout, place, found) ?? found) : found
    const packages = describe(chosen, checkout, place)
    if (packages !== null) return packages
  }
  return {
    fact: { manager: 'none', lock: null, manifest: null, because: [] },
    name: null,
    requirements: [],
    locked: new Map(),
    lock: null,
    sources: noContent.sources,
    notes: [],
  }
}

function claimsOf(place: Place): readonly Claim[] {
  return managers.map(find => find(place)).filter(claim => claim !== null)
}

/** A uv workspace has one lock, in the directory of the workspace; it names its members' directories. */
function findAbove(checkout: Checkout, place: Place, found: Chosen): Chosen | null {
  if (place.directory === '.' || found.claim.manifest?.endsWith('pyproject.toml') !== true) return null
  for (const above of placesUpwards(checkout, place.directory).slice(1)) {
    const chosen = chooseClaim(claimsOf(above), checkout)
    const base = above.directory === '.' ? '' : `${above.directory}/`
    const member = chosen?.lock?.roots?.some(({ directory }) => `${base}${directory}` === place.directory)
    if (chosen === null || member !== true) continue
    return { ...chosen, claim: { ...chosen.claim, manifest: found.claim.manifest, read: found.claim.read } }
  }
  return null
}

/** Null when the files, read, ask for nothing at all. */
function describe({ claim, lock, passedOver }: Chosen, checkout: Checkout, place: Place): Packages | null {
  const content = claim.read()
  const useful = content.requirements.filter(requirement => !isUseless(requirement))
  const own = lock === null ? useful : withMembers(useful, lock, place)
  const requirements = followDirectories(own, checkout)
  if (lock === null && content.computed !== null && useful.every(({ group }) => group !== null))
    throw refuseComputed(claim, content.computed)
  if (lock === null && requirements.length === 0 && claim.kind === 'list') return null
  if (lock !== null) checkFreshness(claim, lock, useful)
  return {
    fact: { manager: claim.manager, lock: claim.lock, manifest: claim.manifest, because: claim.because },
    name: readManifest(place)?.name ?? null,
    requirements,
    locked: lock === null ? pinsOf(requirements) : versionsOf(lock),
    lock,
    sources: content.sources,
    notes: readNotes(claim, content, passedOver),
  }
}

/** A workspace member is asked for by name; the lock knows where it lies. */
function withMembers(
  requirements: readonly ListedRequirement[],
  lock: Lock,
  { directory }: Place,
): ListedRequirement[] {
  const base = lock.file.includes('/') ? lock.file.slice(0, lock.file.lastIndexOf('/') + 1) : ''
  const members = new Map((lock.roots ?? []).map(root => [root.name, `${base}${root.directory}`]))
  return requirements.map(requirement => {
    const path = requirement.name === null ? undefined : members.get(requirement.name)
    return path === undefined || path === directory || requirement.path !== null
      ? requirement
      : { ...requirement, path }
  })
}

function refuseComputed(claim: Claim, { line, text }: { readonly line: number | null; readonly text: string }): Error {
  const file = claim.manifest ?? ''
  return computedDependencies({
    what: `${file} computes its dependencies by a program.`,
    why: 'Detection reads the repository and runs none of its code, so the list is not known.',
    next: `Write the list in ${file} as literals, or add a requirements.txt or a lock beside it.`,
    evidence: [{ file, line, text }],
  })
}

function pinsOf(requirements: readonly ListedRequirement[]): ReadonlyMap<string, string> {
  const pins = new Map<string, string>()
  for (const requirement of requirements) {
    const version = pinOf(requirement)
    if (requirement.name !== null && version !== null && (requirement.group === null || !pins.has(requirement.name)))
      pins.set(requirement.name, version)
  }
  return pins
}

/** Where several versions of a name are locked, the one for a current Python on Linux. */
function versionsOf(lock: Lock): ReadonlyMap<string, string> {
  const environment = markerEnvironment({ python: '3.13.5', architecture: 'amd64' })
  const versions = new Map<string, string>()
  for (const { name, version, marker } of lock.packages) {
    if (version !== null && (!versions.has(name) || evaluateMarker(marker, environment))) versions.set(name, version)
  }
  return versions
}
