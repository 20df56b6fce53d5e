import { registryFailing } from './errors.ts'
import { failure } from './failure.ts'
import { startUpload } from './start-upload.ts'
import type { Session } from './session.ts'
import type { Transfer, Upload } from './transfer.ts'
import { sendPieces } from './send-pieces.ts'
import { sendWhole } from './send-whole.ts'
import { Again, explain, waitFor } from './wire.ts'

export interface UploadOptions extends Transfer {
  /** A repository of the same registry that holds the blob, so that it need not travel; null when none is known. */
  readonly from: string | null
}

const attempts = 5
const usualPiece = 16 * 1024 ** 2

/**
 * Brings a blob into a repository: not when it is there, not by sending when another repository has it. It is sent whole; after a
 * failure it is looked whether it has arrived after all, then sent again, in pieces where the registry knows them, for proxies before
 * registries limit bodies. Throws `registry-failing` when attempts or bytes are used up, and what `failure` makes of an answer.
 */
export async function uploadBlob(upload: Upload, session: Session, options: UploadOptions): Promise<void> {
  const { digest, size } = upload
  const { watch, budget } = options
  if (await isThere(upload, session)) return watch({ digest, state: 'there', bytes: size })
  let last: unknown
  for (let attempt = 1; attempt <= attempts && budget.allows(size); attempt += 1) {
    try {
      const place = await startUpload(upload, session, attempt === 1 ? options.from : null)
      if (place === 'mounted') return watch({ digest, state: 'mounted', bytes: size })
      const piece = Math.max(session.quirks.chunk ?? usualPiece, place.leastPiece)
      const inPieces = attempt > 1 && session.quirks.chunk !== null && piece < size
      await (inPieces
        ? sendPieces(upload, { place, piece }, session, options)
        : sendWhole(upload, place, session, options))
      return watch({ digest, state: 'done', bytes: size })
    } catch (error) {
      const least = waitFor(error)
      if (least === null) throw explain(error, session.at(''), session.quirks)
      last = error
      const wait = Math.max(least, Math.random() * 200 * 2 ** attempt)
      await session.wait(wait)
    }
    // The answer may have been lost after the blob had arrived.
    if (await isThere(upload, session)) return watch({ digest, state: 'done', bytes: size })
  }
  throw last instanceof Again && last.answer !== null ? last.answer : exhausted(upload, session, last)
}

async function isThere({ digest }: Upload, session: Session): Promise<boolean> {
  const answer = await session.ask({ method: 'HEAD', url: session.at(`blobs/${digest}`) })
  if (answer.status === 401 || answer.status === 403) throw await failure(answer, session, 'show its layers')
  answer.discard()
  return answer.status === 200
}

function exhausted({ digest, size }: Upload, { reference }: Session, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : 'no bytes may be sent again'
  return registryFailing({
    what: `${reference.host} does not take the layer ${digest}.`,
    why: `${size} bytes; at last: ${why}`,
    next: 'Run the command again: layers that have arrived are not sent again.',
    cause,
  })
}
