import { z } from 'zod'
import { lockLost } from './errors.ts'
import { linesAnswer, observation, probeAnswer, type Observation, type ProbeAnswer } from './observation.ts'
import { explainRefusal, isRefused } from './refusals.ts'
import type { Transport } from './transport.ts'

/** Questions to the agent of one app on one host: they need no lock and change nothing. */
export interface Agent {
  readonly home: string
  readonly transport: Transport
  observe(): Promise<Observation>
  probe(question: ProbeQuestion): Promise<ProbeAnswer>
  /** State and output of a group since the line of that number. */
  lines(group: string, after: number): Promise<z.infer<typeof linesAnswer>>
  /** Waits up to `wait` seconds; the groups that still run. `but` is a process that may. */
  gone(groups: readonly string[], wait: number, but?: string): Promise<readonly string[]>
  /** Connections of a release, after waiting up to `wait` seconds for the last to end. */
  connections(release: number, wait: number): Promise<number>
  /** TCP ports a group listens on. */
  ports(group: string): Promise<readonly number[]>
  /** What a sandbox of a release said of its process's end, as lines of JSON. */
  report(release: number, name: string): Promise<readonly string[]>
  /** Any other command; refusals become errors. */
  ask<T>(command: string, request: object, answer: z.ZodType<T>): Promise<T>
}

export interface ProbeQuestion {
  readonly release: number
  readonly group: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Seconds one answer may take. */
  readonly timeout: number
  /** Seconds to wait for the first answer. */
  readonly wait: number
}

export function openAgent(home: string, transport: Transport): Agent {
  const ask = async <T>(command: string, request: object, answer: z.ZodType<T>): Promise<T> => {
    const said = await transport.call(command, { home, ...request })
    if (isRefused(said)) throw explainRefusal(said)
    return answer.parse(said)
  }
  return {
    home,
    transport,
    ask,
    observe: () => ask('observe', {}, observation),
    probe: question => ask('probe', question, probeAnswer),
    lines: (group, after) => ask('lines', { group, after }, linesAnswer),
    gone: async (groups, wait, but) =>
      (await ask('gone', { groups, wait, but: but ?? null }, z.object({ left: z.array(z.string()) }))).left,
    connections: async (release, wait) =>
      (await ask('connections', { release, wait }, z.object({ connections: z.number() }))).connections,
    ports: async group => (await ask('ports', { group }, z.object({ ports: z.array(z.number()) }))).ports,
    report: async (release, name) =>
      (await ask('report', { release, name }, z.object({ lines: z.array(z.string()) }))).lines,
  }
}

/** Changes, under the lock. */
export interface Lease {
  readonly epoch: number
  /** Carries a change out; refused when another was granted the lock since, or when ours may have run out. */
  change<T = object>(command: string, request?: object, answer?: z.ZodType<T>): Promise<T>
  release(): Promise<void>
}

/** Seconds a lock lasts without renewal. */
const ttl = 60

export interface LeaseOptions {
  readonly owner: string
  /** Takes it from whoever holds it, and goes on from what can be seen where the journal is damaged. */
  readonly force?: boolean
}

/**
 * Takes the lock and renews it until it is given back; `seen` is the host as whoever holds it finds it. Errors: `locked`, `corrupt-journal`,
 * `newer-state`, `path-too-long`, `disk-full`.
 */
export async function acquireLease(
  agent: Agent,
  { owner, force = false }: LeaseOptions,
): Promise<{ readonly lease: Lease; readonly seen: Observation }> {
  let renewed = performance.now()
  const wish = { owner, ttl, pid: agent.transport.pid, force }
  const { epoch, seen } = await agent.ask('acquire', wish, z.object({ epoch: z.number(), seen: observation }))
  const timer = setInterval(
    () => {
      const began = performance.now()
      agent.ask('renew', { epoch, ttl }, z.object({})).then(
        () => (renewed = began),
        () => {}, // What it could not renew in time, the next change notices.
      )
    },
    (ttl / 4) * 1000,
  )
  timer.unref()
  const lease: Lease = {
    epoch,
    async change<T = object>(command: string, request: object = {}, answer?: z.ZodType<T>): Promise<T> {
      if (performance.now() - renewed > (ttl * 2 * 1000) / 3) throw lost()
      return agent.ask(command, { ...request, epoch }, answer ?? (z.looseObject({}) as unknown as z.ZodType<T>))
    },
    async release() {
      clearInterval(timer)
      await agent.ask('release', { epoch }, z.object({}))
    },
  }
  return { lease, seen }
}

function lost(): Error {
  return lockLost({
    what: 'The lock could not be renewed in time; this command stopped changing things.',
    next: 'Run `wherry recover` when the host answers again.',
  })
}
