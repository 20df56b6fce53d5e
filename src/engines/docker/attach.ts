import type { Duplex } from 'node:stream'
import type { Daemon } from './daemon.ts'
import { splitFrames, type Streams } from './frames.ts'

/** A container's standard streams, before it starts, so that nothing it says is missed. */
export interface Attached extends Streams {
  readonly connection: Duplex
}

export async function attach({ client }: Daemon, id: string, input: boolean): Promise<Attached> {
  const query = { stream: '1', stdout: '1', stderr: '1', ...(input ? { stdin: '1' } : {}) }
  const connection = await client.hijack(`/containers/${id}/attach`, { query })
  connection.on('error', () => {}) // `done` tells of it.
  return { connection, ...splitFrames(connection) }
}
