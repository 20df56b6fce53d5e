import { setTimeout as sleep } from 'node:timers/promises'
import { count } from '../../kit/text.ts'
import { stopGrace } from './containers.ts'
import { isRunning, recordOf, type Observation } from './observation.ts'
import { startWorkers } from './operations/workers.ts'
import type { HostSandbox } from './transport.ts'
import { watch, type Work } from './work.ts'

/**
 * Makes a host what a run that ended well would have left: what `current` names serves, nothing else runs, nothing half made lies
 * about. Decides by what can be seen, not by the journal: the last record may tell of what never happened.
 */
export async function converge(work: Work, sandbox: HostSandbox): Promise<Observation> {
  const { agent, lease } = work
  if (isConverged(work.seen)) return work.seen
  const look = async (): Promise<Work> => ({ ...work, seen: await agent.observe() })
  // Whatever else: a holder that was killed took down what is wanted, and starting one brings it back.
  if (work.seen.holder === null && Object.keys(work.seen.wanted).length > 0) {
    tell(work, 'bringing back what ran before')
    await lease.change('want', { groups: [] })
  }
  await waitForJobs(await look())
  await bringBack(await look(), sandbox)
  await sweep(await look())
  return agent.observe()
}

export function isConverged(seen: Observation): boolean {
  const current = recordOf(seen, seen.current)
  const own = current ? [`release-${current.number}`, `workers-${current.number}`] : []
  const allowed = new Set([...own, 'edge', 'services', 'certificate'])
  return (
    Object.keys(seen.running).every(group => allowed.has(group)) &&
    seen.releases.every(release => release.state !== 'staged') &&
    (current === null || current.state === 'serving') &&
    !misses(seen)
  )
}

/** Whether something that is wanted does not run. */
function misses(seen: Observation): boolean {
  const current = recordOf(seen, seen.current)
  const isServed = current !== null && isRunning(seen, `release-${current.number}`, 'web')
  return (
    Object.entries(seen.wanted).some(([group, names]) => names.some(name => !isRunning(seen, group, name))) ||
    (isServed && current.workers.some(name => !isRunning(seen, `workers-${current.number}`, name))) ||
    (isServed && !(`release-${current.number}` in seen.wanted))
  )
}

/** A migration in the middle is not killed: that is the one thing nobody could repair. */
async function waitForJobs(work: Work): Promise<void> {
  for (const [group, processes] of Object.entries(work.seen.running)) {
    if (!group.startsWith('job-')) continue
    if (Object.values(processes).some(({ state }) => state === 'running')) {
      tell(work, `waiting for the process of an interrupted run (${group.slice(4)})`)
      const watched = watch(work, group)
      for (;;) {
        work.signal?.throwIfAborted()
        const { processes: now } = await watched.look()
        if (!Object.values(now).some(({ state }) => state === 'running')) break
        await sleep(200)
      }
    }
    await work.lease.change('stop', { group, grace: 0 })
  }
}

/** The release that `current` names, its workers and the edge, where they were wanted and are not there. */
async function bringBack(work: Work, sandbox: HostSandbox): Promise<void> {
  const { seen, lease } = work
  const current = recordOf(seen, seen.current)
  if (!current || !isRunning(seen, `release-${current.number}`, 'web')) return
  if (current.state !== 'serving' || !(`release-${current.number}` in seen.wanted)) {
    await lease.change('switch', { release: current.number })
  }
  if (current.workers.some(name => !isRunning(seen, `workers-${current.number}`, name))) {
    await startWorkers(work, current, sandbox)
  }
  if (seen.edge && !isRunning(seen, 'edge', seen.edge.process.name)) {
    await lease.change('edge-revert', { facts: seen.edge })
  }
}

/** What is not the current release's: stopped, and removed where it never served. */
async function sweep(work: Work): Promise<void> {
  const { seen, lease, agent } = work
  const strangers = Object.keys(seen.running).filter(group => {
    const [, kind, number] = /^(release|workers)-(\d+)$/.exec(group) ?? []
    return kind !== undefined && Number(number) !== seen.current
  })
  for (const group of strangers) await lease.change('stop', { group, grace: stopGrace })
  if (strangers.length > 0) {
    tell(work, `stopping ${count(strangers.length, 'process group')} of an interrupted run`)
    await agent.gone(strangers, stopGrace + 10)
  }
  for (const { number, state } of seen.releases) {
    if (state === 'staged' && number !== seen.current) await lease.change('discard', { release: number })
  }
}

function tell(work: Work, text: string): void {
  work.report({ step: 'release', level: 'info', text })
}
