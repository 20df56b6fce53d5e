import { redactUrl } from '../../../kit/secret.ts'
import type { Reason } from '../../../model/because.ts'
import { evaluateMarker } from '../../../python/marker/evaluate.ts'
import type { MarkerEnvironment } from '../../../python/marker/environment.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { formatSpecifier } from '../../../python/version/specifier.ts'
import { emptyEnvironment, unsupportedRequirement } from '../errors.ts'
import type { PinnedHashes } from './distributions.ts'
import { askLock } from './locked.ts'
import type { DirectRequest } from './direct.ts'
import { isArchive, placeInRepository, productionGroup, type Ask, type Wanted } from './wanted.ts'

/** Turns what was read into one request, whatever file it came from. Throws `unsupported-requirement` and `empty-environment`. */
export function askFor(wanted: Wanted, environment: MarkerEnvironment): Ask {
  if (wanted.lock) return askLock(wanted.lock, wanted, environment)
  const chosen = wanted.requirements.filter(item => item.group === null || productionGroup.test(item.group))
  const live = chosen.filter(item => evaluateMarker(item.marker, environment))
  const lines = live.map(lineOf).filter(line => line !== null)
  const direct = live.map(directOf).filter(request => request !== null)
  if (lines.length + direct.length === 0 && chosen.length > 0) {
    const [first] = chosen
    throw emptyEnvironment({
      what: 'No requirement applies to this Python on Linux.',
      why: `${chosen.length} were read, and the marker of each excludes it.`,
      next: 'Check the environment markers of the requirements.',
      evidence: first ? [{ file: first.file, line: first.line, text: first.name ?? '' }] : [],
    })
  }
  const constraints = wanted.sources.constraints
    .filter(item => evaluateMarker(item.marker, environment))
    .map(lineOf)
    .filter(line => line !== null)
  return { locked: null, lines, direct, constraints, pinned: false }
}

/** One line; null for what is asked for by its place. */
function lineOf({ name, path, url, extras, specifier }: ListedRequirement): string | null {
  if (name === null || path !== null || url !== null) return null
  return `${name}${extras.length > 0 ? `[${extras.join(',')}]` : ''}${formatSpecifier(specifier)}`
}

/** What is asked for by its place; null for a directory of the repository, which is the app itself: it is imported from where it lies. */
function directOf({ name, extras, path, url, file, line }: ListedRequirement): DirectRequest | null {
  if (path !== null && !isArchive(path)) return null
  const place = path === null ? url : placeInRepository(path)
  if (place === null) return null
  const because = { file, line, text: redactUrl(url ?? path ?? '') }
  if (/^(?:hg|svn|bzr)\+/.test(place)) throw refuseSystem(name ?? redactUrl(place), because)
  if (/\$\{[A-Z0-9_]+\}/.test(place)) throw refuseVariable(because)
  return { name, version: null, extras, place, because }
}

function refuseSystem(what: string, because: Reason): Error {
  return unsupportedRequirement({
    what: `${what} comes from a version control system other than git.`,
    why: because.text,
    next: 'Publish it to a package index, put it into a git repository, or name an archive by its address.',
    evidence: [because],
  })
}

/** pip fills in variables of whoever installs; an image must not depend on them. */
function refuseVariable(because: Reason): Error {
  return unsupportedRequirement({
    what: 'A requirement names an environment variable in its address.',
    why: because.text,
    next: 'Write the value into the requirement, so that every machine means the same.',
    evidence: [because],
  })
}

/** Files whose commit says as of when to resolve. */
export function filesOf({ requirements, sources }: Wanted): string[] {
  return [...new Set([...requirements, ...sources.constraints].map(({ file }) => file))]
}

/** The hashes the repository pins, of its lock and of `--hash`. Throws `unsupported-requirement` where none of them is sha256. */
export function hashesOf({ requirements, lock }: Wanted): PinnedHashes {
  const hashes = new Map<string, Set<string>>()
  const add = (name: string, more: readonly string[]): unknown =>
    hashes.set(name, new Set([...(hashes.get(name) ?? []), ...more]))
  for (const { name, hashes: given, file, line } of requirements) {
    if (name === null || given.length === 0) continue
    const known = given.filter(hash => hash.startsWith('sha256:')).map(hash => hash.slice('sha256:'.length))
    if (known.length === 0)
      throw unsupportedRequirement({
        what: `${name} is pinned by a hash that is not sha256.`,
        next: `Pin ${name} by sha256: \`pip hash\` and every lock tool print it.`,
        evidence: [{ file, line, text: given[0] ?? '' }],
      })
    add(name, known)
  }
  for (const { name, files } of lock?.packages ?? [])
    add(
      name,
      files.map(({ sha256 }) => sha256).filter(hash => hash !== null),
    )
  return hashes
}
