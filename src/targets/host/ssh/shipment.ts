import { basename } from 'node:path'
import { z } from 'zod'
import { openCache } from '../../../kit/cache.ts'
import { diskFull } from '../../../kit/errors.ts'
import { mapParallel } from '../../../kit/parallel.ts'
import { count, list, size } from '../../../kit/text.ts'
import type { Report } from '../../../model/event.ts'
import type { Layer } from '../../../model/image.ts'
import { readBlob } from '../../../oci/index.ts'
import { isRefused, explainRefusal } from '../refusals.ts'
import type { Shipment, Stack } from '../transport.ts'
import { openChannel, type Answering, type Connection } from './channel.ts'
import { explainLoss } from './explain.ts'
import { readLine } from './read-line.ts'

type Call = (command: string, request: object) => Promise<unknown>

/** Channels at once: one alone is slowed down by each acknowledgement, and an sshd allows ten (MaxSessions). */
const atOnce = 3

/** How much room the server keeps for its work beside what is sent. */
const reserve = 64 * 1024 ** 2

const missingAnswer = z.object({
  /** Key → bytes of it that came before. */
  missing: z.record(z.string(), z.number()),
  /** Bytes its disk has left. */
  free: z.number(),
})

/** Asks which layers a server does not have; sending them goes on where the last connection broke. */
export async function shipmentOf(connection: Connection, call: Call, { home, stacks }: Sending): Promise<Shipment> {
  const keys = stacks.map(({ directory }) => keyOf(directory))
  const said = await call('layers-missing', { home, keys })
  if (isRefused(said)) throw explainRefusal(said)
  const { missing, free } = missingAnswer.parse(said)
  const wanted = stacks.flatMap(stack => {
    const have = missing[keyOf(stack.directory)]
    return have === undefined ? [] : [{ stack, have }]
  })
  const bytes = wanted.reduce((sum, { stack, have }) => sum + Math.max(0, sizeOf(stack) - have), 0)
  return {
    missing: wanted.length,
    bytes,
    async send({ report, signal }) {
      if (wanted.length === 0) return
      refuseFullDisk(connection, wanted, free)
      await sendAll(
        connection,
        { home, stacks: wanted.map(({ stack }) => stack), of: stacks.length },
        { report, ...(signal ? { signal } : {}) },
      )
    },
  }
}

interface Sending {
  readonly home: string
  readonly stacks: readonly Stack[]
}

/** What the place of these layers is called, here in the cache and there: the ChainID of them all, which the agent checks. */
export function keyOf(directory: string): string {
  return basename(directory)
}

interface Wanted {
  readonly stack: Stack
  readonly have: number
}

function refuseFullDisk({ server }: Connection, wanted: readonly Wanted[], free: number): void {
  const unpacked = wanted.reduce(
    (sum, { stack }) => sum + stack.layers.reduce((n, layer) => n + layer.unpackedSize, 0),
    0,
  )
  const needed = wanted.reduce((sum, { stack, have }) => sum + Math.max(0, sizeOf(stack) - have), unpacked) + reserve
  if (needed <= free) return
  throw diskFull({
    what: `The disk of ${server.destination} has too little room.`,
    why: `${size(needed)} are needed, and ${size(free)} are left.`,
    next: 'Free some space there, then run the command again. Nothing was sent.',
  })
}

interface Telling {
  readonly report: Report
  readonly signal?: AbortSignal
}

