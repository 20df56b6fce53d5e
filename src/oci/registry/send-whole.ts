import type { Place } from './start-upload.ts'
import type { Session } from './session.ts'
import { accepted } from './stored.ts'
import type { Transfer, Upload } from './transfer.ts'

/** Milliseconds a registry may take to store a large blob after its last byte. */
export const storing = 300_000

/** Sends a blob in one request: the way every registry knows. Throws Again, Broken, Busy, and as `failure`. */
export async function sendWhole(
  upload: Upload,
  { url }: Place,
  session: Session,
  { budget, watch }: Transfer,
): Promise<void> {
  const { digest, size } = upload
  const open = async function* (): AsyncGenerator<Uint8Array> {
    let bytes = 0
    for await (const chunk of upload.open()) {
      budget.spend(chunk.length)
      yield chunk
      bytes += chunk.length
      watch({ digest, state: 'moving', bytes })
    }
  }
  const answer = await session.once({
    method: 'PUT',
    url: closing(url, digest),
    headers: { 'content-type': 'application/octet-stream' },
    body: { size, open },
    stall: storing,
  })
  await accepted(answer, session, [201])
}

/** The query of the place belongs to it and is kept. */
export function closing(place: URL, digest: string): URL {
  const url = new URL(place)
  url.searchParams.set('digest', digest)
  return url
}
