import { parseSpecifier, satisfies, type Clause, type SatisfyOptions, type Specifier } from './specifier.ts'
import { compareVersions, parseVersion } from './version.ts'

/** Poetry's version constraints (its own language: `^1.2`, `~1.2`, `1.*`, `>=1 <2 || ^3`): one of the alternatives must hold. */
export type Constraint = readonly Specifier[]

/** Reads a constraint as Poetry does, or gives null when it is none. `*` is any version: one alternative without clauses. */
export function parseConstraint(text: string): Constraint | null {
  if (text.length > 1000) return null
  const alternatives: Specifier[] = []
  for (const part of text.split(/\|\|?/)) {
    const specifier = readAlternative(part)
    if (specifier === null) return null
    alternatives.push(specifier)
  }
  return alternatives
}

/** True when any alternative holds. */
export function meets(version: string, constraint: Constraint, options?: SatisfyOptions): boolean {
  return constraint.some(specifier => satisfies(version, specifier, options))
}

/**
 * The constraint as one PEP 440 specifier, which knows no "or": alternatives that touch become one range (`^1 || ^2` is
 * `>=1,<3`). Null when they leave a gap.
 */
export function toSpecifier(constraint: Constraint): Specifier | null {
  const [first, ...others] = constraint
  if (first === undefined || others.length === 0) return first ?? []
  const ranges = constraint.map(toRange)
  if (!ranges.every(range => range !== null)) return null
  const sorted = ranges.toSorted((a, b) => compareVersions(a.from, b.from))
  let { from, to } = sorted[0] ?? { from: '0', to: null }
  for (const range of sorted.slice(1)) {
    if (to === null) break
    if (compareVersions(range.from, to) > 0) return null
    if (range.to === null || compareVersions(range.to, to) > 0) to = range.to
  }
  const lower: Clause = { operator: '>=', version: from, prefix: false }
  return to === null ? [lower] : [lower, { operator: '<', version: to, prefix: false }]
}

function toRange(specifier: Specifier): { from: string; to: string | null } | null {
  const from = specifier.find(({ operator }) => operator === '>=')
  const to = specifier.find(({ operator }) => operator === '<')
  const known = [from, to].filter(clause => clause !== undefined).length
  return from === undefined || known !== specifier.length ? null : { from: from.version, to: to?.version ?? null }
}

function readAlternative(text: string): Specifier | null {
  // An operator may stand apart from its version: `>= 3.8, < 4`.
  const joined = text.trim().replace(/([<>=!~^])\s+/g, '$1')
  const parts = joined.split(/[\s,]+/).filter(part => part !== '')
  if (parts.length === 0 || parts.length > 50) return null
  const clauses: Clause[] = []
  for (const part of parts) {
    const read = readPart(part)
    if (read === null) return null
    clauses.push(...read)
  }
  return clauses
}

function readPart(part: string): Specifier | null {
  if (part === '*') return []
  const short = /^(\^|~(?!=))?(.+)$/.exec(part)
  const operator = short?.[1]
  const version = short?.[2] ?? ''
  if (operator !== undefined) return readShorthand(operator, version)
  if (/^[<>=!~]/.test(part)) return parseSpecifier(part.replace(/^=(?!=)/, '=='))
  return parseSpecifier(`==${part}`)
}

/** `^1.2.3` up to the next change of the leftmost part that is not zero, `~1.2.3` up to the next minor. */
function readShorthand(operator: string, text: string): Specifier | null {
  const parsed = parseVersion(text.replace(/\.\*$/, ''))
  if (parsed === null) return null
  const { release } = parsed
  const significant = release.findIndex(part => part !== 0)
  const kept = operator === '~' ? Math.min(2, release.length) : significant === -1 ? release.length : significant + 1
  const upper = release.slice(0, kept)
  upper[kept - 1] = (upper[kept - 1] ?? 0) + 1
  const version = [...upper, ...Array.from({ length: Math.max(0, release.length - kept) }, () => 0)].join('.')
  const epoch = parsed.epoch === 0 ? '' : `${parsed.epoch}!`
  return [
    { operator: '>=', version: parsed.public, prefix: false },
    { operator: '<', version: `${epoch}${version}`, prefix: false },
  ]
}
