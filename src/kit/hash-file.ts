import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

/** SHA-256 of a file that may be larger than memory, in lower-case hex. */
export function hashFile(file: string): string {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(1024 ** 2)
  const descriptor = openSync(file, 'r')
  try {
    for (let n = readSync(descriptor, chunk); n > 0; n = readSync(descriptor, chunk)) hash.update(chunk.subarray(0, n))
  } finally {
    closeSync(descriptor)
  }
  return hash.digest('hex')
}
