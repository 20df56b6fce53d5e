import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Service } from '../../../services/service.ts'
import { evidenceIn } from '../evidence.ts'
import type { ServiceRecord } from '../observation.ts'
import { serviceNotReady } from '../service-errors.ts'
import type { Work } from '../work.ts'

/** Seconds a service may take until it answers; one that repairs itself after a crash goes on for longer. */
const readyTimeout = 600

/** Waits until a service answers. Throws `service-not-ready` with its last lines. */
export async function awaitReady(
  work: Work,
  { kind, title }: Service,
  { address, port }: Pick<ServiceRecord, 'address' | 'port'>,
): Promise<void> {
  const deadline = performance.now() + readyTimeout * 1000
  const answer = z.object({ ready: z.boolean(), alive: z.boolean() })
  for (;;) {
    work.signal?.throwIfAborted()
    const state = await work.agent.ask('services-ready', { kind, address, port, wait: 10 }, answer)
    if (state.ready) return
    if (state.alive && performance.now() < deadline) continue
    const { lines } = await work.agent.lines('services', 0)
    throw serviceNotReady({
      what: `${title} ${state.alive ? `does not answer on ${address}:${port}` : 'ended while it was being started'}.`,
      next: 'See its last lines below.',
      evidence: evidenceIn(lines.filter(({ process }) => process === kind).map(({ text }) => text)),
    })
  }
}

/** Stops services and waits until they have ended, with all they were told on the disk. */
export async function stopServices(work: Pick<Work, 'agent' | 'lease'>, kinds: readonly string[]): Promise<void> {
  await work.lease.change('services-stop', { kinds, grace: 0 })
  for (;;) {
    const { processes } = await work.agent.lines('services', Number.MAX_SAFE_INTEGER)
    if (kinds.every(kind => processes[kind]?.state !== 'running')) return
    await sleep(50)
  }
}
