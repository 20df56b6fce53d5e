import type { HookName, Hooks } from '../hooks/hooks.ts'
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
  return hooksOf({ hooks: config.hooks, repository: checkout.root, app: plan.name, digest: made.image.digest }, options)
}

interface About {
  readonly hooks: Hooks | undefined
  readonly repository: string
  readonly app: string
  readonly digest: string
}

/** The same for an image whoever made it. */
export function hooksOf({ hooks, repository, app, digest }: About, options: ShipOptions): HooksAround {
  const run = async (name: HookName, facts: Facts = {}): Promise<void> => {
    if (hooks?.[name] === undefined) return
    const { runHook } = await import('../hooks/run.ts')
    const known = { WHERRY_APP: app, WHERRY_DIGEST: digest }
    await runHook(name, hooks, { ...options, repository, facts: { ...known, ...facts } })
  }
  return { before: step => run(`before-${step}`), after: (step, facts) => run(`after-${step}`, facts) }
}
