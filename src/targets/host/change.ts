import { hostname, userInfo } from 'node:os'
import { isWherryError } from '../../kit/error.ts'
import { acquireLease, type Agent } from './agent.ts'
import { converge } from './converge.ts'
import { fenced, lockLost } from './errors.ts'
import type { ChangeOptions } from './host.ts'
import { connectionLost } from './ssh/errors.ts'
import type { HostSandbox } from './transport.ts'
import type { Work } from './work.ts'

export interface Change extends Work {
  readonly sandbox: HostSandbox
}

/** Does something under the lock, on a host where nothing is half done: what an interrupted run left is repaired first. */
export async function underLock<T>(
  agent: Agent,
  { report, signal }: ChangeOptions,
  work: (change: Change) => Promise<T>,
  force = false,
): Promise<T> {
  const { lease, seen } = await acquireLease(agent, { owner: ownerName(), force })
  try {
    const sandbox = await agent.transport.sandbox()
    const base = { agent, lease, report, sandbox, ...(signal ? { signal } : {}) }
    return await work({ ...base, seen: await converge({ ...base, seen }, sandbox) })
  } finally {
    await lease.release().catch(() => {}) // Another's by now, or the host is gone: then it ends by itself.
  }
}

/** After these the host is in somebody else's hands, or out of reach. */
export function isFinal(error: unknown): boolean {
  return [fenced, lockLost, connectionLost].some(final => isWherryError(error, final))
}

/** Who is told to hold the lock. */
export function ownerName(): string {
  return `${userName()}@${hostname()} (process ${process.pid})`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? '?'}` // One without an entry in /etc/passwd, as in many containers.
  }
}
