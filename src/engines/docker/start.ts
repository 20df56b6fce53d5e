import { createReadStream, createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Container, Exit, Running, StartOptions, Stream } from '../engine.ts'
import { attach } from './attach.ts'
import { removeContainer } from './clear.ts'
import { handleOf, limitsOf, stateOf } from './end.ts'
import { explain } from './explain.ts'
import { makeContainer, type Workshop } from './make.ts'

/** Starts a container that serves. It belongs to the engine: the end of this process is not its end. */
export async function startContainer(
  workshop: Workshop,
  container: Container,
  options: StartOptions = {},
): Promise<Running> {
  const { daemon } = workshop
  const [stdin, stdout, stderr] = streamsOf(options)
  const { id } = await makeContainer(workshop, container, { input: stdin !== 'ignore', logged: true })
  try {
    const attached = await attach(daemon, id, stdin !== 'ignore')
    pass(attached.stdout, stdout, 1)
    pass(attached.stderr, stderr, 2)
    await daemon.client.call('POST', `/containers/${id}/start`)
    if (stdin !== 'ignore')
      createReadStream('', { fd: stdin === 'inherit' ? 0 : stdin, autoClose: false }).pipe(attached.connection)
    const { Pid: pid } = await stateOf(daemon, id)
    const handle = handleOf(daemon, id, container)
    const exited = handle.end().finally(() => removeContainer(daemon, id))
    exited.catch(() => {}) // An engine that breaks off is told to whoever waits for the end, and may be nobody yet.
    return { pid, limits: limitsOf(container, daemon), exited, stop }

    async function stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 10_000): Promise<Exit> {
      await handle.signal(signal)
      const timer = setTimeout(() => void handle.signal('SIGKILL'), graceMs)
      try {
        return await exited
      } finally {
        clearTimeout(timer)
      }
    }
  } catch (error) {
    await removeContainer(daemon, id)
    throw explain(error, container, daemon)
  }
}

function streamsOf({ stdio = 'ignore' }: StartOptions): readonly [Stream, Stream, Stream] {
  return typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio
}

function pass(from: Readable, to: Stream, own: number): void {
  if (to === 'ignore') from.resume()
  else from.pipe(createWriteStream('', { fd: to === 'inherit' ? own : to, autoClose: false }), { end: false })
}
