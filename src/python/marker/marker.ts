/** Environment markers (PEP 508, extended by PEP 751 with `extras` and `dependency_groups`) as data. */
export type Marker = And | Or | Comparison

export interface And {
  readonly kind: 'and'
  readonly parts: readonly Marker[]
}

export interface Or {
  readonly kind: 'or'
  readonly parts: readonly Marker[]
}

export interface Comparison {
  readonly kind: 'compare'
  readonly left: Operand
  readonly operator: MarkerOperator
  readonly right: Operand
}

export type Operand = { readonly variable: Variable } | { readonly text: string }
export type MarkerOperator = '===' | '~=' | '==' | '!=' | '<=' | '>=' | '<' | '>' | 'in' | 'not in'

export const variables = [
  'python_version',
  'python_full_version',
  'os_name',
  'sys_platform',
  'platform_release',
  'platform_system',
  'platform_version',
  'platform_machine',
  'platform_python_implementation',
  'implementation_name',
  'implementation_version',
  'extra',
  'extras',
  'dependency_groups',
] as const

export type Variable = (typeof variables)[number]

/** As a requirement writes it; parsing the text gives the same marker. */
export function formatMarker(marker: Marker): string {
  if (marker.kind === 'compare') return `${operand(marker.left)} ${marker.operator} ${operand(marker.right)}`
  const parts = marker.parts.map(part =>
    part.kind === 'compare' || (marker.kind === 'or' && part.kind === 'and')
      ? formatMarker(part)
      : `(${formatMarker(part)})`,
  )
  return parts.join(` ${marker.kind} `)
}

function operand(value: Operand): string {
  if ('variable' in value) return value.variable
  return value.text.includes("'") ? `"${value.text}"` : `'${value.text}'`
}
