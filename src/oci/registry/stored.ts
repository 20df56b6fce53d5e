import type { Answer } from '../../kit/exchange.ts'
import { failure } from './failure.ts'
import type { Session } from './session.ts'
import { Again, Busy, isTemporary } from './wire.ts'

/**
 * Judges an answer to bytes that were sent. Throws Busy for what passes; Again for an upload the registry has forgotten (it was
 * restarted) or that is too large for one request; otherwise as `failure`.
 */
export async function accepted(answer: Answer, session: Session, good: readonly number[]): Promise<void> {
  const { status } = answer
  if (good.includes(status)) return answer.discard()
  if (isTemporary(status)) {
    answer.discard()
    throw new Busy(answer)
  }
  const error = await failure(answer, session, 'take a layer')
  if (status === 404 || status === 413 || status === 416 || /UPLOAD_(?:INVALID|UNKNOWN)/.test(error.why ?? ''))
    throw new Again(error)
  throw error
}
