import { constants } from 'node:os'
import { z } from 'zod'
import type { Container, Exit, Limits } from '../engine.ts'
import type { Daemon } from './daemon.ts'

const stateSchema = z.object({
  State: z.object({ ExitCode: z.int(), OOMKilled: z.boolean().default(false), Pid: z.int().default(0) }),
})

/** A container that is started: how to signal it, and how to learn of its end. */
export interface Handle {
  /** One that has ended already needs no signal. */
  signal(signal: NodeJS.Signals): Promise<void>
  end(): Promise<Exit>
}

export function handleOf(daemon: Daemon, id: string, { memoryLimit }: Container): Handle {
  let killed = false
  return {
    async signal(signal) {
      killed ||= signal === 'SIGKILL'
      await daemon.client.call('POST', `/containers/${id}/kill`, { query: { signal } }).catch(() => null)
    },
    async end() {
      await daemon.client.call('POST', `/containers/${id}/wait`)
      const { ExitCode, OOMKilled } = await stateOf(daemon, id)
      const exit = exitOf(ExitCode)
      // Podman's monitor misses the kernel's word on cgroup v1: a kill that nobody here sent is taken for it.
      const inferred = daemon.name === 'podman' && memoryLimit !== null && exit.signal === 'SIGKILL' && !killed
      return { ...exit, outOfMemory: OOMKilled || inferred }
    },
  }
}

export async function stateOf({ client }: Daemon, id: string): Promise<z.infer<typeof stateSchema>['State']> {
  const { body } = await client.call('GET', `/containers/${id}/json`)
  return stateSchema.parse(JSON.parse(body.toString('utf8'))).State
}

/** Engines tell of a signal as shells do, by 128 and its number; a program that ends with such a code means one. */
export function exitOf(code: number): Pick<Exit, 'code' | 'signal'> {
  const found = Object.entries(constants.signals).find(([, number]) => number === code - 128)
  return found ? { code: null, signal: found[0] as NodeJS.Signals } : { code, signal: null }
}

export function limitsOf({ memoryLimit, pidsLimit }: Container, { limits }: Daemon): Limits {
  return { memory: memoryLimit === null ? null : limits.memory, pids: pidsLimit === null ? null : limits.pids }
}
