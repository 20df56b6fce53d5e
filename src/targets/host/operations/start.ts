import type { Operation } from '../../../model/target.ts'
import { holderProcess, stopGrace } from '../containers.ts'
import { waitUntilHealthy, type HealthQuestion } from '../health.ts'
import type { HostSandbox } from '../transport.ts'
import type { Work } from '../work.ts'

/** Starts `web` of a release beside the one that serves; nothing is routed to it. */
export function start(work: Work, release: number, sandbox: HostSandbox): Operation {
  const group = `release-${release}`
  const place = { home: work.agent.home, release }
  return {
    title: `start release ${release}, unrouted`,
    describe: () => [`socket ${place.home}/public/${release}/run/app.sock`],
    async run() {
      await work.agent.gone([group], stopGrace + 10) // A retired one of that number may still be ending.
      await work.lease.change('start', { release, group, processes: [holderProcess('web', place, sandbox)] })
    },
    async undo() {
      await work.lease.change('stop', { group, grace: stopGrace })
      await work.agent.gone([group], stopGrace + 10)
    },
  }
}

/** `found` is told the host name the release answers to. */
export function probe(work: Work, question: HealthQuestion, found: (host: string) => void): Operation {
  return {
    title: `wait until release ${question.release} is healthy`,
    describe: () => [`GET ${question.path} over its socket, ${question.startTimeout} s at most`],
    run: async () => found(await waitUntilHealthy(work, question)),
  }
}
