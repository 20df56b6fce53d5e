import { compareVersions } from './version.ts'

/** One alternative of a dependency: a name and, perhaps, which versions will do (Debian Policy 7.1). */
export interface Relation {
  readonly name: string
  readonly operator: Operator | null
  readonly version: string
}

export type Operator = '<<' | '<=' | '=' | '>=' | '>>'

/** Alternatives, the first of which the packager prefers. */
export type Clause = readonly Relation[]

const form = /^([A-Za-z0-9][A-Za-z0-9+.-]*)(?::([a-z0-9-]+))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^\s()]+)\s*\))?$/

/**
 * Reads `a (>= 1) | b:any, c`: the clauses that all must hold. A qualifier `:any` or `:native` asks for nothing when only one
 * architecture is looked at. What cannot be read becomes a relation that nothing satisfies, so that it is named, not lost.
 */
export function parseDependencies(text: string): Clause[] {
  return text
    .split(',')
    .map(clause => clause.trim())
    .filter(clause => clause !== '')
    .map(clause => clause.split('|').map(alternative => parseRelation(alternative.trim())))
}

function parseRelation(text: string): Relation {
  const parts = form.exec(text)
  if (!parts) return { name: text, operator: null, version: '' }
  const [, name = '', , operator, version = ''] = parts
  return { name, operator: operator === undefined ? null : operatorOf(operator), version }
}

/** `<` and `>` are the old spellings of `<=` and `>=` (Policy 7.1). */
function operatorOf(text: string): Operator {
  if (text === '<') return '<='
  return text === '>' ? '>=' : (text as Operator)
}

/** True when a version will do. Without a version (an unversioned Provides) only a relation without one is satisfied (Policy 7.5). */
export function satisfies(version: string | null, relation: Relation): boolean {
  if (relation.operator === null) return true
  if (version === null) return false
  const order = compareVersions(version, relation.version)
  if (relation.operator === '<<') return order < 0
  if (relation.operator === '<=') return order <= 0
  if (relation.operator === '=') return order === 0
  return relation.operator === '>=' ? order >= 0 : order > 0
}

/** As a packager writes it, for messages. */
export function printClause(clause: Clause): string {
  return clause.map(r => (r.operator === null ? r.name : `${r.name} (${r.operator} ${r.version})`)).join(' | ')
}
