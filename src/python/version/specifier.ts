import { compareVersions, parseVersion, type Version } from './version.ts'

export type Operator = '===' | '~=' | '==' | '!=' | '<=' | '>=' | '<' | '>'

/** One clause of a version specifier: `>=3.11`, or `==3.11.*` with `prefix`. */
export interface Clause {
  readonly operator: Operator
  readonly version: string
  readonly prefix: boolean
}

/** All clauses must hold; none means any version. */
export type Specifier = readonly Clause[]

const clause = /^\s*(===|~=|==|!=|<=|>=|<|>)\s*((?:\d{1,9}!)?[^\s,;()<>=!~]{1,128})\s*,?/
const mostClauses = 100

/**
 * A version specifier by PEP 440, or null when the text is none. Two old habits that pip took for years and old metadata is full
 * of are read as meant: `>=3.6.*` as `>=3.6`, and clauses parted by a space alone.
 */
export function parseSpecifier(text: string): Specifier | null {
  const clauses: Clause[] = []
  let rest = text.trim()
  while (rest !== '') {
    const match = clause.exec(rest)
    if (match === null || clauses.length === mostClauses) return null
    const parsed = readClause(match[1] as Operator, match[2] ?? '')
    if (parsed === null) return null
    clauses.push(parsed)
    rest = rest.slice(match[0].length).trim()
  }
  return clauses
}

function readClause(operator: Operator, text: string): Clause | null {
  if (operator === '===') return { operator, version: text, prefix: false }
  const starred = text.endsWith('.*')
  const version = starred ? text.slice(0, -2) : text
  const parsed = parseVersion(version)
  if (parsed === null) return null
  if (operator === '~=' && parsed.release.length < 2) return null
  return { operator, version, prefix: starred && (operator === '==' || operator === '!=') }
}

/** `>=3.11,<4`: as a requirement or a lock writes it. */
export function formatSpecifier(specifier: Specifier): string {
  return specifier.map(({ operator, version, prefix }) => `${operator}${version}${prefix ? '.*' : ''}`).join(',')
}

export interface SatisfyOptions {
  /** Whether pre-releases count; by default only when a clause itself names one (PEP 440, "Handling of pre-releases"). */
  readonly prereleases?: boolean
}

/** True when the version satisfies every clause. Text that is no version satisfies only `===`. */
export function satisfies(version: string, specifier: Specifier, options: SatisfyOptions = {}): boolean {
  const candidate = parseVersion(version)
  const prereleases =
    options.prereleases ??
    specifier.some(({ operator, version }) => operator !== '!=' && parseVersion(version)?.is_prerelease === true)
  if (candidate?.is_prerelease === true && !prereleases) return false
  return specifier.every(one => holds(version.trim(), candidate, one))
}

function holds(text: string, candidate: Version | null, { operator, version, prefix }: Clause): boolean {
  if (operator === '===') return text.toLowerCase() === version.toLowerCase()
  const wanted = parseVersion(version)
  if (candidate === null || wanted === null) return false
  // A local label of the candidate counts only where the clause has one (PEP 440, "Version matching").
  const order = compareVersions(wanted.local === null ? candidate.public : text, version)
  if (operator === '==') return prefix ? startsWith(candidate, wanted) : order === 0
  if (operator === '!=') return prefix ? !startsWith(candidate, wanted) : order !== 0
  if (operator === '<=') return compareVersions(candidate.public, version) <= 0
  if (operator === '>=') return compareVersions(candidate.public, version) >= 0
  if (operator === '~=') return order >= 0 && startsWith(candidate, { ...wanted, release: wanted.release.slice(0, -1) })
  // "Exclusive ordered comparison": neither the pre-releases below nor the post-releases above the same release.
  const exempt =
    operator === '<'
      ? wanted.is_prerelease || !candidate.is_prerelease
      : wanted.is_postrelease || !candidate.is_postrelease
  return (operator === '<' ? order < 0 : order > 0) && (exempt || !sameBase(candidate, wanted))
}

/** Prefix matching pads the candidate with zeros: `1` matches `==1.0.*`. */
function startsWith(candidate: Version, prefix: Pick<Version, 'epoch' | 'release'>): boolean {
  return candidate.epoch === prefix.epoch && prefix.release.every((part, i) => (candidate.release[i] ?? 0) === part)
}

function sameBase(a: Version, b: Version): boolean {
  return compareVersions(a.base_version, b.base_version) === 0
}
