import type { ServiceVariable } from '../model/project.ts'

/** True of a variable that says where a service is: who sets it has one of their own. Port, user or password alone say nothing of that. */
export function locates({ says }: Pick<ServiceVariable, 'says'>): boolean {
  return says === 'url' || says === 'address' || says === 'host'
}
