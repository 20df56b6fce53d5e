import { z } from 'zod'
import type { Agent } from './agent.ts'
import type { LogLine, LogQuery } from './host.ts'

const line = z.object({ at: z.number(), group: z.string(), process: z.string(), text: z.string() })

/** What the processes printed, rotated files included; with `follow`, on and on. */
export async function* logs(agent: Agent, query: LogQuery = {}): AsyncGenerator<LogLine> {
  const { follow = false, since, process, last, signal } = query
  const request = {
    home: agent.home,
    follow,
    since: since === undefined ? null : since / 1000,
    process: process ?? null,
    last: last ?? null,
  }
  for await (const text of agent.transport.stream('logs', request, signal)) {
    const read = line.parse(JSON.parse(text))
    yield { ...read, at: Math.round(read.at * 1000) }
  }
}
