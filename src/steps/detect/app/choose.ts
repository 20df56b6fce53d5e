import type { SourceTree } from '../../../python/source/tree.ts'
import { closureOf } from '../../../python/source/imports.ts'
import { strengths, type Candidate } from './candidate.ts'
import type { Contributions } from './contributions.ts'
import { frameworks } from './frameworks/index.ts'
import { depthOf, lastName, placeOf, rankAttribute, rankName } from './places.ts'

/** One app with every way to reach it, best first. */
export interface Group {
  readonly key: string
  readonly best: Candidate
  readonly all: readonly Candidate[]
  /** Whether files at the root of the repository name it: those inside a directory speak for that directory alone. */
  readonly hints: number
}

/** A candidate that other tools' files name: their evidence settles what is otherwise equal. */
export interface Hint {
  readonly file: string
  readonly attribute: string | null
  /** True when a production server is given it. */
  readonly serious: boolean
  /** The directory of the file that says so. */
  readonly from: string
}

/** Puts the candidates of each app together and orders the ways to reach it; `blocking` files start a server when they are imported. */
export function groupCandidates(
  candidates: readonly Candidate[],
  contributions: Contributions,
  hints: readonly Hint[],
  blocking: ReadonlySet<string>,
): Group[] {
  const groups = new Map<string, Candidate[]>()
  for (const candidate of candidates) {
    const known = groups.get(candidate.key)
    if (known) known.push(candidate)
    else groups.set(candidate.key, [candidate])
  }
  return [...groups].map(([key, all]) => {
    const measured = all.map(one => ({
      one,
      rank: rankWithin(one, contributions.completeness(key, one.file), hints, blocking, contributions.isJob(one.file)),
    }))
    const sorted = measured.sort((a, b) => compare(a.rank, b.rank)).map(({ one }) => one)
    const best = sorted[0] as Candidate
    return {
      key,
      best: ownedBy(best, all),
      all: sorted,
      hints: Math.max(
        0,
        ...all.map(one =>
          countHints(
            one,
            hints.filter(hint => hint.from === ''),
          ),
        ),
      ),
    }
  })
}

/** A Flask object given to a Dash app is that app's server. */
function ownedBy(best: Candidate, all: readonly Candidate[]): Candidate {
  const owner = all.find(one => one.framework === 'dash')
  return owner && best.framework !== 'dash'
    ? { ...best, framework: 'dash', because: [...best.because, ...owner.because] }
    : best
}

function countHints(candidate: Candidate, hints: readonly Hint[]): number {
  const same = hints.filter(hint => hint.file === candidate.file)
  return same.filter(hint => hint.attribute === candidate.attribute).length > 0 ? 2 : same.length > 0 ? 1 : 0
}

/** Within one app; larger is better at each place, the first difference decides. */
function rankWithin(
  one: Candidate,
  completeness: number,
  hints: readonly Hint[],
  blocking: ReadonlySet<string>,
  job: boolean,
): number[] {
  const firm = strengths.indexOf(one.strength)
  const named =
    firm >= strengths.indexOf('named in source') ? firm : strengths.indexOf(one.factory ? 'factory' : 'object')
  const place = placeOf(one.file)
  const wsgi = /(?:^|\/)(?:wsgi|asgi)\.py$/.test(one.file) ? 1 : 0
  return [
    firm >= strengths.indexOf('named') ? firm : 0,
    place === 'app' ? 2 : place === 'shown' ? 1 : 0,
    // A program that starts a framework's own production server says more than the object it serves.
    one.interface === 'own' && one.strength === 'script' ? 0 : one.interface === 'own' ? 2 : 1,
    rankName(one.file) > lastName || job ? 0 : 1,
    one.factory ? 0 : 1,
    countHints(
      one,
      hints.filter(hint => hint.serious),
    ) > 1
      ? 1
      : 0,
    blocking.has(one.file) ? 0 : 1,
    completeness,
    named,
    countHints(one, hints),
    one.attribute?.includes('.') ? 0 : one.layers.length,
    wsgi,
    one.reexport ? 0 : 1,
    -rankName(one.file),
    -depthOf(one.file),
    one.attribute?.includes('.') ? 0 : 1,
    -rankAttribute((one.attribute ?? '').split('.')[0] ?? ''),
    -one.file.length,
  ]
}

