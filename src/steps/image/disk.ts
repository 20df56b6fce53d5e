import { isWherryError } from '../../kit/error.ts'
import { diskFull } from '../../kit/errors.ts'

/**
 * A full disk can end any part of the step: a write of ours, a download that was retried for it, a program inside the sandbox that
 * only printed it. Whichever it was, the person must read the one thing to do. Throws `disk-full`, or what `work` throws.
 */
export async function namingFullDisk<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!tellsOfFullDisk(error)) throw error
    throw diskFull({
      what: 'The disk is full.',
      why: `The image is made in ${place}, and no more can be written there or beside it.`,
      next: 'Free some space, or set WHERRY_CACHE to a directory on a larger disk, then run the command again.',
      cause: error,
    })
  }
}

const systemCodes = new Set(['ENOSPC', 'EDQUOT'])
/** As libc, Rust and Python print them. */
const words = /No space left on device|Disk quota exceeded|ENOSPC|EDQUOT|\bos error (?:28|122)\b/

function tellsOfFullDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && systemCodes.has(String(error.code))) return true
  if (isWherryError(error) && words.test([error.why, ...error.evidence.map(({ text }) => text)].join('\n'))) return true
  return words.test(error.message) || tellsOfFullDisk(error.cause)
}
