import type { HookName } from '../hooks/hooks.ts'
import type { Made, ShipOptions } from './values.ts'

type Facts = Readonly<Record<string, string>>

export interface HooksAround {
  before(step: 'publish' | 'release'): Promise<void>
  /** `facts` are what the step brought forth: each becomes a variable of the hook. */
  after(step: 'image' | 'publish' | 'release', facts?: Facts): Promise<void>
}

/** The user's own programs around the steps of an image that is made, where the config names them. */
export function hooksAround({ detected, plan, made }: Made, options: ShipOptions): HooksAround {
  const { config, checkout } = detected
  const run = async (name: HookName, facts: Facts = {}): Promise<void> => {
    if (config.hooks?.[name] === undefined) return
    const { runHook } = await import('../hooks/run.ts')
    const known = { WHERRY_APP: plan.name, WHERRY_DIGEST: made.image.digest }
    await runHook(name, config.hooks, { ...options, repository: checkout.root, facts: { ...known, ...facts } })
  }
  return { before: step => run(`before-${step}`), after: (step, facts) => run(`after-${step}`, facts) }
}
