import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from '../ending.ts'
import { evidenceIn } from '../evidence.ts'
import { serviceNotPrepared } from '../service-errors.ts'
import { serviceProcess } from '../service-spec.ts'
import type { ServiceWish } from '../services.ts'
import type { HostSandbox } from '../transport.ts'
import { watch, type Work } from '../work.ts'

/** Runs a program of the service to its end; parented by the holder, so that losing us does not break it off. */
export async function runJob(
  work: Work,
  { service }: ServiceWish,
  name: 'initialise' | 'prepare',
  sandbox: HostSandbox,
): Promise<void> {
  const group = 'job-services'
  const watched = watch({ agent: work.agent, report: () => {} }, group)
  const process = serviceProcess(work.agent.home, service, name, sandbox)
  await work.lease.change('services-job', { kind: service.kind, process })
  for (;;) {
    const { processes } = await watched.look()
    const state = processes[name]
    if (state?.state === 'running') {
      await sleep(50)
      continue
    }
    await watched.look()
    await work.lease.change('stop', { group, grace: 0 })
    if (state?.code === 0) return
    throw serviceNotPrepared({
      what: `${service.title} could not be ${name === 'initialise' ? 'initialised' : 'prepared for the app'}.`,
      why: `Its program ended with ${codeOf(state)}.`,
      next: 'See its last lines below.',
      evidence: evidenceIn(watched.lines),
    })
  }
}
