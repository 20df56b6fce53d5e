import type { Reason } from '../../../model/because.ts'
import type { Constraint } from '../../../python/version/constraint.ts'

/** What one file says about the Python it wants. */
export interface Statement {
  readonly reason: Reason
  /** `pin`: the project's own choice of interpreter; `tool`: a developer's tool setting; `range`: what the project allows; `hint`: mentioned. */
  readonly kind: 'pin' | 'tool' | 'range' | 'hint'
  readonly constraint: Constraint
  /** The minor that is meant, where the statement names exactly one. */
  readonly minor: string | null
}

/** Exactly this minor. */
export function exactly(minor: string): Constraint {
  return [[{ operator: '==', version: minor, prefix: true }]]
}
