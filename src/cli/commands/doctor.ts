import type { Call } from '../command.ts'
import { examineMachine } from '../doctor/index.ts'
import { doctorPage } from '../pages/doctor.ts'

/** `wherry doctor`: what this machine has, which engine is used and why. Exit code 1 when something that is needed is missing. */
export async function run({ face }: Call): Promise<number> {
  const health = await examineMachine()
  face.result(health, style => doctorPage(health, style))
  return health.ok ? 0 : 1
}
