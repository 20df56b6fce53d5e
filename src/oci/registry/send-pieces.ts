import type { Place } from './start-upload.ts'
import { closing, storing } from './send-whole.ts'
import type { Session } from './session.ts'
import { accepted } from './stored.ts'
import type { Transfer, Upload } from './transfer.ts'
import { Again, waitFor } from './wire.ts'

/** Failures of single pieces that one blob may meet. */
const mostFailures = 4

/**
 * Sends a blob in pieces, each its own request, so that a cut costs a piece at most: where the registry can say how far it got. Throws
 * Again when it cannot, Broken, Busy, and as `failure`.
 */
export async function sendPieces(
  upload: Upload,
  { place, piece }: { readonly place: Place; readonly piece: number },
  session: Session,
  options: Transfer,
): Promise<void> {
  let { url } = place
  let start = 0
  let failures = 0
  for await (const bytes of cut(upload.open(), piece)) {
    for (let at = 0; at < bytes.length;) {
      const rest = bytes.subarray(at)
      try {
        const moved = await sendPiece(rest, { url, offset: start + at }, session, options)
        url = moved.url
        at += moved.taken
      } catch (error) {
        failures += 1
        const least = waitFor(error)
        if (least === null || error instanceof Again || failures > mostFailures) throw error
        await session.wait(least + 200 * failures)
        const known = await askOffset(url, session)
        url = known.url
        at = known.offset - start
        if (at < 0 || at > bytes.length) throw new Again(null)
      }
      options.watch({ digest: upload.digest, state: 'moving', bytes: start + at })
    }
    start += bytes.length
  }
  const answer = await session.once({ method: 'PUT', url: closing(url, upload.digest), stall: storing })
  await accepted(answer, session, [201])
}

interface Moved {
  readonly url: URL
  readonly taken: number
}

async function sendPiece(
  bytes: Uint8Array,
  { url, offset }: { readonly url: URL; readonly offset: number },
  session: Session,
  { budget }: Pick<Transfer, 'budget'>,
): Promise<Moved> {
  if (!budget.allows(bytes.length)) throw new Again(null)
  const answer = await session.once({
    method: 'PATCH',
    url,
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `${offset}-${offset + bytes.length - 1}`,
    },
    body: {
      size: bytes.length,
      async *open() {
        budget.spend(bytes.length)
        yield bytes
      },
    },
    stall: storing,
  })
  const { location, range } = answer.headers
  await accepted(answer, session, [202, 204])
  const end = session.quirks.tellsOffset === false ? null : endOf(range)
  const taken = end === null ? bytes.length : end - offset
  if (taken <= 0 || taken > bytes.length) throw new Again(null)
  return { url: location === undefined ? url : session.hop(location, url), taken }
}

/** How far the registry got. Throws Again when it does not say. */
async function askOffset(url: URL, session: Session): Promise<{ url: URL; offset: number }> {
  const answer = await session.ask({ method: 'GET', url })
  answer.discard()
  const { range, location } = answer.headers
  const end = session.quirks.tellsOffset === false ? null : endOf(range)
  if (answer.status !== 204 || end === null) throw new Again(null)
  return { url: location === undefined ? url : session.hop(location, url), offset: end }
}

/** `0-1023` → 1024: the first byte that is missing. Distribution says `0-0` for nothing as for one byte: nothing is meant, then. */
function endOf(range: string | string[] | undefined): number | null {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(String(range))?.[1]
  if (last === undefined) return null
  return last === '0' ? 0 : Number(last) + 1
}

/** The same bytes in pieces of one size, but the last. */
async function* cut(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let length = 0
  for await (let chunk of source) {
    while (length + chunk.length >= size) {
      const room = size - length
      yield Buffer.concat([...held, chunk.subarray(0, room)])
      chunk = chunk.subarray(room)
      held = []
      length = 0
    }
    if (chunk.length === 0) continue
    held.push(chunk)
    length += chunk.length
  }
  if (length > 0) yield Buffer.concat(held)
}
