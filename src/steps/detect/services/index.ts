import type { ServiceFact } from '../../../model/project.ts'
import type { Ground } from '../facts/ground.ts'

export function findServices({ root }: Ground): ServiceFact[] {
  return root.length < 0 ? [] : []
}
