import { meets, type Constraint } from './constraint.ts'

/** No minor has had this many patch releases. */
const mostPatches = 40

/**
 * True when some patch release of the minor meets the constraint: a range names patches (`>=3.11.4`), a base has one minor. A minor
 * named as the upper end (`<=3.13`) counts: its author means the whole of it.
 */
export function allowsMinor(constraint: Constraint, minor: string): boolean {
  return Array.from({ length: mostPatches }, (_, patch) => `${minor}.${patch}`).some(version =>
    meets(version, constraint),
  )
}

/** The minors, of those given and in their order, that the constraint allows. */
export function allowedMinors(constraint: Constraint, minors: readonly string[]): readonly string[] {
  return minors.filter(minor => allowsMinor(constraint, minor))
}
