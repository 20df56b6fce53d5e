import { redactUrl } from '../../../kit/secret.ts'
import type { Lock, LockedDependency } from '../../../python/lock/lock.ts'
import { evaluateMarker } from '../../../python/marker/evaluate.ts'
import type { MarkerEnvironment } from '../../../python/marker/environment.ts'
import { selectPackages, wantedBy } from '../../../python/lock/select.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { formatSpecifier } from '../../../python/version/specifier.ts'
import { emptyEnvironment, unsupportedRequirement } from '../errors.ts'

/** What the repository asks for, as `detect` read it. */
export interface Wanted {
  /** The app's directory as the lock sees it: `.` beside the lock, else the workspace member's. */
  readonly directory: string
  readonly requirements: readonly ListedRequirement[]
  readonly lock: Lock | null
  readonly sources: {
    readonly index: string | null
    readonly extraIndexes: readonly string[]
    readonly findLinks: readonly string[]
    readonly constraints: readonly ListedRequirement[]
    readonly prereleases: boolean
  }
}

/** Lines of a requirements file for the resolver, and whether they pin everything already. */
export interface Ask {
  readonly lines: readonly string[]
  readonly constraints: readonly string[]
  readonly pinned: boolean
}

/** Groups and extras that hold what production needs besides the project's own requirements: the server often hides there. */
const productionGroup = /^(?:prod|production|deploy|deployment|docker|server|main|default)$/

/** Turns what was read into one request, whatever file it came from. Throws `unsupported-requirement` and `empty-environment`. */
export function askFor(wanted: Wanted, environment: MarkerEnvironment): Ask {
  if (wanted.lock) return { lines: pins(wanted.lock, wanted, environment), constraints: [], pinned: true }
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
  return { lines, constraints, pinned: false }
}

/** One line; null for a directory of the repository, which is the app itself and not installed. */
function lineOf(item: ListedRequirement): string | null {
  if (item.path !== null) return null
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

/** What the project asks of its lock: by the lock's own account where it keeps one, else by the manifest's. */
function asked(lock: Lock, wanted: Wanted, environment: MarkerEnvironment): readonly LockedDependency[] {
  const here =
    wanted.directory === '.' ? lock.roots : lock.roots?.filter(({ directory }) => directory === wanted.directory)
  if (here?.[0]) return wantedBy(here[0], environment)
  return wanted.requirements
    .filter(item => item.group === null || productionGroup.test(item.group))
    .flatMap(({ name, extras, marker }) => (name === null ? [] : [{ name, version: null, extras, marker }]))
}

function pins(lock: Lock, wanted: Wanted, environment: MarkerEnvironment): string[] {
  return selectPackages(lock, { environment, wanted: asked(lock, wanted, environment) }).flatMap(item => {
    const { source } = item
    if (source.kind === 'path') return []
    if (source.kind === 'git') {
      throw unsupportedRequirement({
        what: `${item.name} comes from a git repository.`,
        why: redactUrl(source.url),
        next: 'Publish it to a package index, or name an archive by its address.',
        evidence: [{ file: lock.file, line: null, text: item.name }],
      })
    }
    if (source.kind === 'url') return [`${item.name} @ ${source.url}`]
    return item.version === null ? [] : [`${item.name}==${item.version}`]
  })
}