export function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (b[i] ?? 0) - (a[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Apps ordered, and how many share the first place. */
export function rankGroups(
  tree: SourceTree,
  groups: readonly Group[],
  contributions: Contributions,
  startOf: (one: Candidate) => string,
  serviceOf: (one: Candidate) => string | null,
): { readonly sorted: Group[]; readonly equal: number } {
  const inner = new Set(
    groups.flatMap(group => group.all.flatMap(one => one.layers.slice(1)).filter(key => key !== group.key)),
  )
  const measured = groups.map(group => ({
    group,
    rank: rankAcross(
      group,
      contributions,
      inner,
      startOf,
      isPart(tree, group, groups),
      isShadowed(group, groups, startOf),
    ),
  }))
  measured.sort((a, b) => compare(a.rank, b.rank))
  const first = measured[0]?.rank ?? []
  const shown = measured[0] !== undefined && isShown(measured[0].group)
  const service = measured[0] ? serviceOf(measured[0].group.best) : null
  // Services are told apart by what they are, never by how deep or what their files are called.
  const isOther = ({ group, rank }: (typeof measured)[number]): boolean => {
    const own = serviceOf(group.best)
    return service !== null && own !== null && own !== service && compare(rank.slice(0, 9), first.slice(0, 9)) === 0
  }
  const isOtherKind = ({ group, rank }: (typeof measured)[number]): boolean =>
    measured[0] !== undefined &&
    startOf(group.best) === startOf(measured[0].group.best) &&
    compare(rank.slice(0, 10), first.slice(0, 10)) === 0 &&
    isPageBeside(tree, group, measured[0].group)
  const isEqual = (one: (typeof measured)[number]): boolean =>
    compare(one.rank, first) === 0 || (shown && isShown(one.group)) || isOther(one) || isOtherKind(one)
  const equal = measured.filter(isEqual)
  const rest = measured.filter(one => !equal.includes(one))
  return { sorted: [...equal, ...rest].map(one => one.group), equal: equal.length }
}

/** Of several examples none is more the app than another. */
function isShown({ best }: Group): boolean {
  return placeOf(best.file) === 'shown' && !isNamed(best)
}

/** A Procfile inside an example speaks for that example, not for the repository. */
function isNamed({ strength, because }: Candidate): boolean {
  return strength === 'named' && because.some(({ file }) => placeOf(file) !== 'shown')
}

/** A page that a framework's own command runs, and an app that it does not use: two programs, whatever their files are called. */
function isPageBeside(tree: SourceTree, a: Group, b: Group): boolean {
  const [page, other] = isPage(a) ? [a, b] : [b, a]
  if (!isPage(page) || isPage(other)) return false
  const used = closureOf(tree, page.best.file)
  return other.all.every(({ file }) => !used.has(file))
}

function isPage({ best }: Group): boolean {
  return best.strength === 'script' && frameworks.some(({ name, scripts }) => name === best.framework && scripts)
}

/** Beside a Django project, in its own directory, other objects are services and tools of it. */
function isShadowed(group: Group, groups: readonly Group[], startOf: (one: Candidate) => string): boolean {
  if (group.best.framework === 'django') return false
  const start = startOf(group.best)
  return groups.some(
    ({ best }) => best.framework === 'django' && placeOf(best.file) === 'app' && startOf(best) === start,
  )
}

/** True when another app's module imports this one's: the importing one is the whole. */
function isPart(tree: SourceTree, group: Group, groups: readonly Group[]): boolean {
  if (group.best.interface === 'own') return false
  const files = new Set(group.all.filter(one => !one.reexport).map(one => one.file))
  return groups.some(other => {
    if (
      other === group ||
      other.best.interface === 'own' ||
      files.has(other.best.file) ||
      placeOf(other.best.file) !== 'app'
    )
      return false
    if (other.best.strength === 'factory' && group.best.strength !== 'factory') return false
    const closure = closureOf(tree, other.best.file)
    return (
      [...files].some(file => closure.has(file)) && ![...files].some(file => closureOf(tree, file).has(other.best.file))
    )
  })
}

function rankAcross(
  group: Group,
  contributions: Contributions,
  inner: ReadonlySet<string>,
  startOf: (one: Candidate) => string,
  part: boolean,
  shadowed: boolean,
): number[] {
  const { best } = group
  const firm = strengths.indexOf(best.strength)
  const named = isNamed(best)
  const place = placeOf(best.file)
  const start = startOf(best)
  return [
    named ? 1 : 0,
    place === 'app' || named ? 2 : place === 'shown' ? 1 : 0,
    contributions.mounted.has(group.key) || inner.has(group.key) ? 0 : 1,
    best.framework === null ? 0 : 1,
    rankName(best.file) > lastName ? 0 : 1,
    isTop(start) ? 1 : 0,
    shadowed ? 0 : 1,
    part ? 0 : 1,
    group.hints > 0 ? 1 : 0,
    -depthOf(start),
    best.strength === 'script' ? strengths.indexOf('object') : firm,
    -depthOf(best.file),
    isTop(start) ? -rankName(best.file) : 0,
    -rankAttribute((best.attribute ?? '').split('.')[0] ?? ''),
  ]
}

/** The repository's own level: modules start at its root or in `src`. */
function isTop(start: string): boolean {
  return start === '' || start === 'src'
}
