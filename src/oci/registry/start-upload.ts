import type { Answer } from '../../kit/exchange.ts'
import { failure } from './failure.ts'
import type { Session } from './session.ts'

/** Where a blob's bytes go: the registry says it anew for every upload, and after every piece. */
export interface Place {
  readonly url: URL
  /** Bytes a piece must have at least, but the last. */
  readonly leastPiece: number
}

/** Begins an upload, or takes the blob over from another repository, which not every registry does. Throws as `failure`. */
export async function startUpload(
  { digest }: { readonly digest: string },
  session: Session,
  from: string | null,
): Promise<Place | 'mounted'> {
  if (from !== null) {
    const answer = await session.ask({ method: 'POST', url: session.at('blobs/uploads/', { mount: digest, from }) })
    if (answer.status === 201) {
      answer.discard()
      return 'mounted'
    }
    // 202 is an ordinary upload; who may not read the other repository is told so in many ways.
    if (answer.status === 202) return placeOf(answer, session)
    answer.discard()
  }
  const answer = await session.ask({ method: 'POST', url: session.at('blobs/uploads/') })
  if (answer.status !== 202) throw await failure(answer, session, 'take the image')
  return placeOf(answer, session)
}

async function placeOf(answer: Answer, session: Session): Promise<Place> {
  const { location, 'oci-chunk-min-length': least } = answer.headers
  if (location === undefined) throw await failure(answer, session, 'say where to send layers')
  answer.discard()
  const leastPiece = /^\d{1,9}$/.test(String(least)) ? Number(least) : 0
  return { url: session.hop(location, session.at('blobs/uploads/')), leastPiece }
}
