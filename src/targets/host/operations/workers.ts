import { list } from '../../../kit/text.ts'
import type { Operation } from '../../../model/target.ts'
import { holderProcess } from '../containers.ts'
import type { ReleaseRecord } from '../observation.ts'
import type { HostSandbox } from '../transport.ts'
import type { Work } from '../work.ts'

/** Workers change over after the web switch: the old ones finish their jobs, then the new ones start. */
export function changeWorkers(
  work: Work,
  next: Pick<ReleaseRecord, 'number' | 'workers' | 'drain'>,
  before: Pick<ReleaseRecord, 'number' | 'workers' | 'drain'> | null,
  sandbox: HostSandbox,
): Operation {
  return {
    title: next.workers.length > 0 ? `start ${list(next.workers)} of release ${next.number}` : 'stop the old workers',
    describe: () => (before && before.workers.length > 0 ? [`after stopping those of release ${before.number}`] : []),
    async run() {
      if (before) await stopWorkers(work, before)
      await startWorkers(work, next, sandbox)
    },
    async undo() {
      await stopWorkers(work, next)
      if (before) await startWorkers(work, before, sandbox)
    },
  }
}

type Workers = Pick<ReleaseRecord, 'number' | 'workers' | 'drain'>

export async function startWorkers(work: Work, { number, workers }: Workers, sandbox: HostSandbox): Promise<void> {
  if (workers.length === 0) return
  const group = `workers-${number}`
  const place = { home: work.agent.home, release: number }
  const processes = workers.map(name => holderProcess(name, place, sandbox))
  await work.lease.change('start', { release: number, group, processes })
  await work.lease.change('want', { groups: [group] })
}

export async function stopWorkers(work: Work, { number, workers, drain }: Workers): Promise<void> {
  if (workers.length === 0) return
  const group = `workers-${number}`
  await work.lease.change('stop', { group, grace: drain })
  await work.agent.gone([group], drain + 10)
}
