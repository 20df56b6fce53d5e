import type { Examination } from '../../engines/examine.ts'
import { examineEngines } from '../../engines/examine.ts'
import type { Check } from './check.ts'
import { checkEngines } from './engines.ts'
import { checkPrograms } from './programs.ts'
import { checkSources } from './sources.ts'

export type { Check } from './check.ts'

export interface Health {
  /** Nothing that is needed is missing. */
  readonly ok: boolean
  readonly system: string
  readonly engine: Examination['chosen']
  readonly checks: readonly Check[]
}

/** Looks at everything of this machine that Wherry uses. Changes nothing, but that a missing uv is brought into the cache. */
export async function examineMachine(): Promise<Health> {
  const [programs, engines, sources] = await Promise.all([checkPrograms(), examineEngines(), checkSources()])
  const checks = [...programs, ...checkEngines(engines), ...sources]
  return {
    ok: engines.chosen !== null && checks.every(({ state }) => state !== 'needed'),
    system: `${process.platform} ${process.arch}`,
    engine: engines.chosen,
    checks,
  }
}
