import type { Advisory } from './osv.ts'

/** From harmless to worst; `unknown` where nobody rated it. */
export const levels = ['unknown', 'none', 'low', 'medium', 'high', 'critical'] as const
export type Level = (typeof levels)[number]

export interface Severity {
  readonly level: Level
  /** The CVSS base score, where a vector of version 3 tells it. */
  readonly score: number | null
}

/**
 * How bad it is: Debian's own word where it holds a vulnerability for unimportant in Debian, then the CVSS 3 base score, then what the
 * database calls it. (Scores of CVSS 4 are not computed: databases that give such a vector give a word, too.)
 */
export function severityOf({ vectors, rating }: Pick<Advisory, 'vectors' | 'rating'>): Severity {
  if (rating === 'unimportant' || rating === 'negligible') return { level: 'none', score: null }
  const scores = vectors.map(({ score }) => baseScore(score)).filter(score => score !== null)
  const score = scores.length > 0 ? Math.max(...scores) : null
  if (score !== null) return { level: levelOf(score), score }
  const word = rating === 'moderate' ? 'medium' : rating
  return { level: levels.find(level => level === word) ?? 'unknown', score: null }
}

export function isAtLeast(level: Level, least: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(least)
}

/** The bands of CVSS 3.1, section 5. */
function levelOf(score: number): Level {
  if (score >= 9) return 'critical'
  if (score >= 7) return 'high'
  if (score >= 4) return 'medium'
  return score > 0 ? 'low' : 'none'
}

const impacts: Readonly<Record<string, number>> = { H: 0.56, L: 0.22, N: 0 }
const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: impacts,
  I: impacts,
  A: impacts,
}
const privileges: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  U: { N: 0.85, L: 0.62, H: 0.27 },
  C: { N: 0.85, L: 0.68, H: 0.5 },
}

/** The base score of a vector of CVSS 3.0 or 3.1 (specification, 7.1); null for any other text. */
export function baseScore(vector: string): number | null {
  if (!/^CVSS:3\.[01]\//.test(vector)) return null
  const metrics = new Map(vector.split('/').map(part => part.split(':', 2) as [string, string]))
  const scope = metrics.get('S') ?? ''
  const weight = (name: string): number => weights[name]?.[metrics.get(name) ?? ''] ?? Number.NaN
  const privilege = privileges[scope]?.[metrics.get('PR') ?? ''] ?? Number.NaN
  const base = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'))
  const impact = scope === 'C' ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base
  const exploitability = 8.22 * weight('AV') * weight('AC') * privilege * weight('UI')
  if (Number.isNaN(impact) || Number.isNaN(exploitability)) return null
  if (impact <= 0) return 0
  return roundUp(Math.min((scope === 'C' ? 1.08 : 1) * (impact + exploitability), 10))
}

/** Up to one decimal, in integers, as appendix A of CVSS 3.1 has it: binary fractions would round 8.6 to 8.7. */
function roundUp(score: number): number {
  const hundredThousandths = Math.round(score * 100_000)
  if (hundredThousandths % 10_000 === 0) return hundredThousandths / 100_000
  return (Math.floor(hundredThousandths / 10_000) + 1) / 10
}