async function sendAll(
  connection: Connection,
  { home, stacks, of }: Sending & { readonly of: number },
  { report, signal }: Telling,
): Promise<void> {
  const total = stacks.reduce((sum, stack) => sum + sizeOf(stack), 0)
  const task = { step: 'release', task: 'layers' } as const
  report({ ...task, level: 'start', text: `sending ${count(stacks.length, 'layer')} of ${of}, ${size(total)}` })
  let [sent, told] = [0, performance.now()]
  const note = (bytes: number, what: string): void => {
    sent += bytes
    if (performance.now() - told < 250) return
    told = performance.now()
    report({
      ...task,
      level: 'progress',
      text: `${size(sent)} of ${size(total)} sent · ${what}`,
      data: { sent, total },
    })
  }
  await mapParallel(stacks, atOnce, async stack => {
    signal?.throwIfAborted()
    await sendStack(connection, { home, stack, note, ...(signal ? { signal } : {}) })
  }).catch((error: unknown) => {
    report({ ...task, level: 'failed', text: `sent ${size(sent)} of ${size(total)}` })
    throw error
  })
  const text = `sent ${count(stacks.length, 'layer')} of ${of}, ${size(sent)}: ${list(stacks.map(whatOf))}`
  report({ ...task, level: 'done', text, data: { layers: stacks.length, bytes: sent } })
}

interface OneStack {
  readonly home: string
  readonly stack: Stack
  readonly note: (bytes: number, what: string) => void
  readonly signal?: AbortSignal
}

const answer = z.looseObject({ have: z.number().optional(), done: z.boolean().optional() })

async function sendStack(connection: Connection, { home, stack, note, signal }: OneStack): Promise<void> {
  const channel = await openChannel(connection, 'receive')
  const stop = (): void => void channel.child.kill()
  signal?.addEventListener('abort', stop)
  try {
    const layers = stack.layers.map(({ digest, diffId, size, unpackedSize }) => ({
      digest,
      diffId,
      size,
      unpackedSize,
    }))
    channel.stdin.write(`${JSON.stringify({ home, key: keyOf(stack.directory), layers })}\n`)
    const first = await hear(connection, channel, signal)
    if (first.done === true) return
    for await (const chunk of bytesFrom(stack.layers, first.have ?? 0)) {
      note(chunk.length, whatOf(stack))
      if (!channel.stdin.write(chunk)) await drained(channel)
      signal?.throwIfAborted()
    }
    await hear(connection, channel, signal)
  } finally {
    signal?.removeEventListener('abort', stop)
    channel.stdin.end()
  }
}

async function hear(
  { server }: Connection,
  channel: Answering,
  signal: AbortSignal | undefined,
): Promise<z.infer<typeof answer>> {
  const line = await readLine(channel.stdout)
  if (line === null) {
    const ending = await channel.ending()
    signal?.throwIfAborted()
    throw explainLoss(server.destination, 'receive', ending)
  }
  const said: unknown = JSON.parse(line)
  if (isRefused(said)) throw explainRefusal(said)
  return answer.parse(said)
}

/** Until more can be written, or nobody reads any more; then the next answer tells. */
function drained({ stdin, stdout }: Answering): Promise<void> {
  if (stdin.destroyed || stdout.readableEnded) return Promise.resolve()
  return new Promise(resolve => {
    const settle = (): void => {
      stdin.off('drain', settle).off('close', settle)
      stdout.off('end', settle)
      resolve()
    }
    stdin.on('drain', settle).on('close', settle)
    stdout.on('end', settle)
  })
}

/** The compressed bytes of layers after each other, without the first `skip`. */
async function* bytesFrom(layers: readonly Layer[], skip: number): AsyncGenerator<Uint8Array> {
  const cache = openCache()
  let left = skip
  for (const layer of layers) {
    if (left >= layer.size) {
      left -= layer.size
      continue
    }
    for await (const chunk of readBlob(cache, layer)) {
      if (left < chunk.length) yield chunk.subarray(left)
      left = Math.max(0, left - chunk.length)
    }
  }
}

function sizeOf({ layers }: Stack): number {
  return layers.reduce((sum, layer) => sum + layer.size, 0)
}

function whatOf({ layers }: Stack): string {
  return layers.length === 1 ? (layers[0]?.what ?? 'a layer') : `a base of ${count(layers.length, 'layer')}`
}
