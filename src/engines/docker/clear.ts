import { hostname } from 'node:os'
import { z } from 'zod'
import { isAlive } from '../../kit/alive.ts'
import { ownLabel, type Daemon } from './daemon.ts'

const listSchema = z.array(z.object({ Id: z.string().regex(/^[0-9a-f]+$/), Labels: z.record(z.string(), z.string()) }))

/** Removes containers of jobs whose process on this machine is gone: a daemon does not notice that nobody waits any more. */
export async function clearAway({ client }: Daemon): Promise<void> {
  const filters = JSON.stringify({ label: [ownLabel.name] })
  const { body } = await client.call('GET', '/containers/json', { query: { all: '1', filters } })
  for (const { Id, Labels } of listSchema.parse(JSON.parse(body.toString('utf8')))) {
    const [machine, pid] = (Labels[ownLabel.name] ?? '').split('/')
    if (machine === hostname() && isGone(Number(pid))) await removeContainer({ client }, Id)
  }
}

export async function removeContainer({ client }: Pick<Daemon, 'client'>, id: string): Promise<void> {
  await client.call('DELETE', `/containers/${id}`, { query: { force: '1', v: '1' } }).catch(() => null)
}

function isGone(pid: number): boolean {
  return Number.isSafeInteger(pid) && pid > 0 && !isAlive(pid)
}
