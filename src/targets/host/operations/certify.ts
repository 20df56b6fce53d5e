import { z } from 'zod'
import type { Operation } from '../../../model/target.ts'
import type { ListenAt } from '../host.ts'
import type { Observation } from '../observation.ts'
import type { Work } from '../work.ts'

const answer = z.object({ outcome: z.enum(['none', 'kept', 'issued']), until: z.number().optional() })

/**
 * Lets the host fetch its certificate, once nginx answers for the names. The release serves already: that the names do not lead there yet
 * is no reason to take it back.
 */
export function certify(work: Work, { names = [] }: ListenAt): Operation {
  return {
    title: `fetch a certificate for ${names.join(', ')}`,
    describe: () => ['unless there is one that lasts'],
    async run() {
      const { outcome, until } = await work.agent.ask('certify', {}, answer)
      if (outcome !== 'issued' || until === undefined) return
      const text = `a certificate until ${new Date(until * 1000).toISOString().slice(0, 10)}, renewed by the server itself`
      work.report({ step: 'release', level: 'info', text })
    },
  }
}

/** Whether there is nothing to fetch: no such wish, or a certificate for these names whose time has not come. */
export function isCertified({ certificate }: Observation, { tls, names = [] }: ListenAt, now = Date.now()): boolean {
  if (!tls?.acme) return true
  const { names: known = [], directory, renew = 0, failed } = certificate ?? {}
  return !failed && directory === tls.acme.directory && known.join() === names.join() && renew * 1000 > now
}
