import { createHash, type Hash } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'
import type { Answer } from '../../kit/exchange.ts'
import { writeAt } from '../../kit/write-at.ts'
import type { Blob } from '../blob.ts'
import { registryFailing, wrongDigest } from './errors.ts'
import { failure } from './failure.ts'
import type { Session } from './session.ts'
import type { Transfer } from './transfer.ts'
import { Broken, Busy, explain, isTemporary, waitFor } from './wire.ts'

const attempts = 6

/**
 * Fetches a blob into a new file, its digest checked as it comes; after a cut it goes on where it stopped, where the registry can
 * (RFC 9110 §14). Nothing is left behind when it throws: `registry-wrong-digest`, `registry-failing`, and as `failure`.
 */
export async function downloadBlob(blob: Blob, file: string, session: Session, options: Transfer): Promise<void> {
  const handle = await open(file, 'wx')
  const state: State = { handle, hash: createHash('sha256'), bytes: 0 }
  try {
    await persist(blob, state, session, options)
    const digest = `sha256:${state.hash.digest('hex')}`
    if (digest !== blob.digest) throw differs(blob, session, `its digest is ${digest}`)
    options.watch({ digest: blob.digest, state: 'done', bytes: blob.size })
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

interface State {
  readonly handle: FileHandle
  hash: Hash
  bytes: number
}

async function persist(blob: Blob, state: State, session: Session, options: Transfer): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await go(blob, state, session, options)
      return
    } catch (error) {
      const least = waitFor(error)
      if (least === null) throw explain(error, session.at(''), session.quirks)
      if (attempt === attempts || !options.budget.allows(blob.size - state.bytes)) throw exhausted(blob, session, error)
      const wait = Math.max(least, Math.random() * 200 * 2 ** attempt)
      await session.wait(wait)
    }
  }
}

async function go(blob: Blob, state: State, session: Session, { budget, watch }: Transfer): Promise<void> {
  const { digest, size } = blob
  const range = state.bytes > 0 ? { range: `bytes=${state.bytes}-` } : {}
  const answer = await session.once({ method: 'GET', url: session.at(`blobs/${digest}`), headers: range })
  if (isTemporary(answer.status)) {
    answer.discard()
    throw new Busy(answer)
  }
  if (answer.status !== 200 && answer.status !== 206) throw await failure(answer, session, `give the layer ${digest}`)
  if (!goesOn(answer, state.bytes)) await startOver(state)
  try {
    for await (const chunk of answer.body) {
      budget.spend(chunk.length)
      if (state.bytes + chunk.length > size) throw differs(blob, session, `it has more than ${size} bytes`)
      state.hash.update(chunk)
      await writeAt(state.handle, chunk, state.bytes)
      state.bytes += chunk.length
      watch({ digest, state: 'moving', bytes: state.bytes })
    }
  } catch (error) {
    answer.discard()
    // All has come, and only the end of the message is missing: there is nothing to ask for again.
    if (isCut(error) && state.bytes === size) return
    throw isCut(error) ? new Broken(messageOf(error), { cause: error }) : error
  }
  if (state.bytes < size) throw new Broken(`it ended after ${state.bytes} of ${size} bytes`)
}

/** True for the rest of what we have; a server that knows no ranges sends all again. */
function goesOn({ status, headers }: Answer, from: number): boolean {
  if (status !== 206) return from === 0
  return new RegExp(`^bytes ${from}-`).test(headers['content-range'] ?? '')
}

async function startOver(state: State): Promise<void> {
  await state.handle.truncate(0)
  state.hash = createHash('sha256')
  state.bytes = 0
}

function isCut(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    /^(?:ECONNRESET|EPIPE|ETIMEDOUT|ERR_HTTP|HPE_)/.test(String(error.code))
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function differs({ digest }: Blob, { reference }: Session, why: string): Error {
  return wrongDigest({
    what: `${reference.host} sends something else than the layer ${digest}.`,
    why,
    next: 'Do not use it. Tell those who run the registry, or the proxy before it.',
  })
}

function exhausted({ digest, size }: Blob, { reference }: Session, cause: unknown): Error {
  return registryFailing({
    what: `${reference.host} does not send the layer ${digest} to its end.`,
    why: `${size} bytes; at last: ${messageOf(cause)}`,
    next: 'Run the command again: layers that have arrived are kept.',
    cause,
  })
}
