import { setTimeout as sleep } from 'node:timers/promises'
import { collect } from '../../kit/collect.ts'
import type { Container, Input, Mount, RunOptions, RunResult } from '../engine.ts'
import { attach } from './attach.ts'
import { removeContainer } from './clear.ts'
import type { Daemon } from './daemon.ts'
import { handleOf, limitsOf, type Handle } from './end.ts'
import { usualTmpfs } from './create.ts'
import { explain } from './explain.ts'
import { feed } from './frames.ts'
import { makeContainer, type Made, type Workshop } from './make.ts'
import { fetchCopy, fetchUpper } from './upper.ts'

/** Milliseconds for the last output of a container that has ended. */
const lastWords = 10_000

/** Runs a container to its end and removes it. */
export async function runContainer(
  workshop: Workshop,
  container: Container,
  options: RunOptions = {},
): Promise<RunResult> {
  const { input: given, ...others } = options
  // A daemon is told all at once: nothing is started before what it reads is known.
  const input = await given
  options.signal?.throwIfAborted()
  const made = await makeContainer(workshop, container, { input: input !== undefined, logged: false })
  try {
    options.signal?.throwIfAborted()
    const result = await drive(workshop, made, container, { ...others, input })
    options.signal?.throwIfAborted()
    return result
  } catch (error) {
    throw explain(error, container, workshop.daemon)
  } finally {
    await removeContainer(workshop.daemon, made.id)
  }
}

async function drive(
  { daemon }: Workshop,
  { id, copies }: Made,
  container: Container,
  options: Omit<RunOptions, 'input'> & { readonly input: Input | undefined },
): Promise<RunResult> {
  const { connection, ...streams } = await attach(daemon, id, options.input !== undefined)
  const stdout = collect(streams.stdout, options.keep, line => options.onLine?.(line, 'stdout'))
  const stderr = collect(streams.stderr, options.keep, line => options.onLine?.(line, 'stderr'))
  const handle = handleOf(daemon, id, container)
  const watch = watchOver(handle, options)
  try {
    await daemon.client.call('POST', `/containers/${id}/start`)
    watch.begin()
    if (options.input !== undefined) feed(connection, options.input)
    const exit = await handle.end()
    await Promise.race([streams.done, sleep(lastWords, undefined, { ref: false })])
    connection.destroy()
    const said = { stdout: await stdout, stderr: await stderr }
    if (!options.signal?.aborted) await bringBack(daemon, id, container, copies)
    return { ...exit, ...said, timedOut: watch.timedOut(), limits: limitsOf(container, daemon) }
  } finally {
    watch.end()
    connection.destroy()
  }
}

async function bringBack(
  daemon: Daemon,
  id: string,
  { root, mounts, tmpfs }: Container,
  copies: readonly Mount[],
): Promise<void> {
  const places = [...mounts.map(({ to }) => to), ...tmpfs.map(({ to }) => to), ...usualTmpfs.keys()]
  if (typeof root !== 'string') await fetchUpper(daemon, id, root.upper, places)
  for (const { from, to, readonly } of copies) if (!readonly) await fetchCopy(daemon, id, from, to)
}

/** Kills the container when its time is over or its caller gives up. */
function watchOver(handle: Handle, { timeout, signal }: Pick<RunOptions, 'timeout' | 'signal'>) {
  let timedOut = false
  let timer: NodeJS.Timeout | undefined
  const kill = (): void => void handle.signal('SIGKILL')
  return {
    begin() {
      signal?.addEventListener('abort', kill)
      if (signal?.aborted) kill()
      if (timeout === undefined) return
      timer = setTimeout(() => {
        timedOut = true
        kill()
      }, timeout)
    },
    timedOut: () => timedOut,
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', kill)
    },
  }
}
