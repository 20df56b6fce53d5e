import { redactUrl } from '../../../kit/secret.ts'
import { evaluateMarker } from '../../../python/marker/evaluate.ts'
import type { MarkerEnvironment } from '../../../python/marker/environment.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { formatSpecifier } from '../../../python/version/specifier.ts'
import { emptyEnvironment, unsupportedRequirement } from '../errors.ts'
import type { PinnedHashes } from './distributions.ts'
import { askLock } from './locked.ts'
import { repositoryInside } from './uv.ts'
import { isArchive, productionGroup, type Ask, type Wanted } from './wanted.ts'

/** Turns what was read into one request, whatever file it came from. Throws `unsupported-requirement` and `empty-environment`. */
export function askFor(wanted: Wanted, environment: MarkerEnvironment): Ask {
  if (wanted.lock) return askLock(wanted.lock, wanted, environment)
  const chosen = wanted.requirements.filter(item => item.group === null || productionGroup.test(item.group))
  const live = chosen.filter(item => evaluateMarker(item.marker, environment))
  const lines = live.map(lineOf).filter(line => line !== null)
  if (lines.length === 0 && chosen.length > 0) {
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
  return { locked: null, lines, constraints, pinned: false }
}

/** One line; null for a directory of the repository, which is the app itself: it is imported from where it lies. */
function lineOf(item: ListedRequirement): string | null {
  if (item.path !== null) return isArchive(item.path) ? archiveLine(item, item.path) : null
  const extras = item.extras.length > 0 ? `[${item.extras.join(',')}]` : ''
  if (item.url !== null) {
    if (/^(?:git|hg|svn|bzr)\+/.test(item.url)) {
      throw unsupportedRequirement({
        what: `${item.name ?? redactUrl(item.url)} comes from a version control system.`,
        why: redactUrl(item.url),
        next: 'Publish it to a package index, or name an archive by its address.',
        evidence: [{ file: item.file, line: item.line, text: redactUrl(item.url) }],
      })
    }
    return item.name === null ? item.url : `${item.name}${extras} @ ${item.url}`
  }
  return item.name === null ? null : `${item.name}${extras}${formatSpecifier(item.specifier)}`
}

function archiveLine({ name, extras, file, line }: ListedRequirement, path: string): string {
  if (path.endsWith('.whl') && name !== null) {
    const asked = extras.length > 0 ? `[${extras.join(',')}]` : ''
    return `${name}${asked} @ file://${repositoryInside}/${path.split('/').map(encodeURIComponent).join('/')}`
  }
  throw unsupportedRequirement({
    what: `${path} is a source archive in the repository.`,
    next: 'Put a wheel of it there instead: `pip wheel --no-deps` makes one.',
    evidence: [{ file, line, text: path }],
  })
}

/** Wheels of the repository that are asked for: the resolver must see them. */
export function ownWheels({ requirements, sources }: Wanted): string[] {
  const paths = [...requirements, ...sources.constraints].map(({ path }) => path)
  return [...new Set(paths.filter(path => path !== null).filter(path => path.endsWith('.whl')))]
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
