import { setTimeout as sleep } from 'node:timers/promises'
import { services } from '../../services/index.ts'
import { agentFailed } from './errors.ts'
import type { Agent } from './agent.ts'
import { acquireLease } from './agent.ts'
import { ownerName } from './change.ts'
import type { ChangeOptions } from './host.ts'

/** Seconds a process has to end by itself. */
const grace = 15

/** Seconds a service has after that, to write out what it was told. */
const longestStop = Math.max(...Object.values(services).map(({ stop }) => stop.grace))

/** Stops the edge first, so that nothing new comes in, then all that is left. Data, releases and secrets stay. */
export async function down(agent: Agent, { report }: ChangeOptions): Promise<void> {
  const seen = await agent.observe()
  if (seen.holder === null && Object.keys(seen.wanted).length === 0) return
  const { lease } = await acquireLease(agent, { owner: ownerName() })
  try {
    report({ step: 'release', level: 'start', task: 'down', text: 'stopping' })
    await lease.change('edge-stop', { but: '', grace })
    await agent.gone(['edge'], grace + 5)
    await lease.change('leave', { grace })
    await end(agent)
    report({ step: 'release', level: 'done', task: 'down', text: 'stopped; data, releases and secrets are kept' })
  } finally {
    await lease.release().catch(() => {})
  }
}

async function end(agent: Agent): Promise<void> {
  const deadline = performance.now() + (grace + longestStop + 10) * 1000
  while ((await agent.observe()).holder !== null) {
    if (performance.now() > deadline) {
      throw agentFailed({ what: 'The app does not stop.', next: 'See what still runs with `wherry status`.' })
    }
    await sleep(50)
  }
}
