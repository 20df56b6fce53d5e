import { normalizeName } from '../name.ts'
import { parseSpecifier, satisfies } from '../version/specifier.ts'
import { parseVersion } from '../version/version.ts'
import type { MarkerEnvironment } from './environment.ts'
import type { Comparison, Marker, MarkerOperator, Operand, Variable } from './marker.ts'

type Value = string | ReadonlySet<string>

/** True when the marker holds in the environment; no marker always holds. */
export function evaluateMarker(marker: Marker | null, environment: MarkerEnvironment): boolean {
  if (marker === null) return true
  if (marker.kind === 'compare') return compare(marker, environment)
  const holds = (part: Marker): boolean => evaluateMarker(part, environment)
  return marker.kind === 'and' ? marker.parts.every(holds) : marker.parts.some(holds)
}

function compare(comparison: Comparison, environment: MarkerEnvironment): boolean {
  const { left, operator, right } = 'text' in comparison.left ? mirror(comparison) : comparison
  const a = valueOf(left, environment)
  const b = valueOf(right, environment)
  if (typeof a !== 'string') return typeof b === 'string' && contains(a, normalizeName(b), operator)
  if (typeof b !== 'string') return contains(b, normalizeName(a), operator)
  // Versions compare as versions where both sides are; everything else as text (PEP 508, "Environment Markers").
  const specifier = isVersionOperator(operator) && parseVersion(a) !== null ? parseSpecifier(`${operator}${b}`) : null
  if (specifier !== null) return satisfies(a, specifier, { prereleases: true })
  return textComparisons[operator](a, b)
}

const mirrored: Readonly<Partial<Record<MarkerOperator, MarkerOperator>>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
}

/** `"3.11.*" != python_version` means the same with the variable first; `in` does not. */
function mirror(comparison: Comparison): Comparison {
  const { left, operator, right } = comparison
  if (operator === 'in' || operator === 'not in' || operator === '~=') return comparison
  return { ...comparison, left: right, operator: mirrored[operator] ?? operator, right: left }
}

/** `extra` has no one value: several may be asked for at once, and a comparison asks whether the name is among them. */
function contains(set: ReadonlySet<string>, name: string, operator: MarkerOperator): boolean {
  return operator === '!=' || operator === 'not in' ? !set.has(name) : set.has(name)
}

function isVersionOperator(operator: MarkerOperator): boolean {
  return operator !== 'in' && operator !== 'not in'
}

const textComparisons: Readonly<Record<MarkerOperator, (a: string, b: string) => boolean>> = {
  '==': (a, b) => a === b,
  '===': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  in: (a, b) => b.includes(a),
  'not in': (a, b) => !b.includes(a),
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '~=': () => false,
}

function valueOf(operand: Operand, environment: MarkerEnvironment): Value {
  return 'text' in operand ? operand.text : lookUp(operand.variable, environment)
}

function lookUp(variable: Variable, environment: MarkerEnvironment): Value {
  switch (variable) {
    case 'extra':
    case 'extras':
      return environment.extras
    case 'dependency_groups':
      return environment.groups
    default:
      return environment.values[variable]
  }
}
